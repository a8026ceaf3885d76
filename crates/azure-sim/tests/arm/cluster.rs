//! Managed clusters and agent pools against the recordings.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, group, id, url};

pub(crate) const VERSION: &str = "2026-05-01";

pub(crate) fn cluster() -> String {
    url("Microsoft.ContainerService/managedClusters/c1", VERSION)
}

pub(crate) fn body() -> Value {
    json!({
        "location": "westus3",
        "identity": {"type": "SystemAssigned", "delegatedResources": null},
        "properties": {
            "dnsPrefix": "aso",
            "addonProfiles": null,
            "agentPoolProfiles": [{
                "name": "ap1",
                "mode": "System",
                "count": 1,
                "vmSize": "Standard_DS2_v2",
                "osType": "Linux",
                "availabilityZones": null,
                "nodeLabels": {},
                "nodeTaints": [],
                "tags": {},
            }],
            "oidcIssuerProfile": {"enabled": true},
        },
        "tags": {},
    })
}

pub(crate) fn ready() -> Azure {
    let azure = Azure::new();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure
}

#[test]
fn creating_a_cluster_speaks_the_recorded_protocol() {
    let azure = Azure::realistic();
    azure.group("westus3");
    let begun = azure.put(&cluster(), &body()).expect(201);
    assert_eq!(begun.header("content-type"), Some("application/json"));
    assert_eq!(
        (begun.header("location"), begun.header("retry-after")),
        (None, None)
    );
    let operation = begun.header("azure-asyncoperation").unwrap().to_owned();
    assert!(
        operation.contains("/providers/Microsoft.ContainerService/locations/westus3/operations/")
    );
    assert!(operation.contains("api-version=2025-03-01&"));
    assert_eq!(
        begun.keys(),
        [
            "id",
            "location",
            "name",
            "type",
            "kind",
            "properties",
            "identity",
            "sku"
        ]
    );
    assert!(
        begun.body["id"]
            .as_str()
            .unwrap()
            .contains("/resourcegroups/g/")
    );
    assert_eq!(
        begun.body["type"],
        "Microsoft.ContainerService/ManagedClusters"
    );
    let shown = &begun.body["properties"];
    assert_eq!(shown["provisioningState"], "Creating");
    assert_eq!(shown["kubernetesVersion"], "1.35");
    assert_eq!(shown["currentKubernetesVersion"], "1.35.7");
    assert_eq!(shown["nodeResourceGroup"], "MC_g_c1_westus3");
    assert!(
        shown["fqdn"]
            .as_str()
            .unwrap()
            .ends_with(".hcp.westus3.azmk8s.io")
    );
    assert!(
        shown["oidcIssuerProfile"]["issuerURL"]
            .as_str()
            .unwrap()
            .ends_with('/')
    );
    assert!(shown.get("identityProfile").is_none() && begun.body.get("eTag").is_none());
    assert_eq!(
        shown["agentPoolProfiles"][0]["provisioningState"],
        "Creating"
    );
    assert_eq!(shown["networkProfile"]["networkPluginMode"], "overlay");
    assert!(begun.body["identity"]["principalId"].is_string());

    let running = azure.get(&operation).expect(200);
    assert_eq!(running.keys(), ["name", "status", "startTime"]);
    let busy = azure.put(&cluster(), &body()).expect(409);
    assert_eq!(busy.body["code"], "OperationNotAllowed");
    assert_eq!(busy.keys(), ["code", "details", "message", "subcode"]);
    assert!(
        busy.body["message"]
            .as_str()
            .unwrap()
            .contains("(Creating)")
    );

    azure.pass(270 + 120);
    assert_eq!(
        azure.get(&operation).expect(200).keys(),
        ["name", "status", "startTime", "endTime"]
    );
    let read = azure.get(&cluster()).expect(200);
    let shown = &read.body["properties"];
    assert_eq!(shown["provisioningState"], "Succeeded");
    assert_eq!(
        shown["agentPoolProfiles"][0]["provisioningState"],
        "Succeeded"
    );
    let kubelet = &shown["identityProfile"]["kubeletidentity"];
    assert!(
        kubelet["resourceId"]
            .as_str()
            .unwrap()
            .ends_with("/c1-agentpool")
    );
    let identity = format!(
        "{}?api-version=2023-01-31",
        kubelet["resourceId"].as_str().unwrap()
    );
    let identity = azure.get(&identity).expect(200);
    assert_eq!(
        identity.body["properties"]["principalId"],
        kubelet["objectId"]
    );
    let nodes = azure.get(&group("MC_g_c1_westus3")).expect(200);
    assert!(
        nodes.body["managedBy"]
            .as_str()
            .unwrap()
            .ends_with("/managedClusters/c1")
    );
}

#[test]
fn a_cluster_takes_its_node_resource_group_along() {
    let azure = Azure::realistic();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(400);
    let begun = azure.delete(&cluster()).expect(202);
    assert!(
        begun
            .header("azure-asyncoperation")
            .unwrap()
            .contains("/operations/")
    );
    let result = begun.header("location").unwrap().to_owned();
    assert!(result.contains("/operationresults/"));
    assert_eq!(begun.header("retry-after"), None);
    assert_eq!(
        azure.get(&cluster()).expect(200).body["properties"]["provisioningState"],
        "Deleting"
    );
    azure.get(&result).expect(202);
    azure.pass(400);
    azure.get(&result).expect(204);
    assert_eq!(azure.get(&cluster()).expect(404).code(), "ResourceNotFound");
    azure.get(&group("MC_g_c1_westus3")).expect(404);
    azure.delete(&cluster()).expect(204);
}

#[test]
fn what_aks_refuses_of_a_cluster_is_refused() {
    let azure = Azure::new();
    azure.group("westus3");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = body();
        change(&mut body);
        let answer = azure.put(&cluster(), &body).expect(400);
        assert!(answer.body.get("error").is_none(), "AKS sends no wrapper");
        (
            answer.body["code"].as_str().unwrap().to_owned(),
            answer.body["message"].to_string(),
        )
    };
    let profile = |body: &mut Value, key: &str, value: Value| {
        body["properties"]["agentPoolProfiles"][0][key] = value;
    };
    let (code, message) = refused(&|b| profile(b, "mode", json!("User")));
    assert_eq!(code, "BadRequest");
    assert!(message.contains("at least one system pool"));
    assert_eq!(
        refused(&|b| profile(b, "count", json!("1"))).0,
        "UnmarshalError"
    );
    assert_eq!(
        refused(&|b| profile(b, "availabilityZones", json!([1]))).0,
        "UnmarshalError"
    );
    assert_eq!(
        refused(&|b| profile(b, "availabilityZones", json!("1"))).0,
        "UnmarshalError"
    );
    assert_eq!(
        refused(&|b| profile(b, "count", json!(0))).0,
        "InvalidParameter"
    );
    assert_eq!(
        refused(&|b| profile(b, "name", json!("Bad-Name"))).0,
        "InvalidParameter"
    );
    assert_eq!(
        refused(&|b| profile(b, "minCount", json!(1))).0,
        "InvalidParameter"
    );
    assert_eq!(
        refused(&|b| profile(b, "osDiskType", json!("Floppy"))).0,
        "InvalidParameter"
    );
    let limits = |b: &mut Value| {
        profile(b, "enableAutoScaling", json!(true));
        profile(b, "minCount", json!(3));
        profile(b, "maxCount", json!(1));
    };
    assert_eq!(refused(&limits).0, "InvalidParameter");
    assert_eq!(
        refused(&|b| profile(b, "scaleSetPriority", json!("Spot"))).0,
        "BadRequest"
    );
    assert_eq!(
        refused(&|b| b["properties"]["aadProfile"] = json!({"managed": "true"})).0,
        "UnmarshalError"
    );
    assert_eq!(
        refused(&|b| b["properties"]["kubernetesVersion"] = json!("1.2")).0,
        "K8sVersionNotSupported"
    );
    assert_eq!(
        refused(&|b| b["properties"]["addonProfiles"] =
            json!({"omsagent": {"enabled": true, "config": {"logAnalyticsWorkspaceResourceID": "/none"}}}))
        .0,
        "BadRequest"
    );
    assert_eq!(
        refused(&|b| b["properties"]["dnsPrefix"] = json!("-")).0,
        "InvalidParameter"
    );
    assert_eq!(refused(&|b| b["identity"] = Value::Null).0, "BadRequest");
    azure.get(&group("MC_g_c1_westus3")).expect(404);
}

#[test]
fn an_update_keeps_what_it_does_not_name() {
    let azure = ready();
    let before = azure.get(&cluster()).expect(200).body;
    let mut change = body();
    change["properties"]["securityProfile"] = json!({"workloadIdentity": {"enabled": true}});
    let updated = azure.put(&cluster(), &change).expect(200);
    assert_eq!(updated.body["properties"]["provisioningState"], "Updating");
    let after = azure.get(&cluster()).expect(200).body;
    assert_eq!(after["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        after["properties"]["securityProfile"],
        json!({"workloadIdentity": {"enabled": true}})
    );
    assert_eq!(after["identity"], before["identity"]);
    for kept in [
        "fqdn",
        "identityProfile",
        "resourceUID",
        "nodeResourceGroup",
        "oidcIssuerProfile",
    ] {
        assert_eq!(
            after["properties"][kept], before["properties"][kept],
            "{kept}"
        );
    }
    change["properties"]["agentPoolProfiles"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "ap2", "mode": "User", "count": 1}));
    let added = azure.put(&cluster(), &change).expect(400);
    assert!(
        added.body["message"]
            .as_str()
            .unwrap()
            .starts_with("A new agent pool was introduced.")
    );
    let mut moved = body();
    moved["properties"]["dnsPrefix"] = json!("other");
    let refused = azure.put(&cluster(), &moved).expect(400);
    assert_eq!(refused.body["code"], "PropertyChangeNotAllowed");
}

#[test]
fn admin_credentials_are_a_kubeconfig() {
    let azure = ready();
    let action = url(
        "Microsoft.ContainerService/managedClusters/c1/listClusterAdminCredential",
        VERSION,
    );
    let answer = azure.post(&action, &json!({})).expect(200);
    assert_eq!(answer.body["kubeconfigs"][0]["name"], "clusterAdmin");
    let config = STANDARD
        .decode(answer.body["kubeconfigs"][0]["value"].as_str().unwrap())
        .unwrap();
    let config = String::from_utf8(config).unwrap();
    assert!(config.contains("\n    server: https://aso-"));
    assert!(config.contains(":443\n"));
    assert!(config.contains("current-context: c1-admin\n"));
    assert!(config.contains("name: clusterAdmin_g_c1\n"));
    assert_eq!(
        azure.post(&action, &json!({})).expect(200).body,
        answer.body
    );
    azure
        .post(&action.replace("Admin", "Guest"), &json!({}))
        .expect(404);

    let mut closed = body();
    closed["properties"]["disableLocalAccounts"] = json!(true);
    azure.put(&cluster(), &closed).expect(200);
    azure.post(&action, &json!({})).expect(400);
}

#[test]
fn logs_of_a_cluster_go_where_a_diagnostic_setting_says() {
    let azure = ready();
    let account = "Microsoft.Storage/storageAccounts/logs0001";
    azure
        .put(
            &url(account, "2023-05-01"),
            &json!({"location": "westus3", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}),
        )
        .expect(202);
    let setting = url(
        "Microsoft.ContainerService/managedClusters/c1/providers/Microsoft.Insights/diagnosticSettings/d",
        "2021-05-01-preview",
    );
    let body = json!({"properties": {
        "storageAccountId": id(account),
        "logs": [{"category": "guard", "enabled": true}],
    }});
    let created = azure.put(&setting, &body).expect(200);
    assert_eq!(created.body["location"], Value::Null);
    assert_eq!(created.body["properties"]["metrics"], json!([]));
    assert!(
        created.body["id"]
            .as_str()
            .unwrap()
            .contains("/providers/microsoft.insights/")
    );
    let read = azure.get(&setting).expect(200);
    assert_eq!(read.body["location"], "westus3");
    assert_eq!(
        read.body["properties"]["metrics"][0]["category"],
        "AllMetrics"
    );
    let mut unknown = body.clone();
    unknown["properties"]["logs"][0]["category"] = json!("nonsense");
    assert_eq!(
        azure.put(&setting, &unknown).expect(400).body["code"],
        "BadRequest"
    );
    azure.delete(&setting).expect(200);
    let gone = azure.get(&setting).expect(404);
    assert_eq!(gone.body["code"], "ResourceNotFound");
    assert_eq!(
        gone.body["message"],
        "The diagnostic setting 'd' doesn't exist."
    );
    azure
        .get(&format!(
            "/subscriptions/{SUBSCRIPTION}?api-version=2022-12-01"
        ))
        .expect(200);
}

#[test]
fn aks_goes_on_with_a_new_cluster_by_itself() {
    let azure = Azure::realistic();
    azure.group("westus3");
    let begun = azure.put(&cluster(), &body()).expect(201);
    azure.pass(270);
    let operation = azure
        .get(begun.header("azure-asyncoperation").unwrap())
        .expect(200);
    assert_eq!(operation.body["status"], "Succeeded");
    let pool = url(
        "Microsoft.ContainerService/managedClusters/c1/agentPools/ap1",
        VERSION,
    );
    let states = || {
        let cluster = azure.get(&cluster()).expect(200).body["properties"].clone();
        let pool = azure.get(&pool).expect(200).body["properties"].clone();
        assert!(cluster["identityProfile"].is_object(), "it is all there");
        [
            cluster["provisioningState"].clone(),
            cluster["agentPoolProfiles"][0]["provisioningState"].clone(),
            pool["provisioningState"].clone(),
        ]
    };
    let tag = || azure.get(&cluster()).expect(200).body["eTag"].clone();
    let before = tag();
    assert_eq!(states(), ["Updating", "Updating", "Updating"]);
    for busy in [
        azure.put(&pool, &json!({"properties": {"count": 2}})),
        azure.delete(&pool),
        azure.put(&cluster(), &body()),
    ] {
        let busy = busy.expect(409);
        assert_eq!(busy.code(), "OperationNotAllowed");
        assert!(busy.message().contains("Another operation (Updating)"));
    }
    azure.pass(119);
    assert_eq!(states(), ["Updating", "Updating", "Updating"]);
    azure.pass(1);
    assert_eq!(states(), ["Succeeded", "Succeeded", "Succeeded"]);
    assert_ne!(tag(), before, "every change of state has a new tag");
    azure.put(&cluster(), &body()).expect(200);
    azure.pass(90);
    assert_eq!(
        states(),
        ["Succeeded", "Succeeded", "Succeeded"],
        "only a new cluster is busy"
    );
}

#[test]
fn a_busy_cluster_can_be_deleted_all_the_same() {
    let azure = Azure::with(|builder| builder.settling(Duration::from_secs(60)));
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    assert_eq!(
        azure.get(&cluster()).expect(200).body["properties"]["provisioningState"],
        "Updating"
    );
    azure.delete(&cluster()).expect(202);
    azure.get(&cluster()).expect(404);
    azure.pass(60);
    azure.get(&cluster()).expect(404);
    azure.get(&group("MC_g_c1_westus3")).expect(404);

    let still = Azure::realistic();
    still.group("westus3");
    still.put(&cluster(), &body()).expect(201);
    still.delete(&cluster()).expect(409);
    still.pass(300);
    still.delete(&cluster()).expect(202);
    still.pass(120);
    assert_eq!(
        still.get(&cluster()).expect(200).body["properties"]["provisioningState"],
        "Deleting",
        "what AKS did by itself is over, the deletion is not"
    );
}

#[test]
fn a_kubeconfig_that_was_given_is_handed_out_byte_for_byte() {
    let given = "# mine\nclusters: []\r\n";
    let azure = Azure::with(|builder| builder.kubeconfig(given));
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    for action in ["listClusterAdminCredential", "listClusterUserCredential"] {
        let path = format!("Microsoft.ContainerService/managedClusters/c1/{action}");
        let answer = azure.post(&url(&path, VERSION), &json!({})).expect(200);
        let value = answer.body["kubeconfigs"][0]["value"].as_str().unwrap();
        assert_eq!(STANDARD.decode(value).unwrap(), given.as_bytes());
    }
    assert!(!format!("{:?}", azure.simulator).contains("mine"));
}
