//! Disks, snapshots and shares.

use kompox_model::options::*;
use kompox_model::{App, Volume, VolumeType};
use kompox_provider::Driver;
use serde_json::json;

use super::cluster;

const GIB: u64 = 1 << 30;

pub(super) fn app() -> App {
    let volume = |name: &str, kind, size| Volume {
        name: name.to_owned(),
        size,
        kind,
        options: Default::default(),
    };
    let mut app = App::new("shop");
    app.volumes = vec![
        volume("data", VolumeType::Disk, 32 * GIB),
        volume("docs", VolumeType::Files, 100 * GIB),
    ];
    app
}

pub(super) async fn disks(driver: &dyn Driver) {
    let (cluster, app) = (cluster(), app());
    let create = async |name: &str, source: Option<&str>, options: VolumeDiskCreateOptions| {
        driver
            .volume_disk_create(&cluster, &app, "data", Some(name), source, options)
            .await
    };
    let first = create("d1", None, Default::default()).await.unwrap();
    create("d1", None, Default::default()).await.unwrap_err();
    let snapshot = async |name: &str, source: Option<&str>| {
        driver
            .volume_snapshot_create(
                &cluster,
                &app,
                "data",
                Some(name),
                source,
                Default::default(),
            )
            .await
    };
    let taken = snapshot("s1", None).await.unwrap();
    snapshot("s2", Some("disk:d1")).await.unwrap();
    snapshot("s3", Some(&first.handle)).await.unwrap();
    snapshot("s1", None).await.unwrap_err();
    let zoned = |zone: &str, options| VolumeDiskCreateOptions {
        zone: Some(zone.to_owned()),
        options: serde_json::from_value(options).unwrap(),
    };
    create("d2", Some("snapshot:s1"), zoned("2", json!({})))
        .await
        .unwrap();
    create("d3", Some("disk:d1"), Default::default())
        .await
        .unwrap();
    create("d4", Some(&taken.handle), Default::default())
        .await
        .unwrap();
    create("d5", Some(&first.handle), Default::default())
        .await
        .unwrap();
    let fast = json!({"sku": "PremiumV2_LRS", "iops": 4000, "mbps": 200});
    create("d6", None, zoned("1", fast)).await.unwrap();
    create("d7", None, zoned("1", json!({"sku": "UltraSSD_LRS"})))
        .await
        .unwrap();
    for sku in [
        "Standard_LRS",
        "StandardSSD_LRS",
        "Premium_ZRS",
        "StandardSSD_ZRS",
    ] {
        let name = sku.replace('_', "").to_lowercase();
        let options = VolumeDiskCreateOptions {
            zone: None,
            options: serde_json::from_value(json!({"sku": sku})).unwrap(),
        };
        create(&name, None, options).await.unwrap();
    }
    let nowhere = first.handle.replace("d1", "gone");
    create("d8", Some("snapshot:gone"), Default::default())
        .await
        .unwrap_err();
    create("d8", Some(&nowhere), Default::default()).await.ok();
    driver
        .volume_disk_assign(&cluster, &app, "data", "d2", Default::default())
        .await
        .unwrap();
    let disks = driver
        .volume_disk_list(&cluster, &app, "data", Default::default())
        .await
        .unwrap();
    assert!(disks.len() > 8, "{disks:?}");
    let snapshots = driver
        .volume_snapshot_list(&cluster, &app, "data", Default::default())
        .await
        .unwrap();
    assert_eq!(snapshots.len(), 3);
    for _ in 0..2 {
        driver
            .volume_disk_delete(&cluster, &app, "data", "d3", Default::default())
            .await
            .unwrap();
        driver
            .volume_snapshot_delete(&cluster, &app, "data", "s2", Default::default())
            .await
            .unwrap();
    }
    driver
        .volume_class(&cluster, &app, "data", Default::default())
        .await
        .unwrap();
}

pub(super) async fn shares(driver: &dyn Driver) {
    let (cluster, app) = (cluster(), app());
    for name in ["f1", "f2", "f3"] {
        driver
            .volume_disk_create(&cluster, &app, "docs", Some(name), None, Default::default())
            .await
            .unwrap();
    }
    let taken = driver
        .volume_disk_create(&cluster, &app, "docs", Some("f1"), None, Default::default())
        .await;
    taken.unwrap_err();
    driver
        .volume_disk_assign(&cluster, &app, "docs", "f2", Default::default())
        .await
        .unwrap();
    let shares = driver
        .volume_disk_list(&cluster, &app, "docs", Default::default())
        .await
        .unwrap();
    assert_eq!(shares.len(), 3);
    for _ in 0..2 {
        driver
            .volume_disk_delete(&cluster, &app, "docs", "f1", Default::default())
            .await
            .unwrap();
    }
    driver
        .volume_class(&cluster, &app, "docs", Default::default())
        .await
        .unwrap();
}
