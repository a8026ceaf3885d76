//! What the offline Azure answers and the driver does not ask for: every operation of every modelled type.

mod authorization;
mod clusters;
mod compute;
mod deployments;
mod dns;
mod fates;
mod management;
mod storage;

use crate::azure::{Azure, SUBSCRIPTION};

const RESOURCES: &str = "2021-04-01";

fn subscription(rest: &str, api_version: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}{rest}?api-version={api_version}")
}

fn group(rest: &str, api_version: &str) -> String {
    subscription(&format!("/resourceGroups/survey{rest}"), api_version)
}

pub(crate) async fn everything(azure: &Azure) {
    management::subscriptions(azure).await;
    management::groups(azure).await;
    deployments::deployments(azure).await;
    compute::disks(azure).await;
    storage::accounts(azure).await;
    dns::zones(azure).await;
    clusters::clusters(azure).await;
    fates::fates(azure).await;
    authorization::roles(azure).await;
    management::tags_and_expanded_lists(azure).await;
    let whole = group("", RESOURCES);
    azure.done("DELETE", &whole, None).await;
    azure.send("HEAD", &whole, None).await;
    azure
        .refused("GET", &whole, None, "ResourceGroupNotFound")
        .await;
}
