//! A served Azure that does as a test says, and clients of it.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::super::exchanger::Exchanger;
use super::super::{Authority, Server};
use crate::fault::Exchange;

type Answering = Pin<Box<dyn Future<Output = Exchange> + Send>>;

/// Answers as a test says.
pub(super) struct Scripted<F>(pub(super) F);

impl<F> fmt::Debug for Scripted<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

#[async_trait]
impl<F> Exchanger for Scripted<F>
where
    F: Fn(http::Request<Bytes>) -> Answering + Send + Sync,
{
    async fn exchange(&self, request: http::Request<Bytes>) -> Exchange {
        (self.0)(request).await
    }
}

/// A server whose exchanges are those of `answer`.
pub(super) fn scripted(
    answer: impl Fn(http::Request<Bytes>) -> Exchange + Send + Sync + 'static,
) -> Server {
    Server::of(Arc::new(Scripted(move |request| {
        let exchange = answer(request);
        Box::pin(async { exchange }) as Answering
    })))
}

pub(super) fn answered(body: impl Into<Bytes>) -> http::Response<Bytes> {
    http::Response::new(body.into())
}

/// A server that runs. It is told to stop when this is dropped.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) stop: Option<oneshot::Sender<()>>,
    pub(super) served: JoinHandle<std::io::Result<()>>,
}

pub(super) async fn run(server: Server) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(server.serve(listener, async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop: Some(stop),
        served,
    }
}

impl Running {
    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Tells the server to stop.
    pub(super) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

/// The head of a request without a body.
pub(super) fn head(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: sim.test:1\r\n\r\n")
}

/// A TLS connection by a client that trusts the authority, offers one protocol, and wants `name`.
pub(super) async fn tls(
    stream: TcpStream,
    authority: &Path,
    protocol: &str,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(super::super::tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let (_, session) = stream.get_ref();
    assert_eq!(session.alpn_protocol(), Some(protocol.as_bytes()));
    Ok(stream)
}

/// What a client has of an answer: its head, the bytes of its body, and whether that is all of it.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: http::response::Parts,
    pub(super) body: Vec<u8>,
    pub(super) complete: bool,
}

/// Sends one request over HTTP/2; no answer at all is `None`.
pub(super) async fn http2<S>(stream: S, method: &str, url: &str) -> Option<Received>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let driven = tokio::spawn(connection);
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .body(Full::new(Bytes::new()))
        .unwrap();
    let Ok(response) = sender.send_request(request).await else {
        return None;
    };
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let complete = loop {
        match incoming.frame().await {
            Some(Ok(frame)) => body.extend_from_slice(&frame.into_data().unwrap()),
            Some(Err(_)) => break false,
            None => break true,
        }
    };
    driven.abort();
    Some(Received {
        head,
        body,
        complete,
    })
}

/// A directory with an authority.
pub(super) fn authority() -> (tempfile::TempDir, Authority) {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::open(directory.path()).unwrap();
    (directory, authority)
}
