//! Servers that cannot be reached: it is told at once although the call is tried again, and a call that trying again cannot
//! help is given up.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Url};

use crate::failure::{causes, without_query};

/// A transport that watches whether servers can be reached.
#[derive(Debug)]
pub(crate) struct Watched {
    transport: Arc<dyn HttpClient>,
    /// The servers that could not be reached when they were called last.
    lost: Mutex<HashSet<String>>,
}

/// A server whose certificate nobody vouches for.
#[derive(Debug, thiserror::Error)]
#[error(
    "the certificate of {server} is not trusted; if a proxy or an Azure of your own is there, name the file with its authority \
     in SSL_CERT_FILE"
)]
pub(crate) struct Untrusted {
    server: String,
    pub(crate) reason: String,
}

impl Watched {
    pub(crate) fn new(transport: Arc<dyn HttpClient>) -> Self {
        Self {
            transport,
            lost: Mutex::default(),
        }
    }

    fn lost(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HttpClient for Watched {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let result = self.transport.execute_request(request).await;
        let server = server(request.url());
        match result {
            Ok(answer) => {
                if self.lost().remove(&server) {
                    tracing::info!("{server} answers again");
                }
                Ok(answer)
            }
            Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Connection) => {
                // The innermost cause is the only one that says why.
                let reason = causes(&error)
                    .last()
                    .map(|cause| without_query(&cause.to_string(), request.url()))
                    .unwrap_or_default();
                if reason.contains("invalid peer certificate") {
                    return Err(azure_core::Error::new(
                        ErrorKind::Other,
                        Untrusted { server, reason },
                    ));
                }
                if self.lost().insert(server.clone()) {
                    tracing::warn!("{server} cannot be reached ({reason}); trying again");
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// The server of a URL as one would name it: its host, and its port unless that goes without saying.
fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
