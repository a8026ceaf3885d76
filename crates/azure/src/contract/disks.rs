//! Managed disks.

use super::stage::{Environment, tags};
use crate::{Azure, CreationData, DiskCreation, ProvisioningState, ResourceId, Tags};

const KIND: &str = "Microsoft.Compute/disks";

/// An empty regional disk of 4 GiB.
pub(super) fn empty(environment: &Environment) -> DiskCreation {
    DiskCreation {
        location: environment.location.clone(),
        tags: Tags::new(),
        sku: "Premium_LRS".to_owned(),
        zones: Vec::new(),
        size_gib: 4,
        creation_data: CreationData::Empty,
        iops: None,
        mbps: None,
    }
}

/// Disks: absence is `None` and an empty list; made, they are read back with everything that was asked for; a copy
/// has the size of its source; tags are replaced as a whole; lists have all pages; what Azure cannot make is
/// refused; deleting succeeds when there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn disks(azure: &Azure, environment: &Environment) {
    let disks = &azure.disks;
    let missing = environment.group("no-disks");
    assert_eq!(disks.list(&missing).await.unwrap(), []);
    assert_eq!(disks.get(&missing.resource(KIND, "d")).await.unwrap(), None);
    disks.delete(&missing.resource(KIND, "d")).await.unwrap();

    let group = environment.empty_group(azure, "disks").await;
    let disk = |name: &str| group.resource(KIND, name);
    assert_eq!(disks.list(&group).await.unwrap(), []);
    assert_eq!(disks.get(&disk("d")).await.unwrap(), None);
    assert_eq!(
        disks
            .update_tags(&disk("d"), &tags([("a", "1")]))
            .await
            .unwrap(),
        None
    );
    disks.delete(&disk("d")).await.unwrap();

    let zonal = DiskCreation {
        tags: tags([("a", "1"), ("b", "2")]),
        zones: vec!["1".to_owned()],
        ..empty(environment)
    };
    let made = disks
        .create_or_update(&disk("zonal"), &zonal)
        .await
        .unwrap();
    let read = disks
        .get(&disk("zonal"))
        .await
        .unwrap()
        .expect("the disk was made");
    assert_eq!(made, read, "a disk is made before the call returns");
    assert_eq!(read.id, disk("zonal"));
    assert_eq!(read.state, ProvisioningState::Succeeded);
    assert_eq!(read.disk_state, "Unattached");
    assert!(read.time_created.is_some());
    assert_eq!(
        (
            &read.location,
            &read.tags,
            &read.sku,
            &read.zones,
            read.size_gib
        ),
        (
            &zonal.location,
            &zonal.tags,
            &zonal.sku,
            &zonal.zones,
            zonal.size_gib
        )
    );

    let updated = disks
        .update_tags(&disk("zonal"), &tags([("b", "3")]))
        .await
        .unwrap()
        .expect("the disk is there");
    assert_eq!(
        updated.tags,
        tags([("b", "3")]),
        "tags are replaced as a whole"
    );
    let read = disks
        .get(&disk("zonal"))
        .await
        .unwrap()
        .expect("the disk is there");
    assert_eq!(read, updated);
    assert_eq!(
        (read.size_gib, read.time_created),
        (made.size_gib, made.time_created),
        "and nothing else"
    );

    let fast = DiskCreation {
        sku: "PremiumV2_LRS".to_owned(),
        iops: Some(3500),
        mbps: Some(150),
        ..zonal.clone()
    };
    let fast = disks.create_or_update(&disk("fast"), &fast).await.unwrap();
    assert_eq!((fast.iops, fast.mbps), (Some(3500), Some(150)));

    copies(azure, environment, &group).await;

    let listed = disks.list(&group).await.unwrap();
    let mut ids: Vec<_> = listed
        .iter()
        .map(|disk| disk.id.name().to_owned())
        .collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        ["copy", "fast", "page-1", "page-2", "page-3", "zonal"],
        "all pages"
    );
    let zonal = listed.iter().find(|disk| disk.id.name() == "zonal");
    assert_eq!(zonal, Some(&read), "a list tells as much as a single disk");

    disks.delete(&disk("zonal")).await.unwrap();
    assert_eq!(disks.get(&disk("zonal")).await.unwrap(), None);
    disks.delete(&disk("zonal")).await.unwrap();
    azure.resource_groups.delete(&group).await.unwrap();
    assert_eq!(disks.list(&group).await.unwrap(), []);
}

async fn copies(azure: &Azure, environment: &Environment, group: &ResourceId) {
    let disks = &azure.disks;
    let disk = |name: &str| group.resource(KIND, name);
    for name in ["page-1", "page-2", "page-3"] {
        disks
            .create_or_update(&disk(name), &empty(environment))
            .await
            .unwrap();
    }
    let copy = |source: &str| DiskCreation {
        creation_data: CreationData::Copy {
            source: disk(source),
        },
        ..empty(environment)
    };
    let made = disks
        .create_or_update(&disk("copy"), &copy("page-1"))
        .await
        .unwrap();
    assert_eq!(made.size_gib, 4);
    let error = disks
        .create_or_update(&disk("lost"), &copy("missing"))
        .await
        .unwrap_err();
    assert!(
        error
            .status()
            .is_none_or(|status| (400..500).contains(&status)),
        "{error}"
    );
    let unknown = DiskCreation {
        sku: "Nonsense_LRS".to_owned(),
        ..empty(environment)
    };
    let error = disks
        .create_or_update(&disk("lost"), &unknown)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(400), "{error}");
    assert_eq!(
        disks.get(&disk("lost")).await.unwrap(),
        None,
        "what was refused was not made"
    );
}
