//! The options of a program that serves the simulator.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::sign_in::SignInArgs;
use crate::builder::TENANT;
use crate::latency::Latency;

/// The subscription there is unless others are given, so that clients which list subscriptions find one.
pub(super) const SUBSCRIPTION: &str = "5ab5c819-7104-4e0f-8d00-51ab01a7ed00";

/// How an offline Azure is served. The programs `azure-sim` and `kompoxops sim serve` have these options in common.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where to listen, HOST:PORT; port 0 takes a free one [default: 127.0.0.1:8443 with TLS, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// Keep the state in this directory, which several processes may share; without it, it is in memory
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
    /// How long operations take: none, realistic, or a duration like 5s or 250ms
    #[arg(long, value_name = "TIME", default_value = "none")]
    pub(super) latency: Latency,
    /// Misbehave as this YAML or JSON file says
    #[arg(long, value_name = "FILE")]
    pub(super) faults: Option<PathBuf>,
    /// Hand this kubeconfig out as every cluster's, byte for byte [default: kubeconfigs that lead nowhere]
    #[arg(long, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Write one JSON line per request to this file; `-` is standard error
    #[arg(long, value_name = "FILE")]
    pub(super) access_log: Option<PathBuf>,
    /// A subscription there is, a GUID; may be repeated
    #[arg(long = "subscription", value_name = "GUID", default_value = SUBSCRIPTION)]
    pub(super) subscriptions: Vec<String>,
    /// The tenant, a GUID
    #[arg(long, value_name = "GUID", default_value = TENANT)]
    pub(super) tenant: String,
    /// What generated ids follow from; a list of faults has a seed of its own
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) sign_in: SignInArgs,
    #[command(flatten)]
    pub(super) tls: TlsArgs,
}

/// With which certificate.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(super) struct TlsArgs {
    /// Serve HTTPS with a certificate of an own authority, which is made on first use; its file is printed
    #[arg(long)]
    pub(super) tls: bool,
    /// Where that authority is kept [default: tls in the state directory, else azure-sim in the user's data directory]
    #[arg(long, value_name = "DIR", requires = "tls")]
    pub(super) tls_dir: Option<PathBuf>,
    /// A further name or address that the certificate is for, beside localhost and the one listened on; may be repeated
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls")]
    pub(super) tls_names: Vec<String>,
    /// Serve HTTPS with the certificate in this PEM file, followed by those that lead to its authority
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with_all = ["tls", "tls_dir", "tls_names"])]
    pub(super) tls_cert: Option<PathBuf>,
    /// The key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,
}

impl Args {
    /// Whether HTTPS is served.
    pub(super) fn is_tls(&self) -> bool {
        self.tls.tls || self.tls.tls_cert.is_some()
    }

    /// Where to listen.
    pub(super) fn address(&self) -> &str {
        match (&self.listen, self.is_tls()) {
            (Some(address), _) => address,
            (None, true) => "127.0.0.1:8443",
            (None, false) => "127.0.0.1:8080",
        }
    }

    /// The names of the certificate beside those that it always has.
    pub(super) fn names(&self, listening: SocketAddr) -> Vec<String> {
        let mut names = self.tls.tls_names.clone();
        let host = self.address().rsplit_once(':').map_or("", |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if !host.is_empty() && host.parse::<IpAddr>().is_err() {
            names.push(host.to_owned());
        }
        if !listening.ip().is_unspecified() {
            names.push(listening.ip().to_string());
        }
        names
    }
}
