//! What a program does with the options: it sets the simulator up, listens, tells where, and serves until told to stop.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::net::TcpListener;

use super::Server;
use super::access_log::AccessLog;
use super::args::Args;
use super::authority::Authority;
use super::error::ServerError;
use super::tls::Tls;
use crate::fault::{Faults, Faulty};
use crate::simulator::Simulator;

impl Args {
    /// Serves until the process is told to stop (SIGINT, SIGTERM).
    ///
    /// When connections are accepted, standard output gets one line, `listening on <URL>`; what else there is to know
    /// is on standard error before it.
    ///
    /// # Errors
    /// Options that make no sense, files that cannot be used, an address that cannot be listened on.
    pub fn run(&self) -> Result<(), ServerError> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(self.serve())
    }

    async fn serve(&self) -> Result<(), ServerError> {
        // From here on a signal ends what is running, however early it comes.
        let stopped = stopped()?;
        let mut notes = Vec::new();
        let simulator = self.simulator(&mut notes)?;
        let mut server = Server::new(Faulty::new(simulator, self.faults()?));
        if let Some(log) = self.access_log()? {
            server = server.access_log(log);
        }
        let listener = self.listener().await?;
        let address = listener.local_addr()?;
        if let Some((tls, authority)) = self.tls(address)? {
            server = server.tls(tls);
            if let Some(authority) = authority {
                notes.push(format!("CA file: {}", authority.display()));
            }
        } else if !address.ip().is_loopback() {
            notes.push(format!(
                "warning: {address} can be reached from elsewhere, and without --tls everybody on the way reads the tokens"
            ));
        }
        notes.insert(0, format!("tenant: {}", self.tenant));
        for subscription in &self.subscriptions {
            notes.push(format!("subscription: {subscription}"));
        }
        match &self.state {
            Some(state) => notes.push(format!("state: {}", state.display())),
            None => notes.push("state: in memory".to_owned()),
        }
        announce(&notes, &self.url(address));
        server.serve(listener, stopped).await?;
        Ok(())
    }

    /// The simulator; adds what there is to know of signing in to `notes`.
    fn simulator(&self, notes: &mut Vec<String>) -> Result<Simulator, ServerError> {
        let mut builder = Simulator::builder()
            .latency(self.latency)
            .seed(self.seed)
            .tenant_id(&self.tenant);
        if let Some(state) = &self.state {
            builder = builder.state_dir(state);
        }
        for subscription in &self.subscriptions {
            builder = builder.subscription(subscription);
        }
        if let Some(path) = &self.kubeconfig {
            builder = builder.kubeconfig(kubeconfig(path)?);
        }
        let builder = self.sign_in.apply(builder, self.state.as_deref(), notes)?;
        Ok(builder.build()?)
    }

    fn faults(&self) -> Result<Faults, ServerError> {
        let Some(path) = &self.faults else {
            return Ok(Faults::default());
        };
        let text = read(path)?;
        // YAML takes most JSON, but not all of it.
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            return serde_json::from_str(&text).map_err(|error| ServerError::file(path, error));
        }
        let options = serde_saphyr::options! { with_snippet: false };
        serde_saphyr::from_str_with_options(&text, options)
            .map_err(|error| ServerError::file(path, error))
    }

    fn access_log(&self) -> Result<Option<AccessLog>, ServerError> {
        match &self.access_log {
            None => Ok(None),
            Some(path) if path.as_os_str() == "-" => Ok(Some(AccessLog::stderr())),
            Some(path) => AccessLog::file(path)
                .map(Some)
                .map_err(|error| ServerError::file(path, error)),
        }
    }

    async fn listener(&self) -> Result<TcpListener, ServerError> {
        let address = self.address();
        TcpListener::bind(address)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::InvalidInput => ServerError::Usage {
                    option: "--listen",
                    problem: format!("{address:?} is not HOST:PORT"),
                },
                _ => ServerError::Listen {
                    address: address.to_owned(),
                    source,
                },
            })
    }

    /// The certificate, and the file of its authority when that is our own.
    fn tls(&self, address: SocketAddr) -> Result<Option<(Tls, Option<PathBuf>)>, ServerError> {
        if let (Some(certificate), Some(key)) = (&self.tls.tls_cert, &self.tls.tls_key) {
            return Ok(Some((Tls::from_pem_files(certificate, key)?, None)));
        }
        if !self.tls.tls {
            return Ok(None);
        }
        let authority = Authority::open(&self.tls_dir()?)?;
        let tls = authority.issue(&self.names(address))?;
        let file = authority.certificate();
        let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        Ok(Some((tls, Some(file))))
    }

    fn tls_dir(&self) -> Result<PathBuf, ServerError> {
        if let Some(directory) = &self.tls.tls_dir {
            return Ok(directory.clone());
        }
        if let Some(state) = &self.state {
            return Ok(state.join("tls"));
        }
        data_directory()
            .map(|directory| directory.join("azure-sim/tls"))
            .ok_or_else(|| ServerError::Usage {
                option: "--tls",
                problem: "say with --tls-dir where to keep the certificate authority: there is no home directory"
                    .to_owned(),
            })
    }

    /// How a client on this machine reaches the server.
    fn url(&self, mut address: SocketAddr) -> String {
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        let scheme = if self.is_tls() { "https" } else { "http" };
        format!("{scheme}://{address}")
    }
}

fn read(path: &Path) -> Result<String, ServerError> {
    fs::read_to_string(path).map_err(|error| ServerError::file(path, error))
}

/// Reads a kubeconfig. Nothing of its content is in the error.
fn kubeconfig(path: &Path) -> Result<String, ServerError> {
    /// What a kubeconfig must have so that a client finds its cluster.
    #[derive(Deserialize)]
    struct Kubeconfig {
        clusters: Vec<IgnoredAny>,
        contexts: Vec<IgnoredAny>,
    }
    let text = read(path)?;
    let options = serde_saphyr::options! { with_snippet: false };
    let refused = |problem| Err(ServerError::file(path, problem));
    match serde_saphyr::from_str_with_options::<Kubeconfig>(&text, options) {
        Ok(config) if config.clusters.is_empty() => refused("the kubeconfig has no clusters"),
        Ok(config) if config.contexts.is_empty() => refused("the kubeconfig has no contexts"),
        Ok(_) => Ok(text),
        // The error itself may quote what it stumbled over.
        Err(_) => refused("this is no kubeconfig: YAML with the lists clusters and contexts"),
    }
}

/// Where a user's programs keep data (XDG Base Directory Specification).
fn data_directory() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))
}

/// Nobody is left to be told that nobody reads.
fn announce(notes: &[String], url: &str) {
    let mut stderr = io::stderr().lock();
    for note in notes {
        let _ = writeln!(stderr, "{note}");
    }
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "listening on {url}").and_then(|()| stdout.flush());
}

/// Ready when the process is told to stop.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        args: Args,
    }

    fn args(words: &[&str]) -> Args {
        Program::parse_from(["sim"].iter().chain(words)).args
    }

    #[test]
    fn a_kubeconfig_has_clusters_and_contexts_and_is_never_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config");
        for text in [
            "hidden",
            "token: hidden",
            "clusters: hidden\ncontexts: []",
            "clusters: []\ncontexts: [{name: hidden}]",
            "clusters: [{name: hidden}]\ncontexts: []",
            "clusters: [hidden",
        ] {
            fs::write(&path, text).unwrap();
            let error = kubeconfig(&path).unwrap_err().to_string();
            assert!(
                error.contains("config: ") && !error.contains("hidden"),
                "{error}"
            );
        }
        let text = "# mine\nclusters: [{name: a}]\ncontexts:\n- {name: a}\nusers: []\n";
        fs::write(&path, text).unwrap();
        assert_eq!(kubeconfig(&path).unwrap(), text);
        let simulator = args(&["--kubeconfig", path.to_str().unwrap()]).simulator(&mut Vec::new());
        assert!(!format!("{:?}", simulator.unwrap()).contains("mine"));
    }

    #[test]
    fn a_mistake_in_the_list_of_faults_is_told_with_its_place() {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("faults.yml", "# none\nnonsense: 1\n"),
            ("faults.json", "{\n\"nonsense\": 1}"),
        ] {
            let path = directory.path().join(name);
            fs::write(&path, text).unwrap();
            let error = args(&["--faults", path.to_str().unwrap()]).faults();
            let error = error.unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("line 2"), "{error}");
        }
    }

    #[test]
    fn the_certificate_is_for_what_is_listened_on() {
        let names = |words: &[&str], address: &str| args(words).names(address.parse().unwrap());
        assert_eq!(names(&[], "127.0.0.1:8443"), ["127.0.0.1"]);
        assert_eq!(
            names(
                &["--tls", "--tls-name", "a.test", "--listen", "sim.test:1"],
                "192.0.2.1:1"
            ),
            ["a.test", "sim.test", "192.0.2.1"]
        );
        assert!(names(&["--listen", "[::]:1"], "[::]:1").is_empty());
    }

    #[test]
    fn an_address_that_means_every_address_is_told_as_one_that_can_be_reached() {
        let url = |words: &[&str], address: &str| args(words).url(address.parse().unwrap());
        assert_eq!(url(&[], "0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(url(&["--tls"], "[::]:81"), "https://[::1]:81");
        assert_eq!(url(&["--tls"], "192.0.2.1:81"), "https://192.0.2.1:81");
    }

    #[test]
    fn without_a_choice_the_authority_is_beside_the_state() {
        let directory = |words: &[&str]| args(words).tls_dir().unwrap();
        assert_eq!(directory(&["--state", "s"]), Path::new("s/tls"));
        assert_eq!(
            directory(&["--tls", "--state", "s", "--tls-dir", "t"]),
            Path::new("t")
        );
    }
}
