//! What holds for the names of any legal input.

#![allow(clippy::unwrap_used)] // Strategies are built outside of test functions.

use jiff::Timestamp;
use kompox_model::{App, Cluster, Provider, Workspace};
use kompox_naming::{
    AppNames, CompactId, DiskName, ProviderNames, ShortHash, SnapshotName, VolumeName, resource,
};
use proptest::prelude::*;

/// A legal volume name.
fn volume() -> impl Strategy<Value = VolumeName> {
    "[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?".prop_map(|name| VolumeName::parse(&name).unwrap())
}

/// A legal disk name: any, and often a long one that differs from others only at its end.
fn disk() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?",
        "[a-c]{1,2}".prop_map(|end| format!("{}{end}", "d".repeat(24 - end.len()))),
    ]
}

/// A legal app or cluster name, up to well over every limit.
fn name() -> impl Strategy<Value = String> {
    "[a-z0-9]([a-z0-9-]{0,118}[a-z0-9])?"
}

/// A provider with and without a prefix of its own, in and outside a workspace.
fn provider() -> impl Strategy<Value = ProviderNames> {
    (
        proptest::option::of(name()),
        name(),
        proptest::option::of("[A-Za-z0-9][A-Za-z0-9._-]{0,39}"),
    )
        .prop_map(|(workspace, name, prefix)| {
            let mut provider = Provider::new(name, "aks");
            if let Some(prefix) = prefix {
                provider.settings.insert("AZURE_RESOURCE_PREFIX", prefix);
            }
            ProviderNames::new(workspace.map(Workspace::new).as_ref(), &provider).unwrap()
        })
}

fn app() -> impl Strategy<Value = AppNames> {
    (provider(), name()).prop_map(|(provider, name)| provider.app(&App::new(name)).unwrap())
}

/// Azure's rule for disks and snapshots: 1 to 80 of letters, digits, `_`, `-`, `.`; the first a letter or digit, the
/// last a letter, digit or `_`.
fn is_disk_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

proptest! {
    #[test]
    fn a_hash_is_six_characters_of_base_36(input in any::<String>()) {
        let hash = ShortHash::of(&input);
        prop_assert_eq!(hash.as_str().len(), 6);
        prop_assert!(hash.as_str().chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()));
    }

    #[test]
    fn a_compact_id_is_a_legal_disk_name_and_sorts_by_time(
        first in 0..77_000_000_000_i64, later in 1..1_000_000_i64, random in any::<[u64; 2]>(),
    ) {
        let id = |seconds, random| CompactId::new(Timestamp::from_second(seconds).unwrap(), random);
        let (a, b) = (id(first, random[0]), id(first + later, random[1]));
        prop_assert_eq!(a.as_str().len(), 12);
        prop_assert!(a < b);
        prop_assert_eq!(DiskName::parse(a.as_str()).unwrap(), DiskName::from(a.clone()));
        prop_assert_eq!(SnapshotName::parse(a.as_str()).unwrap(), SnapshotName::from(a));
    }

    #[test]
    fn disks_of_an_app_share_no_name_and_azure_takes_each(
        app in app(), one in (volume(), disk()), other in (volume(), disk()), same_volume in any::<bool>(),
    ) {
        let other = if same_volume { (one.0.clone(), other.1) } else { other };
        let disk = |(volume, name): &(VolumeName, String)| app.disk(volume, &DiskName::parse(name).unwrap());
        let snapshot =
            |(volume, name): &(VolumeName, String)| app.snapshot(volume, &SnapshotName::parse(name).unwrap());
        prop_assert_eq!(disk(&one) == disk(&other), one == other);
        prop_assert_eq!(snapshot(&one) == snapshot(&other), one == other);
        prop_assert!(is_disk_name(&disk(&one)), "{}", disk(&one));
        prop_assert!(is_disk_name(&snapshot(&one)), "{}", snapshot(&one));
        prop_assert!(disk(&one).len() <= 72);
    }

    #[test]
    fn azure_takes_the_names_of_any_cluster(provider in provider(), cluster in name()) {
        let names = provider.cluster(&Cluster::new(cluster)).unwrap();
        prop_assert!(names.resource_group().as_str().len() <= 72);
        prop_assert!(names.resource_group().as_str().ends_with(names.hash().as_str()));
        prop_assert!(names.deployment().len() <= 64);
        prop_assert!(names.deployment().chars().all(|c| c.is_ascii_alphanumeric() || "_-.()".contains(c)));
        prop_assert_eq!(names.managed_cluster().len(), 10);
        for (key, value) in names.tags() {
            prop_assert!(key.len() <= 512 && !key.contains(['<', '>', '%', '&', '\\', '?', '/']));
            prop_assert!(value.len() <= 256);
        }
    }

    #[test]
    fn azure_takes_the_storage_account_of_any_app(app in app()) {
        let account = app.storage_account();
        prop_assert!((3..=24).contains(&account.len()));
        prop_assert!(account.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()));
    }

    #[test]
    fn a_namespace_is_a_label_or_refused(app in app()) {
        if let Ok(namespace) = app.namespace() {
            prop_assert_eq!(kompox_naming::label::label_flaw(&namespace, 63), None);
        }
    }

    #[test]
    fn a_share_name_is_what_azure_files_takes_or_refused(volume in volume(), disk in disk()) {
        if let Ok(name) = resource::share(&volume, &DiskName::parse(&disk).unwrap()) {
            prop_assert!((3..=63).contains(&name.len()));
            prop_assert!(!name.contains("--"));
            prop_assert!(name.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase() || c == '-'));
        }
    }
}
