//! The simulator behind a socket, for clients that cannot be given a transport.
//!
//! [`Server`] speaks HTTP/1.1 and HTTP/2, with or without TLS, and shows a client what a fault made of an answer on the
//! connection itself. [`Args`] is the command line of the programs around it.

mod access_log;
mod answer;
mod args;
mod authority;
mod connection;
mod error;
mod exchanger;
mod once;
mod program;
mod service_account;
mod sign_in;
mod socket;
#[cfg(test)]
mod tests;
mod tls;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::access_log::AccessLog;
pub use self::args::Args;
pub use self::authority::Authority;
pub use self::error::ServerError;
pub use self::service_account::TokenArgs;
pub use self::tls::Tls;

use self::connection::Connection;
use self::exchanger::Exchanger;
use crate::fault::{Faults, Faulty};
use crate::simulator::Simulator;

/// How long requests that were begun may take after the server was told to stop, unless set.
const GRACE: Duration = Duration::from_secs(5);

/// A simulator and how it is served.
#[derive(Clone, Debug)]
#[must_use]
pub struct Server {
    azure: Arc<dyn Exchanger>,
    tls: Option<Tls>,
    access_log: Option<AccessLog>,
    grace: Duration,
}

impl Server {
    /// Serves without TLS and without an access log.
    pub fn new(azure: Faulty) -> Self {
        Self::of(Arc::new(azure))
    }

    fn of(azure: Arc<dyn Exchanger>) -> Self {
        Self {
            azure,
            tls: None,
            access_log: None,
            grace: GRACE,
        }
    }

    /// Serves over TLS, and nothing else.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Writes a line for every request.
    pub fn access_log(mut self, log: AccessLog) -> Self {
        self.access_log = Some(log);
        self
    }

    /// How long requests that were begun may take after the server was told to stop; 5 seconds unless set.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Serves until `shutdown` is ready. Then no connection is accepted any more, requests that were begun are
    /// answered, and what is not answered within the grace is cut off.
    ///
    /// Polling URLs and next links name the `Host` that the client used, with the scheme of the connection.
    ///
    /// # Errors
    /// The listener's, when it can accept nothing any more.
    pub async fn serve<F>(self, listener: TcpListener, shutdown: F) -> io::Result<()>
    where
        F: Future<Output = ()>,
    {
        let grace = self.grace;
        let server = Arc::new(self);
        let (stop, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let stream = tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) if is_of_one_connection(&error) => continue,
                    Err(error) if is_exhaustion(&error) => {
                        tracing::warn!(%error, "no connection can be accepted for now");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            connections.spawn(Connection::new(Arc::clone(&server), stopped.clone()).run(stream));
        }
        drop(listener);
        // Nobody listens when there is no connection.
        let _ = stop.send(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, ended).await.is_err() {
            tracing::warn!("connections are cut off that did not end in time");
        }
        Ok(())
    }
}

/// Serves HTTP without faults until `shutdown` is ready and the requests that were begun are answered; see
/// [`Server::serve`].
///
/// There is no TLS: bind the listener to loopback.
///
/// # Errors
/// The listener's, when it can accept nothing any more.
pub async fn serve<F>(simulator: Simulator, listener: TcpListener, shutdown: F) -> io::Result<()>
where
    F: Future<Output = ()>,
{
    Server::new(Faulty::new(simulator, Faults::default()))
        .serve(listener, shutdown)
        .await
}

/// The client was gone before its connection was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Out of descriptors or memory, which passes when connections end.
fn is_exhaustion(error: &io::Error) -> bool {
    // EMFILE, ENFILE, ENOBUFS and ENOMEM, of which only the last has a kind; on Windows WSAEMFILE and WSAENOBUFS.
    error.kind() == io::ErrorKind::OutOfMemory
        || matches!(
            error.raw_os_error(),
            Some(23 | 24 | 55 | 105 | 10024 | 10055)
        )
}
