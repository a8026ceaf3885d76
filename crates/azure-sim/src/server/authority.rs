//! The server's own certificate authority, for clients that can be told to trust it.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::error::ServerError;
use super::once::read_or_make;
use super::tls::Tls;

/// For how many years an authority is valid.
const AUTHORITY_YEARS: i16 = 10;

/// For how many days a server's certificate is valid: what the strictest clients take (Apple, 825).
const CERTIFICATE_DAYS: i32 = 397;

/// A certificate authority in a directory: `ca.pem`, to be trusted by clients, and `ca-key.pem`, which only its owner
/// can read.
///
/// It is made on first use and stays from then on, also when several processes use a new directory at once. The
/// certificates that it issues live in memory only: every server gets a new one with the names that it needs.
pub struct Authority {
    certificate: PathBuf,
    pem: String,
    key: KeyPair,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Opens the authority in a directory, and makes both if they are missing.
    ///
    /// # Errors
    /// Files that cannot be read or written, or hold something else.
    pub fn open(directory: &Path) -> Result<Self, ServerError> {
        fs::create_dir_all(directory).map_err(|error| ServerError::file(directory, error))?;
        let path = directory.join("ca-key.pem");
        let text = read_or_make(&path, 0o600, || {
            KeyPair::generate()
                .map(|key| key.serialize_pem())
                .map_err(ServerError::tls)
        })?;
        let key = KeyPair::from_pem(&text)
            .map_err(|_| ServerError::file(&path, "this is no private key"))?;
        let certificate = directory.join("ca.pem");
        let pem = read_or_make(&certificate, 0o644, || {
            let certificate = authority(&key).self_signed(&key);
            certificate
                .map(|certificate| certificate.pem())
                .map_err(ServerError::tls)
        })?;
        Ok(Self {
            certificate,
            pem,
            key,
        })
    }

    /// The file that clients must trust, PEM.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A new certificate for `localhost`, the loopback addresses and `names` (DNS names or addresses), ready to serve.
    ///
    /// # Errors
    /// A name that is none, or an authority that clients would not accept: expired, or not of its key.
    pub fn issue(&self, names: &[String]) -> Result<Tls, ServerError> {
        let key = KeyPair::generate().map_err(ServerError::tls)?;
        let mut params = CertificateParams::default();
        params.subject_alt_names = subject_names(names)?;
        params.distinguished_name.remove(DnType::CommonName);
        params
            .distinguished_name
            .push(DnType::CommonName, "azure-sim");
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        valid_for(&mut params, jiff::Span::new().days(CERTIFICATE_DAYS - 1));
        let issuer = Issuer::new(authority(&self.key), &self.key);
        let certificate = params.signed_by(&key, &issuer).map_err(ServerError::tls)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![certificate.der().clone()];
        super::tls::accepts(&self.pem, &chain).map_err(|problem| {
            ServerError::file(
                &self.certificate,
                format!("it cannot be served with ({problem}); remove its directory to have a new authority made"),
            )
        })?;
        Tls::new(chain, key)
    }
}

/// What the authority says of itself. It follows from the key: whoever trusts two of them can tell them apart.
pub(super) fn authority(key: &KeyPair) -> CertificateParams {
    let mut name = String::from("azure-sim ");
    for byte in Sha256::digest(key.public_key_raw()).iter().take(4) {
        name.push_str(&format!("{byte:02x}"));
    }
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut params, jiff::Span::new().years(AUTHORITY_YEARS));
    params
}

/// From yesterday, for clients whose clock is behind or whose day is another.
fn valid_for(params: &mut CertificateParams, span: jiff::Span) {
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let from = today.yesterday().unwrap_or(today);
    let until = today.saturating_add(span);
    let day = |date: jiff::civil::Date| {
        date_time_ymd(
            i32::from(date.year()),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    params.not_before = day(from);
    params.not_after = day(until);
}

fn subject_names(names: &[String]) -> Result<Vec<SanType>, ServerError> {
    let mut subjects = Vec::new();
    for name in ["localhost", "127.0.0.1", "::1"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
    {
        let subject = match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(
                name.to_ascii_lowercase()
                    .try_into()
                    .map_err(|_| ServerError::tls(format!("{name:?} is no DNS name")))?,
            ),
        };
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    Ok(subjects)
}
