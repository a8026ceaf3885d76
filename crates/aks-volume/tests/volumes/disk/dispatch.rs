use kompox_model::VolumeType;

use crate::world::{World, refused, says};

#[test]
fn an_unknown_volume_is_refused_with_those_that_there_are() {
    let world = World::new();
    let error = refused!(
        Validation,
        world.volumes.backend(&world.app, "date", &world.identities)
    );
    says(&error, &["\"date\"", "data, logs"]);
}

#[test]
fn a_volume_whose_name_azure_could_not_carry_is_refused() {
    let mut world = World::new();
    world.app.volumes[0].name = "My_Data".to_owned();
    let error = refused!(
        Validation,
        world
            .volumes
            .backend(&world.app, "My_Data", &world.identities)
    );
    says(&error, &["volume name", "My_Data"]);
}

#[test]
fn the_type_of_a_volume_chooses_its_backend() {
    let mut world = World::new();
    world.app.volumes[0].kind = VolumeType::Files;
    for (volume, driver) in [
        ("data", "file.csi.azure.com"),
        ("logs", "disk.csi.azure.com"),
    ] {
        let class = world.backend(volume).class(Default::default()).unwrap();
        assert_eq!(class.csi_driver, driver);
    }
}

#[test]
fn a_disk_is_mounted_by_the_csi_driver_of_aks() {
    let world = World::new();
    let class = world.backend("data").class(Default::default()).unwrap();
    assert_eq!(
        serde_json::to_value(class).unwrap(),
        serde_json::json!({
            "storageClassName": "managed-csi",
            "csiDriver": "disk.csi.azure.com",
            "fsType": "ext4",
            "attributes": {"fsType": "ext4"},
            "accessModes": ["ReadWriteOnce"],
            "reclaimPolicy": "Retain",
            "volumeMode": "Filesystem",
        })
    );
}
