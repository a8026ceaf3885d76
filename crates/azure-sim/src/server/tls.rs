//! What a server needs to speak TLS.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore, ServerConfig};

use super::error::ServerError;

/// A certificate and its key, ready to serve HTTP/2 and HTTP/1.1. Clones share them.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads a certificate, followed by those that lead to its authority, and its key from PEM files.
    ///
    /// # Errors
    /// Files that cannot be read, hold something else, or do not belong together.
    pub fn from_pem_files(certificate: &Path, key: &Path) -> Result<Self, ServerError> {
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| ServerError::file(certificate, error))?;
        if chain.is_empty() {
            return Err(ServerError::file(
                certificate,
                "there is no certificate in it",
            ));
        }
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|error| ServerError::file(key, error))?;
        Self::new(chain, private).map_err(|error| {
            ServerError::file(
                key,
                format!("it does not serve {}: {error}", certificate.display()),
            )
        })
    }

    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, ServerError> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(ServerError::tls)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

/// Whether clients that trust `authority` (PEM) would accept a certificate as that of `localhost`, now.
pub(super) fn accepts(authority: &str, chain: &[CertificateDer<'_>]) -> Result<(), ServerError> {
    let authority =
        CertificateDer::from_pem_slice(authority.as_bytes()).map_err(ServerError::tls)?;
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).map_err(ServerError::tls)?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(ServerError::tls)?;
    let (leaf, others) = chain
        .split_first()
        .ok_or_else(|| ServerError::tls("there is no certificate"))?;
    let localhost = ServerName::try_from("localhost").map_err(ServerError::tls)?;
    let verify = |certificate, others| {
        verifier.verify_server_cert(certificate, others, &localhost, &[], UnixTime::now())
    };
    verify(leaf, others).map_err(ServerError::tls)?;
    // How long an authority is valid is nothing to this verifier, as opposed to OpenSSL's or Go's, unless it is asked
    // about the authority itself, which it refuses for its time first.
    match verify(&authority, &[]) {
        Err(Error::InvalidCertificate(
            error @ (CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }),
        )) => Err(ServerError::tls(error)),
        _ => Ok(()),
    }
}

/// Named, so that it does not depend on what else the program links.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
