//! Whatever is sent, an answer comes back, and a refusal is JSON with a code and a message.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION};

const TYPES: &[&str] = &[
    "Microsoft.Compute/disks",
    "Microsoft.Compute/snapshots",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/acc1/fileServices",
    "Microsoft.Storage/storageAccounts/acc1/fileServices/default/shares",
    "Microsoft.KeyVault/vaults",
    "Microsoft.KeyVault/locations/westus2/deletedVaults",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.ContainerService/managedClusters/c/agentPools",
    "Microsoft.ContainerService/managedClusters/c/upgradeProfiles",
    "Microsoft.ContainerService/managedClusters/c/availableAgentPoolVersions",
    "Microsoft.ContainerService/locations/westus2/kubernetesVersions",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/dnsZones",
    "Microsoft.Network/dnsZones/z.com/A",
    "Microsoft.Network/dnsZones/z.com/recordsets",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Authorization/roleDefinitions",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Resources/tags",
    "Microsoft.Resources/deployments",
    "Microsoft.Nothing/things",
];

fn path() -> impl Strategy<Value = String> {
    let scope = prop_oneof![
        Just(String::new()),
        Just(format!("/subscriptions/{SUBSCRIPTION}")),
        Just(format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g")),
        Just(format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/none")),
        "/subscriptions/[a-z]{1,5}",
    ];
    let kind = prop_oneof![
        prop::sample::select(TYPES).prop_map(|kind| format!("/providers/{kind}")),
        "(/[a-zA-Z.%0-9]{0,9}){0,4}",
    ];
    let action = prop::sample::select(
        &[
            "",
            "/beginGetAccess",
            "/endGetAccess",
            "/exportTemplate",
            "/regenerateKey",
            "/register",
            "/restore",
            "/start",
            "/stop",
            "/tagNames",
        ][..],
    );
    let rest =
        ("(/[a-z0-9-]{1,8}){0,3}", action).prop_map(|(rest, action)| format!("{rest}{action}"));
    (scope, kind, rest).prop_map(|(scope, kind, rest)| {
        let path = format!("{scope}{kind}{rest}");
        if path.is_empty() {
            "/".to_owned()
        } else {
            path
        }
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..70000).prop_map(Value::from),
        "[a-zA-Z_0-9]{0,12}".prop_map(Value::from),
        Just(json!("westus2")),
        Just(json!("Standard_LRS")),
        Just(json!("Empty")),
        Just(json!("SystemAssigned")),
    ];
    let name = prop::sample::select(
        &[
            "location",
            "properties",
            "sku",
            "name",
            "tags",
            "kind",
            "zones",
            "identity",
            "type",
            "creationData",
            "createOption",
            "diskSizeGB",
            "agentPoolProfiles",
            "dnsPrefix",
            "count",
            "mode",
            "tenantId",
            "family",
            "template",
            "resources",
            "parameters",
            "principalId",
            "operation",
            "addonProfiles",
            "access",
            "durationInSeconds",
            "keyName",
            "deletedShareName",
            "deletedShareVersion",
            "enabled",
        ][..],
    );
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6).prop_map(|map| {
                map.into_iter()
                    .map(|(k, v)| (k.to_owned(), v))
                    .collect::<Value>()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_request_gets_a_proper_answer(
        requests in prop::collection::vec(
            (
                prop::sample::select(&["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"][..]),
                path(),
                prop::sample::select(&["", "?api-version=", "?api-version=2024-03-02", "?api-version=2023-07-01",
                    "?api-version=2022-04-01", "?api-version=2021-04-01", "?api-version=2023-05-01",
                    "?api-version=2024-09-01", "?api-version=2018-05-01", "?api-version=x&$filter=y&$top=0&$skiptoken=z"][..]),
                value(),
            ),
            1..6,
        ),
    ) {
        let azure = Azure::new();
        azure.group("westus2");
        for (method, path, query, body) in requests {
            let answer = azure.send(method, &format!("{path}{query}"), Some(&body));
            prop_assert!((200..500).contains(&answer.status), "{} {} {}", answer.status, path, answer.text);
            prop_assert!(answer.headers.contains_key("x-ms-request-id"));
            if answer.status >= 400 && method != "HEAD" {
                prop_assert!(!answer.code().is_empty(), "{}", answer.text);
                prop_assert!(!answer.message().is_empty(), "{}", answer.text);
            }
        }
    }
}
