//! Disks and snapshots.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, LOCATION};

const COMPUTE: &str = "2024-03-02";

pub(super) async fn disks(azure: &Azure) {
    let disk = |name: &str| {
        group(
            &format!("/providers/Microsoft.Compute/disks/{name}"),
            COMPUTE,
        )
    };
    let snapshot = |name: &str| {
        group(
            &format!("/providers/Microsoft.Compute/snapshots/{name}"),
            COMPUTE,
        )
    };
    let empty = json!({
        "location": LOCATION,
        "sku": {"name": "Premium_LRS"},
        "zones": ["1"],
        "tags": {"a": "1"},
        "properties": {
            "creationData": {"createOption": "Empty", "logicalSectorSize": 512},
            "diskSizeGB": 1024,
            "osType": "Linux",
            "hyperVGeneration": "V2",
            "tier": "P40",
            "burstingEnabled": true,
            "maxShares": 1,
            "networkAccessPolicy": "DenyAll",
            "publicNetworkAccess": "Disabled",
            "dataAccessAuthMode": "None",
            "optimizedForFrequentAttach": false,
        },
    });
    for name in ["one", "two", "three"] {
        azure.done("PUT", &disk(name), Some(empty.clone())).await;
    }
    let update = json!({"tags": {"a": "2"}, "sku": {"name": "StandardSSD_LRS"}, "properties": {"diskSizeGB": 2048}});
    azure.send("PATCH", &disk("two"), Some(update)).await;
    azure
        .done("PATCH", &disk("two"), Some(json!({"tags": {"a": "2"}})))
        .await;
    azure
        .done(
            "PATCH",
            &disk("three"),
            Some(json!({"properties": {"diskSizeGB": 2048}})),
        )
        .await;
    let one = disk("one");
    let (id, _) = one.split_once('?').unwrap();
    for (name, incremental) in [("full", false), ("increment", true), ("more", true)] {
        let body = json!({
            "location": LOCATION,
            "sku": {"name": "Standard_ZRS"},
            "properties": {
                "creationData": {"createOption": "Copy", "sourceResourceId": id},
                "incremental": incremental,
            },
        });
        azure.done("PUT", &snapshot(name), Some(body)).await;
        azure.get(&snapshot(name)).await;
    }
    azure
        .done(
            "PATCH",
            &snapshot("full"),
            Some(json!({"tags": {"a": "2"}})),
        )
        .await;
    for kind in ["disks", "snapshots"] {
        let list = format!("/providers/Microsoft.Compute/{kind}");
        azure.list(&group(&list, COMPUTE)).await;
        azure.list(&subscription(&list, COMPUTE)).await;
        azure
            .refused(
                "GET",
                &group(&format!("{list}/none"), COMPUTE),
                None,
                "ResourceNotFound",
            )
            .await;
    }
    for body in [
        json!({"location": LOCATION}),
        json!({"location": LOCATION, "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": "/x"}}}),
        json!({"location": LOCATION, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 0}}),
    ] {
        let answer = azure.send("PUT", &disk("bad"), Some(body)).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    access(azure).await;
    azure.done("DELETE", &disk("three"), None).await;
    azure.done("DELETE", &snapshot("full"), None).await;
}

/// Access to the data of a disk and of a snapshot: granted, and taken back.
async fn access(azure: &Azure) {
    let readable = json!({
        "location": LOCATION,
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
    });
    let path = |rest: &str| group(&format!("/providers/Microsoft.Compute/{rest}"), COMPUTE);
    azure
        .done("PUT", &path("disks/readable"), Some(readable))
        .await;
    let begin = path("disks/readable/beginGetAccess");
    let end = path("disks/readable/endGetAccess");
    let wanted = json!({"access": "Read", "durationInSeconds": 3600, "fileFormat": "VHD"});
    let begun = azure.send("POST", &begin, Some(wanted.clone())).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    for url in &begun.polls {
        azure.poll(url).await;
    }
    let status = azure.get(&begun.polls[0]).await;
    assert!(
        status["properties"]["output"]["accessSAS"].is_string(),
        "the status has the address"
    );
    let result = azure.get(&begun.polls[1]).await;
    assert!(result["accessSAS"].is_string(), "so has the result");
    azure.get(&path("disks/readable")).await;
    azure
        .refused("POST", &begin, Some(wanted.clone()), "OperationNotAllowed")
        .await;
    azure.done("POST", &end, None).await;
    let begin = path("snapshots/full/beginGetAccess");
    azure.done("POST", &begin, Some(wanted)).await;
    azure
        .done("POST", &path("snapshots/full/endGetAccess"), None)
        .await;
}
