//! Traefik: the values of its chart, and the configuration that it reads from files.
//!
//! The chart's schema refuses values that it does not know; what stands here is right for its version 41.

use std::collections::BTreeMap;
use std::time::Duration;

use kompox_kube::{InvalidObject, Object, Release};
use serde::Serialize;
use serde_json::{Map, Value};

use super::key_vault::Vault;
use super::plan::Plan;
use super::secret_provider_class::{self, Metadata, yaml};

/// The name of the release, its service and its configuration.
pub(crate) const RELEASE: &str = "traefik";

const CONFIGURATION: &str = "/config/traefik";
const CERTIFICATES: &str = "/config/tls";
const DATA: &str = "/data";
/// How long to wait until Traefik is ready.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// ACME resolvers by name, and their authorities.
const RESOLVERS: [(&str, &str); 2] = [
    (
        "production",
        "https://acme-v02.api.letsencrypt.org/directory",
    ),
    (
        "staging",
        "https://acme-staging-v02.api.letsencrypt.org/directory",
    ),
];

/// The release, upgraded `again` although nothing differs. Spec: §6.4.
pub(super) fn release(plan: &Plan, again: bool) -> Result<Release, InvalidObject> {
    let values = serde_json::to_value(Values::new(plan)).map_err(InvalidObject::Json)?;
    Ok(Release {
        namespace: plan.account.namespace.clone(),
        name: RELEASE.to_owned(),
        chart: plan.chart.clone(),
        values: match values {
            Value::Object(values) => values,
            _ => Map::new(),
        },
        timeout: PATIENCE,
        again,
    })
}

/// The configuration that Traefik watches. There always is one, so that certificates can come and go without another
/// way of mounting it.
pub(super) fn configuration(plan: &Plan) -> Result<Object, InvalidObject> {
    let mut data = BTreeMap::new();
    // Traefik refuses an empty list of certificates.
    if !plan.vaults.is_empty() {
        data.insert("certs.yaml", certificates(&plan.vaults)?);
    }
    Object::new(&ConfigMap {
        api_version: "v1",
        kind: "ConfigMap",
        metadata: Metadata {
            name: RELEASE.to_owned(),
            namespace: &plan.account.namespace,
        },
        data,
    })
}

/// The dynamic configuration that lists the certificates. The add-on writes each certificate's two parts beside it.
///
/// Source: <https://doc.traefik.io/traefik/https/tls/>
fn certificates(vaults: &[Vault]) -> Result<String, InvalidObject> {
    let files = vaults.iter().flat_map(|vault| {
        let directory = mount_path(vault);
        vault.certificates.iter().map(move |certificate| {
            let path = format!("{directory}/{}", certificate.name);
            CertificateFiles {
                cert_file: format!("{path}.crt"),
                key_file: format!("{path}.key"),
            }
        })
    });
    yaml(&Dynamic {
        tls: Tls {
            certificates: files.collect(),
        },
    })
}

#[derive(Serialize)]
struct Dynamic {
    tls: Tls,
}

#[derive(Serialize)]
struct Tls {
    certificates: Vec<CertificateFiles>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateFiles {
    cert_file: String,
    key_file: String,
}

fn mount_path(vault: &Vault) -> String {
    format!("{CERTIFICATES}/{}", vault.slug)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigMap<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    data: BTreeMap<&'static str, String>,
}

/// The values that differ from the chart's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    deployment: Deployment,
    additional_volume_mounts: Vec<VolumeMount>,
    additional_arguments: Vec<String>,
    service: Service,
    update_strategy: Typed,
    service_account: Named<'a>,
    persistence: Persistence,
    access_log: Enabled,
    pod_security_context: PodSecurityContext,
    node_selector: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    pod_labels: BTreeMap<&'static str, &'static str>,
    additional_volumes: Vec<Volume>,
}

#[derive(Serialize)]
struct Volume {
    name: String,
    #[serde(flatten)]
    source: VolumeSource,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum VolumeSource {
    ConfigMap {
        name: String,
    },
    #[serde(rename_all = "camelCase")]
    Csi {
        driver: &'static str,
        read_only: bool,
        volume_attributes: VolumeAttributes,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeAttributes {
    secret_provider_class: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeMount {
    name: String,
    mount_path: String,
    read_only: bool,
}

#[derive(Serialize)]
struct Service {
    spec: ServiceSpec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceSpec {
    #[serde(rename = "type")]
    kind: &'static str,
    external_traffic_policy: &'static str,
}

#[derive(Serialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Enabled {
    enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Persistence {
    enabled: bool,
    access_mode: &'static str,
    size: &'static str,
    path: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodSecurityContext {
    fs_group: u32,
    fs_group_change_policy: &'static str,
}

impl<'a> Values<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut volumes = vec![Volume {
            name: "traefik-config".to_owned(),
            source: VolumeSource::ConfigMap {
                name: RELEASE.to_owned(),
            },
        }];
        let mut mounts = vec![VolumeMount {
            name: "traefik-config".to_owned(),
            mount_path: CONFIGURATION.to_owned(),
            read_only: true,
        }];
        for vault in &plan.vaults {
            let name = format!("kv-{}", vault.slug);
            volumes.push(Volume {
                name: name.clone(),
                source: VolumeSource::Csi {
                    driver: "secrets-store.csi.k8s.io",
                    read_only: true,
                    volume_attributes: VolumeAttributes {
                        secret_provider_class: secret_provider_class::name(vault),
                    },
                },
            });
            mounts.push(VolumeMount {
                name,
                mount_path: mount_path(vault),
                read_only: true,
            });
        }
        Self {
            deployment: Deployment {
                pod_labels: BTreeMap::from([("azure.workload.identity/use", "true")]),
                additional_volumes: volumes,
            },
            additional_volume_mounts: mounts,
            additional_arguments: arguments(plan),
            service: Service {
                spec: ServiceSpec {
                    kind: "LoadBalancer",
                    // Keeps the address of the client.
                    external_traffic_policy: "Local",
                },
            },
            // The volume of the ACME accounts can be mounted by one pod only.
            update_strategy: Typed { kind: "Recreate" },
            service_account: Named {
                name: &plan.account.name,
            },
            persistence: Persistence {
                enabled: true,
                access_mode: "ReadWriteOnce",
                size: "1Gi",
                path: DATA,
            },
            access_log: Enabled { enabled: true },
            pod_security_context: PodSecurityContext {
                fs_group: 65532,
                fs_group_change_policy: "OnRootMismatch",
            },
            node_selector: BTreeMap::from([("kompox.dev/node-pool", "system")]),
        }
    }
}

fn arguments(plan: &Plan) -> Vec<String> {
    let mut arguments = vec![
        format!("--providers.file.directory={CONFIGURATION}"),
        "--providers.file.watch=true".to_owned(),
    ];
    for (name, authority) in RESOLVERS {
        let acme = format!("--certificatesresolvers.{name}.acme");
        arguments.push(format!("{acme}.tlschallenge=true"));
        arguments.push(format!("{acme}.caserver={authority}"));
        arguments.push(format!("{acme}.storage={DATA}/acme-{name}.json"));
        if let Some(email) = &plan.email {
            arguments.push(format!("{acme}.email={email}"));
        }
    }
    arguments
}
