//! What is installed in a cluster: the ingress controller, its identity, its certificates, and the roles that they need.
//!
//! Everything that can be known to be wrong is found before anything is written: the declaration is read into types
//! ([`plan`]), the cluster's record is compared with it, Helm is asked for its version. What follows converges: each
//! object is compared with the one that is there.

mod chart;
mod grant;
mod key_vault;
mod live;
mod plan;
mod registry;
mod secret_provider_class;
mod traefik;
mod uninstall;

#[cfg(test)]
mod tests;

use futures::future;
use kompox_azure::Cloud;
use kompox_kube as kube;
use kompox_kube::{Change, Kubernetes, Object};
use kompox_model::Cluster;
use kompox_model::options::ClusterInstallOptions;
use kompox_provider::{Error, Result};

use self::plan::Plan;
use crate::driver::AksDriver;
use crate::record::{ClusterRecord, Found, ServiceAccount, Source};

use self::grant::{Live, Stale};
use self::live::LiveResources;

pub(crate) use self::traefik::RELEASE;

/// Everything that is to be in the cluster.
struct Rendered {
    account: kube::ServiceAccount,
    /// Secret provider classes and the configuration.
    objects: Vec<Object>,
    release: kube::Release,
}

/// What is being installed, and where.
#[derive(Clone, Copy)]
struct Work<'a> {
    cluster: &'a Cluster,
    plan: &'a Plan,
    ports: &'a kube::Cluster,
    /// The release is upgraded although nothing differs.
    again: bool,
}

/// Why an installation does not go on.
enum Interruption {
    /// It was for identities that are not the cluster's any more.
    Stale(Box<Found>),
    Failed(Error),
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Stale> for Interruption {
    fn from(Stale(other): Stale) -> Self {
        Self::Stale(other)
    }
}

impl Rendered {
    fn new(
        plan: &Plan,
        record: &ClusterRecord,
        cloud: &Cloud,
        again: bool,
    ) -> Result<Self, kube::InvalidObject> {
        let namespace = &plan.account.namespace;
        let classes = plan
            .vaults
            .iter()
            .map(|vault| secret_provider_class::object(vault, record, cloud, namespace));
        let objects = classes.chain([traefik::configuration(plan)]);
        Ok(Self {
            account: kube::ServiceAccount {
                namespace: namespace.clone(),
                name: plan.account.name.clone(),
                annotations: [
                    (
                        "azure.workload.identity/client-id",
                        &record.ingress_client_id,
                    ),
                    ("azure.workload.identity/tenant-id", &record.tenant_id),
                ]
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .into(),
                automount_token: false,
            },
            objects: objects.collect::<Result<_, _>>()?,
            release: traefik::release(plan, again)?,
        })
    }
}

impl AksDriver {
    /// Installs the ingress controller and what it needs, as far as it is not there. With force the release is upgraded
    /// although nothing differs, which puts right what somebody changed in the cluster by hand.
    ///
    /// The roles for the certificates come before the release, which waits until Traefik has mounted them; all other work
    /// that does not depend on each other runs together.
    ///
    /// Spec: §6.4.
    pub(crate) async fn install(
        &self,
        cluster: &Cluster,
        options: &ClusterInstallOptions,
    ) -> Result<()> {
        let plan = Plan::new(cluster, &self.cloud)?;
        let (found, ports) = self.cluster_ports(cluster).await?;
        let (trusted, version) = future::join(
            self.check_account(cluster, &found, &plan.account),
            helm_version(&ports),
        )
        .await;
        let ((), version) = (trusted?, version?);
        tracing::debug!("helm is version {version}");
        let work = Work {
            cluster,
            plan: &plan,
            ports: &ports,
            again: options.force,
        };
        let live = LiveResources::new(self, cluster, &found.record);
        let other = match self.converge(&work, &found.record, &live).await {
            Err(Interruption::Stale(other)) => other,
            Err(Interruption::Failed(error)) => return Err(error),
            Ok(()) => return Ok(()),
        };
        self.progress.step(&format!(
            "the identities of cluster {} are others than its record says; the record was made again from the live cluster",
            cluster.name
        ));
        self.check_account(cluster, &other, &plan.account).await?;
        let live = LiveResources::new(self, cluster, &other.record);
        match self.converge(&work, &other.record, &live).await {
            Ok(()) => Ok(()),
            Err(Interruption::Failed(error)) => Err(error),
            Err(Interruption::Stale(_)) => Err(Error::not_found(format!(
                "cluster {:?}: its identities change while it is being installed; try again when nobody works on it",
                cluster.name
            ))),
        }
    }

    /// Does what is not done yet for the identities of `record`, until `live` says that they are not the cluster's.
    async fn converge(
        &self,
        work: &Work<'_>,
        record: &ClusterRecord,
        live: &dyn Live,
    ) -> Result<(), Interruption> {
        let Work {
            cluster,
            plan,
            ports,
            again,
        } = *work;
        let rendered = Rendered::new(plan, record, &self.cloud, again)
            .map_err(|error| Error::invalid(error.to_string()))?;

        let namespace = &plan.account.namespace;
        let kubernetes = &*ports.kubernetes;
        self.progress.step(&format!(
            "installing the ingress controller of cluster {} into namespace {namespace}",
            cluster.name
        ));
        // The first write: a cluster that cannot be reached gets no roles either.
        let made = kubernetes.ensure_namespace(namespace).await;
        let made =
            made.map_err(|error| Error::port(format!("making namespace {namespace:?}"), error))?;
        self.tell(made, &format!("namespace {namespace}"));
        let others = async {
            let warnings = grant::zones_and_registries(&self.azure, plan, record, live).await?;
            self.warn(&warnings);
            Ok::<_, Interruption>(())
        };
        let ingress = async {
            let certificates = async {
                let warnings = grant::certificates(&self.azure, &plan.vaults, record, live).await?;
                self.warn(&warnings);
                Ok::<_, Interruption>(())
            };
            let applied = async { Ok(self.apply(kubernetes, &rendered).await?) };
            future::try_join(applied, certificates).await?;
            Ok(self.release(ports, &rendered.release).await?)
        };
        // Not `try_join`: roles need not be cut off because the release has failed.
        match future::join(ingress, others).await {
            (Err(stale @ Interruption::Stale(_)), _) | (_, Err(stale)) => Err(stale),
            (installed, Ok(())) => installed,
        }
    }

    /// The ports of a cluster, and the record that led to them.
    pub(crate) async fn cluster_ports(&self, cluster: &Cluster) -> Result<(Found, kube::Cluster)> {
        let (found, kubeconfig) = self.record_and_kubeconfig(cluster).await?;
        let ports = self.kubernetes.connect(&kubeconfig).await;
        let ports = ports.map_err(|error| {
            Error::port(format!("connecting to cluster {:?}", cluster.name), error)
        })?;
        Ok((found, ports))
    }

    /// Whether the ingress identity trusts the service account that the cluster declares. A record from tags does not say
    /// which one that is; the deployment does, as long as Azure keeps it.
    async fn check_account(
        &self,
        cluster: &Cluster,
        found: &Found,
        declared: &ServiceAccount,
    ) -> Result<()> {
        let trusted = if found.source == Source::Tags {
            let names = self.cluster_names(cluster)?;
            let deployment = match self.read_deployment(&self.deployment_id(&names)).await {
                Ok(deployment) => deployment,
                Err(error) => {
                    tracing::debug!(%error, "which service account the ingress identity trusts is not known");
                    None
                }
            };
            deployment
                .and_then(|made| ClusterRecord::from_outputs(&made, &self.group_id(&names)))
                .map(|recorded| recorded.ingress)
        } else {
            Some(found.record.ingress.clone())
        };
        match trusted {
            Some(trusted) if trusted != *declared => Err(Error::invalid(format!(
                "cluster {:?} declares service account {}/{} for its ingress controller, but was provisioned for {}/{}: \
                 provision it with --force, or set ingress.namespace and ingress.serviceAccount back",
                cluster.name, declared.namespace, declared.name, trusted.namespace, trusted.name
            ))),
            _ => Ok(()),
        }
    }

    /// Makes the service account, the secret provider classes and the configuration, all at once.
    async fn apply(&self, kubernetes: &dyn Kubernetes, rendered: &Rendered) -> Result<()> {
        let account = async {
            let made = kubernetes.ensure_service_account(&rendered.account).await;
            let name = &rendered.account.name;
            let made = made
                .map_err(|error| Error::port(format!("making service account {name:?}"), error))?;
            self.tell(made, &format!("service account {name}"));
            Ok(())
        };
        let objects = future::try_join_all(rendered.objects.iter().map(|object| async {
            let applied = kubernetes
                .apply(object)
                .await
                .map_err(|error| Error::port(format!("applying {}", object.reference()), error))?;
            let reference = object.reference();
            self.tell(
                applied.change,
                &format!("{} {}", reference.kind, reference.name),
            );
            Ok(())
        }));
        future::try_join(account, objects).await?;
        Ok(())
    }

    async fn release(&self, ports: &kube::Cluster, release: &kube::Release) -> Result<()> {
        let chart = format!("chart {} {}", release.chart.name, release.chart.version);
        self.progress.step(&format!(
            "installing release {} ({chart}), and waiting until it is ready",
            release.name
        ));
        let done = ports.helm.ensure_release(release).await;
        let done = done.map_err(|error| {
            Error::port(
                format!(
                    "installing release {:?} ({chart}) into namespace {:?}",
                    release.name, release.namespace
                ),
                error,
            )
        })?;
        match done {
            Change::Unchanged => self.progress.step(&format!(
                "release {} is as it should be already",
                release.name
            )),
            change => self.tell(change, &format!("release {}", release.name)),
        }
        Ok(())
    }

    /// Tells a change; what is as it should be is not worth a line.
    fn tell(&self, change: Change, what: &str) {
        match change {
            Change::Created => self.progress.step(&format!("{what} created")),
            Change::Updated => self.progress.step(&format!("{what} updated")),
            Change::Unchanged => tracing::debug!("{what} is as it should be"),
        }
    }

    fn warn(&self, warnings: &[grant::Warning]) {
        for warning in warnings {
            tracing::warn!("{warning}");
        }
    }
}

/// Which Helm there is: asked before anything is changed.
async fn helm_version(ports: &kube::Cluster) -> Result<kube::HelmVersion> {
    let version = ports.helm.version().await;
    version.map_err(|error| Error::port("looking for helm before anything is changed", error))
}
