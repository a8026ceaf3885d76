//! `kompoxops cluster kubeconfig`: administrator credentials, into a file or into one's own kubeconfig.

mod document;
mod file;
mod layout;
mod merge;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kompox_model::options::ClusterKubeconfigOptions;
use secrecy::ExposeSecret;

use self::document::{Document, Entry};
use self::merge::Options;
use crate::exit::{Failure, Result};
use crate::output;
use crate::project::Selection;
use crate::session::{Farewell, Session};

pub(crate) use self::file::append_private;

/// How often a file that somebody else changes at the same time is read anew.
const ATTEMPTS: usize = 5;

#[derive(Debug, Args)]
pub(crate) struct KubeconfigArgs {
    /// Write the kubeconfig to this file, or to standard output when it is `-`
    #[arg(
        short,
        long,
        value_name = "PATH",
        required_unless_present = "merge",
        conflicts_with = "merge"
    )]
    output: Option<PathBuf>,
    /// Add the cluster to your own kubeconfig
    #[arg(long)]
    merge: bool,
    /// The kubeconfig to merge into [default: first entry of $KUBECONFIG, else ~/.kube/config]
    #[arg(
        long,
        value_name = "PATH",
        requires = "merge",
        conflicts_with = "output"
    )]
    kubeconfig: Option<PathBuf>,
    /// Make it the current context
    #[arg(long, requires = "merge", conflicts_with = "output")]
    set_current: bool,
    /// Take over entries of the same name instead of choosing another name
    #[arg(long, requires = "merge", conflicts_with = "output")]
    force: bool,
    /// Say what would change, and change nothing
    #[arg(long, requires = "merge", conflicts_with = "output")]
    dry_run: bool,
    /// Name of the context, and of its cluster and user [default: kompox-PROVIDER-CLUSTER]
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Namespace of the context
    #[arg(long, value_name = "NS")]
    namespace: Option<String>,
    /// The form of the file
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

pub(crate) fn run(
    args: &KubeconfigArgs,
    session: &Session<'_>,
    selection: &Selection,
) -> Result<()> {
    let name = match args.context.as_deref().map(str::trim) {
        Some("") => return Err(Failure::Usage("--context must not be empty".into())),
        Some(name) => name.to_owned(),
        None => format!(
            "kompox-{}-{}",
            selection.provider.name, selection.cluster.name
        ),
    };
    let driver = session.driver(selection)?;
    let kubeconfig = session.wait(
        Farewell::Nothing,
        driver.cluster_kubeconfig(&selection.cluster, ClusterKubeconfigOptions::default()),
    )?;
    let mut entry = Document::parse(kubeconfig.expose_secret())
        .and_then(|document| document.entry())
        .map_err(|reason| {
            Failure::failed(format!(
                "the kubeconfig that Azure handed out cannot be used: {reason}"
            ))
        })?;
    if let Some(namespace) = &args.namespace {
        entry.namespace = Some(namespace.clone());
    }
    if args.merge {
        return merge(args, session, &name, &entry);
    }
    let document = Document::of(&name, &entry);
    let text = match args.format {
        Format::Yaml => document.yaml()?,
        Format::Json => document.json()?,
    };
    match args.output.as_deref() {
        None => Ok(()),
        Some(path) if path == Path::new("-") => output::text(&text),
        Some(path) => file::replace(path, &text, file::Mode::Private),
    }
}

fn merge(args: &KubeconfigArgs, session: &Session<'_>, name: &str, entry: &Entry) -> Result<()> {
    let path = match &args.kubeconfig {
        Some(path) => path.clone(),
        None => file::default_path()?,
    };
    let options = Options {
        force: args.force,
        set_current: args.set_current,
    };
    // Other merges of ours wait for this one; other programs are noticed below.
    let _lock = match args.dry_run {
        true => None,
        false => file::lock(&path)?,
    };
    for _ in 0..ATTEMPTS {
        let before = file::read(&path)?;
        let merged = merge::merge(&before, name, entry, options).map_err(|failure| {
            Failure::failed(format!(
                "merging into {}: {}",
                path.display(),
                failure.text()
            ))
        })?;
        let text = match args.format {
            Format::Yaml => merged.expose().to_owned(),
            Format::Json => merged.json()?.expose_secret().to_owned(),
        };
        if args.dry_run {
            session
                .console
                .line(format_args!("{} would change:", path.display()));
            if merged.changes.is_empty() {
                session.console.line("  nothing");
            }
            for change in &merged.changes {
                session.console.line(format_args!("  {change}"));
            }
            return Ok(());
        }
        if text != before {
            // Somebody else's merge between our reading and our writing must not be lost.
            if file::read(&path)? != before {
                continue;
            }
            file::replace(&path, &text, file::Mode::Kept)?;
            if merged.comments_lost {
                session.console.warn(format_args!(
                    "{} was written anew in another form; its comments are lost",
                    path.display()
                ));
            }
        }
        session.console.line(format_args!(
            "context {:?} is in {}",
            merged.name,
            path.display()
        ));
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{} keeps being changed by another program; run this again when it has finished",
        path.display()
    )))
}
