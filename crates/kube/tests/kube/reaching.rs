//! What the client makes of servers that cannot be reached.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kompox_kube::client::ApiServerConnector;
use kompox_kube::{Error, Kubernetes};
use kompox_model::failure::{Classify, FailureKind};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::script::{TOKEN, connect, kubeconfig};

async fn unreachable(kubernetes: &dyn Kubernetes) -> String {
    let error = kubernetes
        .load_balancer("web", "traefik")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert_eq!(error.kind(), FailureKind::Kubernetes);
    assert!(error.failure().is_none());
    let text = error.to_string();
    assert!(
        text.contains("127.0.0.1") && text.contains("Service \"traefik\""),
        "{text}"
    );
    assert!(!format!("{text}{error:?}").contains(TOKEN), "{text}");
    text
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let text = unreachable(connect(&kubeconfig(&url, "")).as_ref()).await;
    assert!(
        text.contains("refused") && text.contains("Nobody listens"),
        "{text}"
    );
}

#[tokio::test]
async fn somebody_listens_and_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let kubernetes = ApiServerConnector::new()
        .timeouts(Duration::from_secs(20), Duration::from_millis(20))
        .connect(&kubeconfig(&url, ""))
        .unwrap();
    let text = unreachable(kubernetes.as_ref()).await;
    assert!(text.contains("firewall"), "{text}");
    drop(listener);
}

/// A server whose certificate was valid until the end of that year, and the kubeconfig of a cluster with such an
/// authority.
async fn server(until: i32, same_authority: bool) -> SecretString {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        (Issuer::new(params, key), pem)
    };
    let (issuer, own) = authority("one");
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 12, 31);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let pem = if same_authority {
        own
    } else {
        authority("two").1
    };
    kubeconfig(&url, &STANDARD.encode(pem))
}

#[tokio::test]
async fn its_certificate_has_expired() {
    let kubeconfig = server(2021, true).await;
    let text = unreachable(connect(&kubeconfig).as_ref()).await;
    assert!(text.contains("A certificate has expired"), "{text}");
}

#[tokio::test]
async fn its_authority_is_another() {
    let kubeconfig = server(4000, false).await;
    let text = unreachable(connect(&kubeconfig).as_ref()).await;
    assert!(text.contains("belongs to another cluster"), "{text}");
}
