//! The server's own certificate authority.

use std::fs;
use std::sync::Barrier;

use rcgen::{CertificateParams, IsCa, KeyPair, date_time_ymd};

use super::super::{Authority, Server, Tls};
use super::client::{answered, authority, run, scripted, tls};
use crate::fault::Exchange;

fn server() -> Server {
    scripted(|_| Exchange::Answered(answered("fine")))
}

#[tokio::test]
async fn the_authority_stays_and_every_server_has_the_names_that_it_needs() {
    let (directory, first) = authority();
    let again = Authority::open(directory.path()).unwrap();
    // Whoever trusts the authority trusts every certificate of it, under its own names only.
    let names = ["Sim.Example".to_owned(), "192.0.2.1".to_owned()];
    let old = run(server().tls(first.issue(&[]).unwrap())).await;
    let new = run(server().tls(again.issue(&names).unwrap())).await;
    let accepted = async |server: &super::client::Running, name| {
        let stream = server.connect().await;
        tls(stream, first.certificate(), "h2", name).await.is_ok()
    };
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert!(accepted(&old, name).await, "{name}");
        assert!(accepted(&new, name).await, "{name}");
    }
    for name in ["sim.example", "192.0.2.1"] {
        assert!(!accepted(&old, name).await, "{name}");
        assert!(accepted(&new, name).await, "{name}");
    }
    assert!(!accepted(&new, "management.azure.com").await);
}

#[test]
fn many_that_begin_at_once_share_one_authority() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("made/on/use");
    let start = Barrier::new(8);
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let authority = Authority::open(&place).unwrap();
                    authority.issue(&[]).unwrap();
                    fs::read_to_string(authority.certificate()).unwrap()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(made.iter().all(|one| one == &made[0]));
    assert_eq!(
        fs::read_dir(place).unwrap().count(),
        2,
        "nothing else is left"
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let (directory, authority) = authority();
    let mode = |name: &str| {
        let metadata = fs::metadata(directory.path().join(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!((mode("ca-key.pem"), mode("ca.pem")), (0o600, 0o644));
    let key = fs::read_to_string(directory.path().join("ca-key.pem")).unwrap();
    let shown = format!("{authority:?} {:?}", authority.issue(&[]).unwrap());
    let secret = key.lines().nth(1).unwrap();
    assert!(!shown.contains(secret), "{shown}");
}

#[test]
fn an_authority_that_no_client_would_accept_any_more_is_told_at_once() {
    let (directory, authority) = authority();
    let key = fs::read_to_string(directory.path().join("ca-key.pem")).unwrap();
    let key = KeyPair::from_pem(&key).unwrap();
    let mut expired = CertificateParams::default();
    expired.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    expired.distinguished_name = super::super::authority::authority(&key).distinguished_name;
    expired.not_after = date_time_ymd(2020, 1, 1);
    let foreign = KeyPair::generate().unwrap();
    for pem in [
        expired.self_signed(&key).unwrap().pem(),
        super::super::authority::authority(&foreign)
            .self_signed(&foreign)
            .unwrap()
            .pem(),
        "nothing".to_owned(),
    ] {
        fs::write(authority.certificate(), pem).unwrap();
        let error = Authority::open(directory.path())
            .and_then(|authority| authority.issue(&[]))
            .unwrap_err();
        assert!(error.to_string().contains("ca.pem"), "{error}");
        assert_eq!(error.exit_code(), 1);
    }
    fs::write(directory.path().join("ca-key.pem"), "hidden").unwrap();
    let error = Authority::open(directory.path()).unwrap_err().to_string();
    assert!(
        error.contains("ca-key.pem") && !error.contains("hidden"),
        "{error}"
    );
}

#[test]
fn a_name_that_is_none_is_refused() {
    let (_directory, authority) = authority();
    let error = authority
        .issue(&["b\u{fc}ro.example".to_owned()])
        .unwrap_err();
    assert!(error.to_string().contains("no DNS name"), "{error}");
}

#[test]
fn pem_files_must_belong_together() {
    let directory = tempfile::tempdir().unwrap();
    let pair = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["sim.example".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let files = [format!("{name}.pem"), format!("{name}-key.pem")]
            .map(|file| directory.path().join(file));
        fs::write(&files[0], certificate.pem()).unwrap();
        fs::write(&files[1], key.serialize_pem()).unwrap();
        files
    };
    let [certificate, key] = pair("one");
    let [_, other] = pair("two");
    Tls::from_pem_files(&certificate, &key).unwrap();
    let told = |certificate, key| {
        Tls::from_pem_files(certificate, key)
            .unwrap_err()
            .to_string()
    };
    assert!(told(&certificate, &other).contains("two-key.pem: it does not serve"));
    assert!(told(&key, &key).contains("no certificate"));
    assert!(told(&certificate, &certificate).contains("one.pem"));
}
