//! Subscriptions, groups, tags and lists of resources.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, LOCATION, SUBSCRIPTION};

const RESOURCES: &str = "2021-04-01";
const SUBSCRIPTIONS: &str = "2021-01-01";

pub(super) async fn subscriptions(azure: &Azure) {
    azure
        .list(&format!("/tenants?api-version={SUBSCRIPTIONS}"))
        .await;
    azure
        .list(&format!("/subscriptions?api-version={SUBSCRIPTIONS}"))
        .await;
    azure.get(&subscription("", SUBSCRIPTIONS)).await;
    azure.list(&subscription("/locations", SUBSCRIPTIONS)).await;
    let unknown = "/subscriptions/33333333-3333-3333-3333-333333333333";
    let unknown = format!("{unknown}?api-version={SUBSCRIPTIONS}");
    azure
        .refused("GET", &unknown, None, "SubscriptionNotFound")
        .await;
    for scope in ["", &format!("/subscriptions/{SUBSCRIPTION}")] {
        azure
            .list(&format!("{scope}/providers?api-version={RESOURCES}"))
            .await;
        azure
            .get(&format!(
                "{scope}/providers/Microsoft.Compute?api-version={RESOURCES}"
            ))
            .await;
    }
    azure.list(&subscription("/resources", RESOURCES)).await;
    let register = "/providers/Microsoft.Compute/register";
    azure
        .done("POST", &subscription(register, RESOURCES), None)
        .await;
}

/// What only shows once there is something.
pub(super) async fn tags_and_expanded_lists(azure: &Azure) {
    let names = azure.list(&subscription("/tagNames", RESOURCES)).await;
    assert!(!names.is_empty());
    let expand = "&$expand=createdTime,changedTime,provisioningState";
    for path in [
        subscription("/resources", RESOURCES),
        group("/resources", RESOURCES),
    ] {
        let resources = azure.list(&format!("{path}{expand}")).await;
        assert!(resources[0]["createdTime"].is_string(), "{}", resources[0]);
    }
}

pub(super) async fn groups(azure: &Azure) {
    let path = group("", RESOURCES);
    let body = json!({"location": LOCATION, "tags": {"a": "1"}});
    azure.done("PUT", &path, Some(body.clone())).await;
    azure.done("PUT", &path, Some(body)).await;
    azure.send("HEAD", &path, None).await;
    azure.get(&path).await;
    azure
        .done("PATCH", &path, Some(json!({"tags": {"a": "2"}})))
        .await;
    azure
        .list(&subscription("/resourceGroups", RESOURCES))
        .await;
    let tags = group("/providers/Microsoft.Resources/tags/default", RESOURCES);
    azure.get(&tags).await;
    azure
        .done(
            "PUT",
            &tags,
            Some(json!({"properties": {"tags": {"b": "1"}}})),
        )
        .await;
    let merge = json!({"operation": "Merge", "properties": {"tags": {"c": "1"}}});
    azure.done("PATCH", &tags, Some(merge)).await;
    azure.list(&group("/resources", RESOURCES)).await;
    azure
        .refused(
            "PUT",
            &path,
            Some(json!({"location": "nowhere"})),
            "LocationNotAvailableForResourceGroup",
        )
        .await;
    azure
        .refused(
            "PUT",
            &path,
            Some(json!({"location": "westus3"})),
            "InvalidResourceGroupLocation",
        )
        .await;
}
