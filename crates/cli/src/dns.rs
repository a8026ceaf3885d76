//! `kompoxops dns`: the names that an app is reached by, and record sets by hand.

mod host;
mod report;
mod rollout;

use std::io::{self, IsTerminal};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use kompox_kube::Labels;
use kompox_model::options::{
    ClusterDnsApplyOptions, ClusterDnsZonesOptions, ClusterKubeconfigOptions,
};
use kompox_model::{DnsRecordSet, DnsRecordType, DnsStatus};
use kompox_naming::{NameError, ProviderNames};
use kompox_provider::{Driver, Error};

use self::host::Host;
use crate::exit::{Failure, Result};
use crate::output;
use crate::project::{AppSelection, AppSelector, ClusterSelector};
use crate::session::{Farewell, Session};

#[derive(Debug, Args)]
pub(crate) struct DnsArgs {
    #[command(flatten)]
    selector: AppSelector,
    #[command(subcommand)]
    command: DnsCommand,
}

#[derive(Debug, Subcommand)]
enum DnsCommand {
    /// Point the hosts of the app's Ingress objects to their load balancers
    Deploy(Hosts),
    /// Remove the A, AAAA and CNAME records of the hosts of the app's Ingress objects
    Destroy(Hosts),
    /// Make one record set be as given, or not be
    Apply(Apply),
    /// Show the configured zones, and which of them each host falls into
    Zones(Zones),
}

/// What is said of every change.
#[derive(Debug, Clone, Copy, Args)]
struct Mode {
    /// Fail (exit code 1) where a record set cannot be dealt with, instead of saying so and succeeding
    #[arg(long)]
    strict: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct Hosts {
    /// Component of the app: its Ingress objects have the label app=APP-COMPONENT
    #[arg(long, default_value = "app", value_parser = component)]
    component: String,
    #[command(flatten)]
    mode: Mode,
    /// Form of the result [default: human on a terminal, json elsewhere]
    #[arg(long, value_enum, value_name = "FORM")]
    output: Option<Form>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// An array of record sets
    Json,
    /// A line for each host
    Human,
}

#[derive(Debug, Args)]
struct Apply {
    #[command(flatten)]
    cluster: ClusterSelector,
    /// Full name of the record set
    #[arg(long, value_name = "NAME")]
    fqdn: String,
    /// Type of the record set
    #[arg(long = "type", value_name = "TYPE", value_parser = kinds(), ignore_case = true)]
    kind: DnsRecordType,
    /// Time to live in seconds; 0 means 300
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    ttl: u32,
    /// Addresses, or for a CNAME the host name
    #[arg(long, value_name = "DATA", num_args = 1.., required_unless_present = "delete")]
    rdata: Vec<String>,
    /// Remove the record set
    #[arg(long, conflicts_with_all = ["rdata", "ttl"])]
    delete: bool,
    /// Zone to use: its name or its id [default: the longest that contains the name]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    mode: Mode,
}

#[derive(Debug, Args)]
struct Zones {
    #[command(flatten)]
    cluster: ClusterSelector,
    /// Hosts to find the zones of
    #[arg(value_name = "HOST")]
    hosts: Vec<String>,
}

fn kinds() -> impl TypedValueParser<Value = DnsRecordType> {
    PossibleValuesParser::new(["A", "AAAA", "CNAME"]).try_map(|text| {
        DnsRecordType::ALL
            .into_iter()
            .find(|kind| kind.to_string().eq_ignore_ascii_case(&text))
            .ok_or("no record type")
    })
}

/// A text that can end the value of a label.
fn component(text: &str) -> std::result::Result<String, String> {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.chars().all(known) && text.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err("a component has letters, digits, -, _ and . and ends with a letter or digit".into())
}

impl DnsArgs {
    pub(crate) fn name(&self) -> &'static str {
        match self.command {
            DnsCommand::Deploy(_) => "dns deploy",
            DnsCommand::Destroy(_) => "dns destroy",
            DnsCommand::Apply(_) => "dns apply",
            DnsCommand::Zones(_) => "dns zones",
        }
    }
}

pub(crate) fn run(args: &DnsArgs, session: &Session<'_>) -> Result<()> {
    match &args.command {
        DnsCommand::Deploy(hosts) => {
            roll_out(hosts, session, &session.project.app(&args.selector)?, true)
        }
        DnsCommand::Destroy(hosts) => {
            roll_out(hosts, session, &session.project.app(&args.selector)?, false)
        }
        DnsCommand::Apply(apply) => {
            let selection = (session.project).cluster_or_that_of(&apply.cluster, &args.selector)?;
            let record_set = DnsRecordSet {
                fqdn: apply.fqdn.clone(),
                kind: apply.kind,
                ttl: apply.ttl,
                rdata: apply.rdata.clone(),
            };
            let options = ClusterDnsApplyOptions {
                zone_hint: apply.zone.clone(),
                ..apply.mode.into()
            };
            let driver = session.driver(&selection)?;
            let outcome = session.wait(
                Farewell::Again,
                driver.cluster_dns_apply(&selection.cluster, &record_set, options),
            )?;
            output::json(&outcome)
        }
        DnsCommand::Zones(zones) => {
            let selection = (session.project).cluster_or_that_of(&zones.cluster, &args.selector)?;
            let options = ClusterDnsZonesOptions::default();
            let driver = session.driver(&selection)?;
            let zones = session.wait(
                Farewell::Nothing,
                driver.cluster_dns_zones(&selection.cluster, &zones.hosts, options),
            )?;
            output::json(&zones)
        }
    }
}

impl From<Mode> for ClusterDnsApplyOptions {
    fn from(mode: Mode) -> Self {
        Self {
            strict: mode.strict,
            dry_run: mode.dry_run,
            ..Self::default()
        }
    }
}

/// Deploys or destroys the records of all hosts, and tells about every one before it fails because of any.
fn roll_out(
    args: &Hosts,
    session: &Session<'_>,
    selection: &AppSelection,
    deploy: bool,
) -> Result<()> {
    let place = Place::of(selection, &args.component)?;
    let cluster = &selection.cluster.cluster;
    let driver = session.driver(&selection.cluster)?;
    let driver = driver.as_ref();
    let (hosts, attempts) = session.wait_for(Farewell::Again, async {
        // Settings that are wrong are wrong for every host: that is told once, and before anything is asked.
        let options = ClusterDnsZonesOptions::default();
        driver.cluster_dns_zones(cluster, &[], options).await?;
        let hosts = place.hosts(driver, session, selection).await?;
        let attempts = if deploy {
            rollout::deploy(driver, cluster, &hosts, args.mode).await
        } else {
            rollout::destroy(driver, cluster, &hosts, args.mode).await
        };
        Ok((hosts, attempts))
    })?;
    for attempt in &attempts {
        tracing::info!(
            host = attempt.outcome.record_set.fqdn,
            kind = %attempt.outcome.record_set.kind,
            status = %attempt.outcome.status,
            changed = attempt.outcome.changed,
            "record set"
        );
    }
    let outcomes: Vec<_> = attempts.iter().map(|attempt| &attempt.outcome).collect();
    let terminal = || match io::stdout().is_terminal() {
        true => Form::Human,
        false => Form::Json,
    };
    match args.output.unwrap_or_else(terminal) {
        Form::Json => output::json(&outcomes)?,
        Form::Human => output::text(&report::lines(&outcomes))?,
    }
    if hosts.is_empty() {
        let reason = place.empty();
        return if args.mode.strict {
            Err(Failure::Failed(reason))
        } else {
            session.console.warn(reason);
            Ok(())
        };
    }
    let unmet = |status| matches!(status, DnsStatus::Failed | DnsStatus::Skipped);
    let failed = attempts
        .iter()
        .any(|attempt| attempt.error || (args.mode.strict && unmet(attempt.outcome.status)));
    if failed {
        return Err(Failure::Failed(report::unmet(&outcomes)));
    }
    Ok(())
}

/// Where the Ingress objects of a component are.
#[derive(Debug)]
struct Place {
    namespace: String,
    label: String,
}

impl Place {
    fn of(selection: &AppSelection, component: &str) -> Result<Self> {
        let refused = |error: NameError| Failure::failed(error.to_string());
        let workspace = selection.cluster.workspace.as_ref();
        let namespace = ProviderNames::new(workspace, &selection.cluster.provider)
            .and_then(|names| names.app(&selection.app))
            .and_then(|names| names.namespace())
            .map_err(refused)?;
        Ok(Self {
            namespace,
            label: format!("{}-{component}", selection.app.name),
        })
    }

    async fn hosts(
        &self,
        driver: &dyn Driver,
        session: &Session<'_>,
        selection: &AppSelection,
    ) -> Result<Vec<Host>> {
        let kubeconfig = driver
            .cluster_kubeconfig(
                &selection.cluster.cluster,
                ClusterKubeconfigOptions::default(),
            )
            .await?;
        let doing = || {
            format!(
                "reading the Ingress objects in namespace {:?}",
                self.namespace
            )
        };
        let labels = Labels::from([("app".to_owned(), self.label.clone())]);
        let cluster = session.clusters().connect(&kubeconfig).await;
        let cluster = cluster.map_err(|error| Error::port(doing(), error))?;
        let ingresses = cluster.kubernetes.ingresses(&self.namespace, &labels).await;
        let ingresses = ingresses.map_err(|error| Error::port(doing(), error))?;
        Ok(host::hosts(&ingresses))
    }

    /// Why there is nothing to do.
    fn empty(&self) -> String {
        format!(
            "no host: namespace {:?} has no Ingress with a host and the label app={}; is the app deployed, and is \
             --component right?",
            self.namespace, self.label
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_can_be_part_of_a_label() {
        for text in ["app", "web-1", "a.b_c"] {
            assert_eq!(component(text).as_deref(), Ok(text));
        }
        for text in ["", "a,b", "a-", "a b", "a=b", "é"] {
            assert!(component(text).is_err(), "{text}");
        }
    }
}
