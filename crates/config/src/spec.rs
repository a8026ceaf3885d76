//! What a provider, a cluster and an app say of themselves. KOM documents keep it in `spec`, `kompoxops.yml` in the
//! sections of those names. What this project does not act on is accepted; what it knows must have the right type.

use std::collections::HashMap;

use kompox_model::{
    App, AppDeployment, AppIngress, Certificate, Cluster, ClusterIngress, IngressRule, Protection,
    ProtectionLevel, Provider, Volume, VolumeType,
};
use kompox_naming::VolumeName;

use crate::decode::{Fields, Reader};
use crate::quantity;
use crate::yaml::Position;

pub(crate) fn provider(reader: &mut Reader, spec: &Fields<'_>, name: &str) -> Provider {
    Provider {
        name: name.to_owned(),
        driver: reader.required(spec, "driver").unwrap_or_default(),
        settings: reader.settings(spec, "settings"),
    }
}

pub(crate) fn cluster(reader: &mut Reader, spec: &Fields<'_>, name: &str) -> Cluster {
    let ingress = reader.mapping(spec, "ingress");
    let protection = reader.mapping(spec, "protection");
    Cluster {
        name: name.to_owned(),
        existing: reader.boolean(spec, "existing").unwrap_or_default(),
        ingress: ClusterIngress {
            namespace: reader.string(&ingress, "namespace"),
            controller: reader.string(&ingress, "controller"),
            service_account: reader.string(&ingress, "serviceAccount"),
            domain: reader.string(&ingress, "domain"),
            cert_resolver: reader.string(&ingress, "certResolver"),
            cert_email: reader.string(&ingress, "certEmail"),
            certificates: certificates(reader, &ingress),
        },
        protection: Protection {
            provisioning: protection_level(reader, &protection, "provisioning"),
            installation: protection_level(reader, &protection, "installation"),
        },
        settings: reader.settings(spec, "settings"),
    }
}

fn certificates(reader: &mut Reader, ingress: &Fields<'_>) -> Vec<Certificate> {
    let entries = reader.mappings(ingress, "certificates");
    let certificate = |entry: &Fields<'_>| {
        let (name, source) = (
            reader.required(entry, "name"),
            reader.required(entry, "source"),
        );
        Some(Certificate {
            name: name?,
            source: source?,
        })
    };
    entries.iter().filter_map(certificate).collect()
}

fn protection_level(reader: &mut Reader, protection: &Fields<'_>, key: &str) -> ProtectionLevel {
    let levels = [
        ("none", ProtectionLevel::None),
        ("cannotDelete", ProtectionLevel::CannotDelete),
        ("readOnly", ProtectionLevel::ReadOnly),
    ];
    reader.word(protection, key, &levels).unwrap_or_default()
}

pub(crate) fn app(reader: &mut Reader, spec: &Fields<'_>, name: &str) -> App {
    let ingress = reader.mapping(spec, "ingress");
    let deployment = reader.mapping(spec, "deployment");
    App {
        name: name.to_owned(),
        compose: reader.json(spec, "compose"),
        ingress: AppIngress {
            cert_resolver: reader.string(&ingress, "certResolver"),
            rules: reader
                .mappings(&ingress, "rules")
                .iter()
                .map(|rule| ingress_rule(reader, rule))
                .collect(),
        },
        volumes: volumes(reader, spec),
        deployment: AppDeployment {
            pools: one_or_list(reader, &deployment, "pool", "pools"),
            zones: one_or_list(reader, &deployment, "zone", "zones"),
        },
        resources: reader.json(spec, "resources"),
        settings: reader.settings(spec, "settings"),
        network_policy: reader.json(spec, "networkPolicy"),
    }
}

fn ingress_rule(reader: &mut Reader, rule: &Fields<'_>) -> IngressRule {
    IngressRule {
        name: reader.string(rule, "name").unwrap_or_default(),
        port: reader.integer(rule, "port", 1).unwrap_or_default(),
        hosts: reader
            .texts(rule, "hosts")
            .into_iter()
            .map(|(host, _)| host)
            .collect(),
    }
}

/// What `one` (a single value) or `list` says. A zone such as `1` may be a number.
fn one_or_list(reader: &mut Reader, fields: &Fields<'_>, one: &str, list: &str) -> Vec<String> {
    let single = reader.text(fields, one);
    let several = reader.texts(fields, list);
    if single.is_some() && fields.get(list).is_some() {
        let message = format!(
            "`{}` and `{}` exclude each other",
            fields.path(one),
            fields.path(list)
        );
        reader.problem(fields.at(list), message);
    }
    single
        .into_iter()
        .chain(several.into_iter().map(|(text, _)| text))
        .collect()
}

fn volumes(reader: &mut Reader, spec: &Fields<'_>) -> Vec<Volume> {
    let entries = reader.mappings(spec, "volumes");
    let mut seen: HashMap<String, Position> = HashMap::new();
    let mut volumes = Vec::with_capacity(entries.len());
    for entry in &entries {
        let name = reader.required(entry, "name").unwrap_or_default();
        if !name.is_empty() {
            let at = entry.at("name");
            if let Err(error) = VolumeName::parse(&name) {
                reader.problem(at, format!("`{}`: {error}", entry.path("name")));
            }
            if let Some(first) = seen.insert(name.clone(), at) {
                reader.problem(
                    at,
                    format!("volume `{name}` is declared twice, first on {first}"),
                );
            }
        }
        volumes.push(Volume {
            size: size(reader, entry),
            kind: kind(reader, entry),
            options: reader.json_object(entry, "options"),
            name,
        });
    }
    volumes
}

fn kind(reader: &mut Reader, volume: &Fields<'_>) -> VolumeType {
    let kinds = [("disk", VolumeType::Disk), ("files", VolumeType::Files)];
    reader.word(volume, "type", &kinds).unwrap_or_default()
}

fn size(reader: &mut Reader, volume: &Fields<'_>) -> u64 {
    let Some(text) = reader.text(volume, "size") else {
        return 0;
    };
    quantity::bytes(&text).unwrap_or_else(|reason| {
        let path = volume.path("size");
        reader.problem(
            volume.at("size"),
            format!("`{path}` is `{text}`: it {reason}"),
        );
        0
    })
}
