//! Parameter values of the template, from what a user declared.

use std::collections::BTreeMap;

use kompox_model::{Cluster, Settings};
use kompox_naming::ClusterNames;
use kompox_naming::zone::AvailabilityZone;
use kompox_provider::{Error, Problem, Result};
use serde_json::{Map, Value, json};

/// Cluster settings that become template parameters: setting, parameter, and what values are right.
///
/// Spec: §1.3.
pub const SETTINGS: [(&str, &str, Form); 11] = [
    (
        "AZURE_AKS_KUBERNETES_VERSION",
        "kubernetesVersion",
        Form::KubernetesVersion,
    ),
    ("AZURE_AKS_SYSTEM_VM_SIZE", "aksSystemVmSize", Form::VmSize),
    (
        "AZURE_AKS_SYSTEM_VM_DISK_TYPE",
        "aksSystemVmDiskType",
        Form::OneOf(&["Ephemeral", "Managed"]),
    ),
    (
        "AZURE_AKS_SYSTEM_VM_DISK_SIZE_GB",
        "aksSystemVmDiskSizeGB",
        Form::Gigabytes,
    ),
    (
        "AZURE_AKS_SYSTEM_VM_PRIORITY",
        "aksSystemVmPriority",
        Form::OneOf(&["Regular"]),
    ),
    ("AZURE_AKS_SYSTEM_VM_ZONES", "aksSystemVmZones", Form::Zones),
    ("AZURE_AKS_USER_VM_SIZE", "aksUserVmSize", Form::VmSize),
    (
        "AZURE_AKS_USER_VM_DISK_TYPE",
        "aksUserVmDiskType",
        Form::OneOf(&["Ephemeral", "Managed"]),
    ),
    (
        "AZURE_AKS_USER_VM_DISK_SIZE_GB",
        "aksUserVmDiskSizeGB",
        Form::Gigabytes,
    ),
    (
        "AZURE_AKS_USER_VM_PRIORITY",
        "aksUserVmPriority",
        Form::OneOf(&["Regular", "Spot"]),
    ),
    ("AZURE_AKS_USER_VM_ZONES", "aksUserVmZones", Form::Zones),
];

/// What values of a setting are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `1.33` or `1.33.2`.
    KubernetesVersion,
    /// The name of a VM size.
    VmSize,
    /// One of these, in any case.
    OneOf(&'static [&'static str]),
    /// A whole number of GB, at least 1 and at most 2048.
    Gigabytes,
    /// Zones in either form, separated by commas or white space; `none` for no zone where the default has some.
    Zones,
}

/// The parameter values of one cluster, by name, without the `{"value": …}` around them. An empty setting is left out:
/// then the template's default holds.
///
/// Spec: §6.1.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters(pub Map<String, Value>);

impl Parameters {
    /// The values for `cluster` in `location`. `tags` go onto every resource.
    ///
    /// # Errors
    /// [`Error::Validation`] with every setting that the template or Azure would refuse.
    pub fn new(
        cluster: &Cluster,
        names: &ClusterNames,
        location: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let mut problems = Vec::new();
        let mut values = Map::new();
        values.insert("environmentName".into(), json!(cluster.name));
        values.insert("location".into(), json!(location));
        values.insert(
            "resourceGroupName".into(),
            json!(names.resource_group().as_str()),
        );
        values.insert("aksClusterName".into(), json!(names.managed_cluster()));
        values.insert("tags".into(), json!(tags));
        for (parameter, what, value) in [
            (
                "ingressServiceAccountName",
                "ingress.serviceAccount",
                cluster.ingress.service_account(),
            ),
            (
                "ingressServiceAccountNamespace",
                "ingress.namespace",
                cluster.ingress.namespace(),
            ),
        ] {
            if let Some(flaw) = kompox_naming::label::label_flaw(value, 63) {
                problems.push(Problem::new(what, value, flaw));
            }
            values.insert(parameter.into(), json!(value));
        }
        for (setting, parameter, form) in SETTINGS {
            match read(&cluster.settings, setting, form, location) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    values.insert(parameter.into(), json!(value));
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self(values))
        } else {
            Err(Error::Validation(problems))
        }
    }
}

fn read(
    settings: &Settings,
    setting: &str,
    form: Form,
    location: &str,
) -> Result<Option<String>, Problem> {
    let Some(value) = settings.get(setting) else {
        return Ok(None);
    };
    let wrong = |reason: String| Problem::new(setting, value, reason);
    let text = match form {
        Form::KubernetesVersion => {
            let parts: Vec<_> = value.split('.').collect();
            let numbers = parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
            if !numbers || !(2..=3).contains(&parts.len()) {
                return Err(wrong("a Kubernetes version is 1.33 or 1.33.2".into()));
            }
            value.to_owned()
        }
        Form::VmSize => {
            if !value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            {
                return Err(wrong("a VM size is a name like Standard_D2lds_v6".into()));
            }
            value.to_owned()
        }
        Form::OneOf(allowed) => (*allowed
            .iter()
            .find(|candidate| candidate.eq_ignore_ascii_case(value))
            .ok_or_else(|| wrong(format!("allowed: {}", allowed.join(", "))))?)
        .to_owned(),
        Form::Gigabytes => match value.parse::<u32>() {
            Ok(size @ 1..=2048) => size.to_string(),
            _ => {
                return Err(wrong(
                    "a whole number of GB from 1 to 2048 is expected".into(),
                ));
            }
        },
        Form::Zones if value.eq_ignore_ascii_case("none") => String::new(),
        Form::Zones => zones(value, location).map_err(wrong)?,
    };
    Ok(Some(text))
}

fn zones(value: &str, location: &str) -> Result<String, String> {
    let mut zones: Vec<String> = Vec::new();
    for text in value
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|text| !text.is_empty())
    {
        let zone = AvailabilityZone::parse(text, location).map_err(|error| error.to_string())?;
        let number = zone.azure_form();
        if !zones.contains(&number) {
            zones.push(number);
        }
    }
    Ok(zones.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kompox_model::{Provider, Workspace};
    use kompox_naming::ProviderNames;

    fn parameters(settings: &[(&str, &str)]) -> Result<Map<String, Value>> {
        let mut cluster = Cluster::new("prod");
        cluster.settings = settings.iter().copied().collect();
        let names = ProviderNames::new(
            Some(&Workspace::new("acme")),
            &Provider::new("azure-east", "aks"),
        )
        .unwrap()
        .cluster(&cluster)
        .unwrap();
        Parameters::new(&cluster, &names, "japaneast", names.tags()).map(|parameters| parameters.0)
    }

    #[test]
    fn without_settings_only_what_has_no_default_is_passed() {
        let values = parameters(&[("AZURE_AKS_USER_VM_SIZE", "  ")]).unwrap();
        let keys: Vec<_> = values.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "environmentName",
                "location",
                "resourceGroupName",
                "aksClusterName",
                "tags",
                "ingressServiceAccountName",
                "ingressServiceAccountNamespace"
            ]
        );
        assert_eq!(values["resourceGroupName"], "k4x-3hj1z5_cls_prod_5lmloa");
        assert_eq!(values["aksClusterName"], "aks-5lmloa");
        assert_eq!(values["ingressServiceAccountNamespace"], "traefik");
    }

    #[test]
    fn settings_become_strings_in_the_form_that_the_template_wants() {
        let values = parameters(&[
            ("AZURE_AKS_SYSTEM_VM_DISK_SIZE_GB", "128"),
            ("AZURE_AKS_USER_VM_PRIORITY", "regular"),
            ("AZURE_AKS_SYSTEM_VM_ZONES", "japaneast-1, 2 2"),
            ("AZURE_AKS_USER_VM_ZONES", "none"),
            ("AZURE_AKS_KUBERNETES_VERSION", "1.33"),
        ])
        .unwrap();
        assert_eq!(values["aksSystemVmDiskSizeGB"], "128");
        assert_eq!(values["aksUserVmPriority"], "Regular");
        assert_eq!(values["aksSystemVmZones"], "1,2");
        assert_eq!(values["aksUserVmZones"], "");
        assert_eq!(values["kubernetesVersion"], "1.33");
    }

    #[test]
    fn every_setting_that_azure_would_refuse_is_named() {
        let error = parameters(&[
            ("AZURE_AKS_SYSTEM_VM_PRIORITY", "Spot"),
            ("AZURE_AKS_SYSTEM_VM_DISK_SIZE_GB", "100GB"),
            ("AZURE_AKS_USER_VM_ZONES", "eastus-1"),
            ("AZURE_AKS_KUBERNETES_VERSION", "latest"),
        ])
        .unwrap_err()
        .to_string();
        for setting in [
            "SYSTEM_VM_PRIORITY",
            "SYSTEM_VM_DISK_SIZE_GB",
            "USER_VM_ZONES",
            "KUBERNETES_VERSION",
        ] {
            assert!(error.contains(setting), "{setting}: {error}");
        }
    }

    #[test]
    fn every_parameter_that_is_passed_is_declared_by_the_template() {
        let all: Vec<_> = SETTINGS
            .iter()
            .map(|(setting, _, form)| (*setting, example(*form)))
            .collect();
        let template = crate::template::document().unwrap();
        for name in parameters(&all).unwrap().keys() {
            assert!(template["parameters"].get(name).is_some(), "{name}");
        }
    }

    fn example(form: Form) -> &'static str {
        match form {
            Form::KubernetesVersion => "1.33",
            Form::VmSize => "Standard_D4s_v5",
            Form::OneOf(allowed) => allowed[0],
            Form::Gigabytes => "64",
            Form::Zones => "1",
        }
    }
}
