//! What every call looks like.

use std::sync::Arc;

use kompox_azure::{Cloud, Connection, Connector, Credential};
use kompox_azure_arm::ArmConnector;
use serde_json::json;

use crate::script::{Reply, Script, azure, disk, disk_body, disk_url, group, subscription};

#[tokio::test]
async fn a_call_says_who_calls_and_has_an_id_of_its_own() {
    let script = Arc::new(
        Script::new()
            .on(
                "GET",
                &disk_url("d"),
                Reply::ok(&disk_body("d", "Succeeded")),
            )
            .on(
                "GET",
                &disk_url("d"),
                Reply::ok(&disk_body("d", "Succeeded")),
            ),
    );
    let azure = azure(&script);
    azure.disks.get(&disk("d")).await.unwrap();
    azure.disks.get(&disk("d")).await.unwrap();
    let seen = script.seen();
    for call in &seen {
        assert_eq!(
            call.header("user-agent"),
            Some(concat!("kompoxops/", env!("CARGO_PKG_VERSION")))
        );
        assert_eq!(call.header("accept"), Some("application/json"));
        assert_eq!(call.header("authorization"), None);
        assert_eq!(call.header("x-ms-client-request-id").unwrap().len(), 36);
    }
    assert_ne!(
        seen[0].header("x-ms-client-request-id"),
        seen[1].header("x-ms-client-request-id")
    );
}

#[tokio::test]
async fn names_are_encoded_in_urls() {
    let url = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/%E3%82%B0(a)%20b%3Fc?api-version=2025-04-01";
    let script = Arc::new(Script::new().on(
        "GET",
        url,
        Reply::ok(&json!({ "id": group("g"), "location": "japaneast" })),
    ));
    let group = subscription().group("グ(a) b?c");
    azure(&script).resource_groups.get(&group).await.unwrap();
    script.done();
}

#[tokio::test]
async fn every_cloud_is_called_at_its_own_address() {
    let custom =
        Cloud::custom("http://127.0.0.1:7000/base/", "https://login.example", None).unwrap();
    for (cloud, base) in [
        (
            Cloud::named("AzurePublic").unwrap(),
            "https://management.azure.com",
        ),
        (
            Cloud::named("AzureUSGovernment").unwrap(),
            "https://management.usgovcloudapi.net",
        ),
        (
            Cloud::named("AzureChina").unwrap(),
            "https://management.chinacloudapi.cn",
        ),
        (custom, "http://127.0.0.1:7000/base"),
    ] {
        let url = format!("{base}/subscriptions/s/resourceGroups/g?api-version=2025-04-01");
        let script = Arc::new(Script::new().on("GET", &url, Reply::status(404)));
        let azure = ArmConnector::builder()
            .transport(Arc::clone(&script) as _)
            .anonymous()
            .build()
            .connect(&Connection {
                cloud,
                credential: Credential::AzureCli,
            })
            .unwrap();
        let group = "/subscriptions/s/resourceGroups/g".parse().unwrap();
        assert_eq!(azure.resource_groups.get(&group).await.unwrap(), None);
        script.done();
    }
}
