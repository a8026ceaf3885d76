//! Agent pools against the recordings.

use serde_json::{Map, Value, json};

use crate::azure::{Azure, SUBSCRIPTION, url};
use crate::cluster::{VERSION, body, cluster, ready};

fn pool(name: &str) -> String {
    url(
        &format!("Microsoft.ContainerService/managedClusters/c1/agentPools/{name}"),
        VERSION,
    )
}

fn pools() -> String {
    pool("x").replace("/x?", "?")
}

fn sent(properties: &Value) -> Value {
    json!({ "properties": properties })
}

/// The recorded pool without what is different every time.
fn without_tag(properties: &Value) -> Map<String, Value> {
    let mut properties = properties.as_object().unwrap().clone();
    assert!(properties.shift_remove("eTag").unwrap().is_string());
    properties
}

#[test]
fn a_pool_is_completed_as_recorded() {
    let azure = Azure::realistic();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(400);
    let wanted = json!({"name": "ap2", "properties": {
        "availabilityZones": null, "count": 1, "mode": "User", "nodeLabels": {}, "nodeTaints": [],
        "osSKU": "AzureContainerLinux", "osType": "Linux", "tags": {}, "virtualMachineNodesStatus": null,
        "vmSize": "Standard_DS2_v2",
    }});
    let begun = azure.put(&pool("ap2"), &wanted).expect(201);
    assert_eq!(begun.header("content-type"), Some("application/json"));
    assert!(begun.header("azure-asyncoperation").is_some());
    assert_eq!(
        (begun.header("location"), begun.header("retry-after")),
        (None, None)
    );
    assert_eq!(begun.keys(), ["id", "name", "type", "properties"]);
    assert_eq!(
        begun.body["id"],
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourcegroups/g/providers/Microsoft.ContainerService/managedClusters/c1\
             /agentPools/ap2"
        )
    );
    let recorded = |state: &str| {
        json!({
            "count": 1,
            "vmSize": "Standard_DS2_v2",
            "osDiskSizeGB": 128,
            "osDiskType": "Managed",
            "kubeletDiskType": "OS",
            "maxPods": 250,
            "type": "VirtualMachineScaleSets",
            "enableAutoScaling": false,
            "scaleDownMode": "Delete",
            "provisioningState": state,
            "powerState": {"code": "Running"},
            "orchestratorVersion": "1.35",
            "currentOrchestratorVersion": "1.35.7",
            "enableNodePublicIP": false,
            "mode": "User",
            "osType": "Linux",
            "osSKU": "AzureContainerLinux",
            "nodeImageVersion": "AKSAzureLinux-aclgen2TL-202609.03.1",
            "upgradeSettings": {"maxSurge": "10%", "maxUnavailable": "0"},
            "enableFIPS": false,
            "securityProfile": {"sshAccess": "LocalUser", "enableVTPM": true, "enableSecureBoot": true},
        })
    };
    let shown = without_tag(&begun.body["properties"]);
    assert_eq!(
        Value::Object(shown).to_string(),
        recorded("Creating").to_string()
    );
    azure.pass(150);
    let read = azure.get(&pool("ap2")).expect(200);
    let shown = without_tag(&read.body["properties"]);
    assert_eq!(
        Value::Object(shown).to_string(),
        recorded("Succeeded").to_string()
    );
    assert_ne!(
        read.body["properties"]["eTag"],
        begun.body["properties"]["eTag"]
    );
}

#[test]
fn the_creation_of_a_pool_tells_how_many_nodes_are_there_unless_it_has_none() {
    let azure = Azure::realistic();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(400);
    let told = |name: &str, count: u32| {
        let wanted = sent(&json!({"count": count, "vmSize": "Standard_DS2_v2", "mode": "User"}));
        let begun = azure.put(&pool(name), &wanted).expect(201);
        let operation = begun.header("azure-asyncoperation").unwrap().to_owned();
        azure.pass(20);
        let status = azure.get(&operation).expect(200).body["status"].clone();
        azure.pass(400);
        status
    };
    assert_eq!(told("one", 1), "CreatingAgentPool: 0/1 nodes completed");
    assert_eq!(told("none", 0), "InProgress");
}

#[test]
fn a_missing_pool_is_told_in_aks_words() {
    let missing = ready().get(&pool("ap2")).expect(404);
    assert_eq!(
        missing.body.to_string(),
        json!({
            "code": "NotFound",
            "details": [{
                "code": "Unspecified",
                "message": "rpc error: code = NotFound desc = Agent Pool not found",
            }],
            "message": format!(
                "Could not find the agentpool: ap2 in subscription: {SUBSCRIPTION}, resourceGroup: g, resourceName: \
                 c1."
            ),
            "subcode": "GetAgentPool_NotFound_HCPServerError",
        })
        .to_string()
    );
    assert_eq!(missing.header("content-type"), Some("application/json"));
}

#[test]
fn a_spot_pool_is_completed_as_recorded() {
    let azure = ready();
    let wanted = json!({
        "count": 1, "vmSize": "", "osType": "Linux", "enableAutoScaling": false, "scaleDownMode": "Delete",
        "type": "VirtualMachineScaleSets", "mode": "User",
        "upgradeSettings": {"undrainableNodeBehavior": "Schedule"}, "enableNodePublicIP": false,
        "scaleSetPriority": "Spot", "scaleSetEvictionPolicy": "Delete", "spotMaxPrice": 88.88888, "nodeTaints": [],
        "enableEncryptionAtHost": false, "enableUltraSSD": false, "enableFIPS": false,
    });
    let begun = azure.put(&pool("s2"), &sent(&wanted)).expect(201);
    let shown = &begun.body["properties"];
    let keys: Vec<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "count",
            "vmSize",
            "osDiskSizeGB",
            "osDiskType",
            "kubeletDiskType",
            "maxPods",
            "type",
            "enableAutoScaling",
            "scaleDownMode",
            "provisioningState",
            "powerState",
            "orchestratorVersion",
            "currentOrchestratorVersion",
            "enableNodePublicIP",
            "scaleSetPriority",
            "scaleSetEvictionPolicy",
            "spotMaxPrice",
            "nodeLabels",
            "nodeTaints",
            "mode",
            "enableEncryptionAtHost",
            "enableUltraSSD",
            "osType",
            "osSKU",
            "nodeImageVersion",
            "upgradeSettings",
            "enableFIPS",
            "securityProfile",
            "eTag",
        ]
    );
    assert_eq!(shown["vmSize"], "Standard_D4plds_v5");
    assert_eq!(shown["osDiskSizeGB"], 150);
    assert_eq!(shown["osDiskType"], "Ephemeral");
    assert_eq!(
        shown["upgradeSettings"],
        json!({"undrainableNodeBehavior": "Schedule"})
    );

    let mut again = azure.get(&pool("s2")).expect(200).body["properties"].clone();
    again["nodeLabels"] = Value::Null;
    azure.put(&pool("s2"), &sent(&again)).expect(200);
    let read = azure.get(&pool("s2")).expect(200);
    assert_eq!(
        read.body["properties"]["nodeLabels"],
        json!({"kubernetes.azure.com/scalesetpriority": "spot"}),
        "the label comes back by itself"
    );
    again["nodeTaints"] = Value::Null;
    let refused = azure.put(&pool("s2"), &sent(&again)).expect(400);
    assert_eq!(refused.code(), "PropertyChangeNotAllowed");
    assert_eq!(refused.body["target"], "properties.nodeTaints");
}

#[test]
fn a_regular_pool_does_not_speak_of_spot() {
    let azure = ready();
    let wanted = json!({
        "count": 3, "vmSize": "Standard_DS2_v2", "osDiskSizeGB": 0, "upgradeSettings": {},
        "availabilityZones": ["1", "2", "3"], "scaleSetPriority": "Regular", "scaleSetEvictionPolicy": "Delete",
        "spotMaxPrice": -1.0, "nodeTaints": [], "enableEncryptionAtHost": false,
    });
    for status in [201, 200] {
        let shown = azure.put(&pool("np2"), &sent(&wanted)).expect(status).body;
        let shown = &shown["properties"];
        for absent in [
            "scaleSetPriority",
            "scaleSetEvictionPolicy",
            "spotMaxPrice",
            "nodeTaints",
        ] {
            assert_eq!(shown.get(absent), None, "{absent}");
        }
        assert_eq!(shown["osDiskSizeGB"], 128);
        assert_eq!(shown["upgradeSettings"], json!({}));
        assert_eq!(shown["availabilityZones"], json!(["1", "2", "3"]));
        assert_eq!(shown["enableEncryptionAtHost"], false);
    }
}

#[test]
fn autoscaling_brings_the_count_to_its_minimum_later() {
    let azure = Azure::fixed(10);
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(10);
    let limits = |least: i64, most: i64| {
        sent(&json!({
            "count": 0, "vmSize": "Standard_DS2_v2", "enableAutoScaling": true, "minCount": least, "maxCount": most,
        }))
    };
    let begun = azure.put(&pool("np2"), &limits(0, 3)).expect(201);
    assert_eq!(begun.body["properties"]["count"], 0);
    azure.pass(10);
    let updated = azure.put(&pool("np2"), &limits(1, 101)).expect(200);
    assert_eq!(updated.body["properties"]["count"], 0);
    assert_eq!(updated.body["properties"]["provisioningState"], "Updating");
    azure.pass(10);
    let read = azure.get(&pool("np2")).expect(200);
    assert_eq!(read.body["properties"]["count"], 1);
    let mut fixed = read.body["properties"].clone();
    fixed["enableAutoScaling"] = json!(false);
    let refused = azure.put(&pool("np2"), &sent(&fixed)).expect(400);
    assert_eq!(refused.code(), "InvalidParameter");
    for limit in ["minCount", "maxCount"] {
        fixed[limit] = Value::Null;
    }
    azure.put(&pool("np2"), &sent(&fixed)).expect(200);
    azure.pass(10);
    let read = azure.get(&pool("np2")).expect(200);
    assert_eq!(read.body["properties"].get("minCount"), None);
}

#[test]
fn what_azure_reports_can_be_sent_back_and_is_ignored() {
    let azure = ready();
    azure
        .put(&pool("np2"), &sent(&json!({"count": 1})))
        .expect(201);
    let before = azure.get(&pool("np2")).expect(200).body["properties"].clone();
    let mut back = before.clone();
    back["provisioningState"] = json!("Failed");
    back["currentOrchestratorVersion"] = json!("0.1");
    back["nodeImageVersion"] = json!("mine");
    back["eTag"] = json!("mine");
    azure.put(&pool("np2"), &sent(&back)).expect(200);
    let after = azure.get(&pool("np2")).expect(200).body["properties"].clone();
    assert_eq!(without_tag(&after), without_tag(&before));
}

#[test]
fn what_cannot_change_is_refused_by_its_name() {
    let azure = ready();
    let wanted = json!({
        "count": 1, "vmSize": "Standard_DS2_v2", "scaleSetPriority": "Spot", "spotMaxPrice": -1,
        "availabilityZones": ["1"], "osDiskSizeGB": 64,
    });
    azure.put(&pool("np2"), &sent(&wanted)).expect(201);
    let before = azure.get(&pool("np2")).expect(200).body["properties"].clone();
    for (name, value) in [
        ("vmSize", json!("Standard_DS3_v2")),
        ("osDiskSizeGB", json!(128)),
        ("osDiskType", json!("Ephemeral")),
        ("osType", json!("Windows")),
        ("availabilityZones", json!(["2"])),
        ("availabilityZones", json!([])),
        ("scaleSetPriority", json!("Regular")),
        ("scaleSetEvictionPolicy", json!("Deallocate")),
        ("spotMaxPrice", json!(2.5)),
        ("maxPods", json!(30)),
        ("type", json!("AvailabilitySet")),
        ("enableFIPS", json!(true)),
        ("enableUltraSSD", json!(true)),
    ] {
        let mut change = before.clone();
        change[name] = value;
        let refused = azure.put(&pool("np2"), &sent(&change)).expect(400);
        let target = format!("properties.{name}");
        assert_eq!(
            refused.body,
            json!({
                "code": "PropertyChangeNotAllowed",
                "details": null,
                "message": format!("Changing property '{target}' is not allowed."),
                "subcode": "",
                "target": target,
            })
        );
    }
    assert_eq!(
        azure.get(&pool("np2")).expect(200).body["properties"],
        before
    );
    let mut same = before.clone();
    same["spotMaxPrice"] = json!(-1.0);
    azure.put(&pool("np2"), &sent(&same)).expect(200);
}

#[test]
fn deployments_make_pools_too() {
    let azure = ready();
    let deployment = url("Microsoft.Resources/deployments/d", "2025-04-01");
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.ContainerService/managedClusters/agentPools", "apiVersion": "2024-09-01",
            "name": "c1/deployed", "properties": {"count": 2, "mode": "User", "vmSize": "Standard_DS2_v2"},
        }],
    });
    let body = json!({"properties": {"mode": "Incremental", "template": template}});
    azure.put(&deployment, &body).expect(201);
    let done = azure.get(&deployment).expect(200);
    assert_eq!(done.body["properties"]["provisioningState"], "Succeeded");
    let list = azure.get(&pools()).expect(200);
    let names: Vec<&str> = list.body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| pool["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ap1", "deployed"]);
    let cluster = azure.get(&cluster()).expect(200);
    assert_eq!(
        cluster.body["properties"]["agentPoolProfiles"][1]["count"],
        2
    );
}

#[test]
fn pools_are_created_changed_and_deleted_one_at_a_time() {
    let azure = Azure::realistic();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(400);
    let missing = azure.get(&pool("ap2")).expect(404);
    assert_eq!(missing.keys(), ["code", "details", "message", "subcode"]);
    assert_eq!(
        missing.body["subcode"],
        "GetAgentPool_NotFound_HCPServerError"
    );

    let spot = json!({"properties": {
        "count": 1, "mode": "User", "vmSize": "Standard_D2lds_v6",
        "scaleSetPriority": "Spot", "scaleSetEvictionPolicy": "Delete", "spotMaxPrice": 88.88888,
        "nodeTaints": [], "availabilityZones": ["1", "2"],
    }});
    let begun = azure.put(&pool("ap2"), &spot).expect(201);
    let shown = &begun.body["properties"];
    assert_eq!(shown["provisioningState"], "Creating");
    assert_eq!(
        shown["nodeLabels"],
        json!({"kubernetes.azure.com/scalesetpriority": "spot"})
    );
    assert_eq!(
        shown["nodeTaints"],
        json!(["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"])
    );
    assert_eq!(shown["availabilityZones"], json!(["1", "2"]));
    let busy = azure.put(&pool("ap3"), &spot).expect(409);
    assert!(
        busy.body["message"]
            .as_str()
            .unwrap()
            .contains("agentpool operation (ap2 - Creating)")
    );
    azure.pass(200);

    let list = azure.get(&pool("x").replace("/x?", "?")).expect(200);
    assert_eq!(list.body["value"].as_array().unwrap().len(), 2);
    assert!(list.body.get("nextLink").is_none());

    let mut written = json!({"properties": azure.get(&pool("ap2")).expect(200).body["properties"]});
    written["properties"]["nodeLabels"]["team"] = json!("blue");
    let updated = azure.put(&pool("ap2"), &written).expect(200);
    assert_eq!(updated.body["properties"]["provisioningState"], "Updating");
    azure.pass(10);
    written["properties"]["count"] = json!(3);
    let scaled = azure.put(&pool("ap2"), &written).expect(200);
    assert_eq!(scaled.body["properties"]["provisioningState"], "Scaling");
    azure.pass(200);
    let mut other = written.clone();
    other["properties"]["vmSize"] = json!("Standard_D4ds_v5");
    let refused = azure.put(&pool("ap2"), &other).expect(400);
    assert_eq!(refused.body["code"], "PropertyChangeNotAllowed");
    assert_eq!(refused.body["target"], "properties.vmSize");
    written["properties"]["nodeTaints"] = json!([]);
    let untainted = azure.put(&pool("ap2"), &written).expect(400);
    assert_eq!(untainted.body["target"], "properties.nodeTaints");

    assert_eq!(
        azure.delete(&pool("ap1")).expect(400).body["code"],
        "OperationNotAllowed"
    );
    azure.delete(&pool("ap2")).expect(202);
    azure.pass(20);
    azure.get(&pool("ap2")).expect(404);
    azure.delete(&pool("ap2")).expect(204);
    let last = azure.delete(&pool("ap1")).expect(400);
    assert_eq!(
        last.body["message"],
        "There has to be at least one agent pool."
    );
}

#[test]
fn a_pool_without_its_cluster_is_a_missing_parent() {
    let azure = Azure::new();
    azure.group("westus3");
    let missing = azure.get(&pool("ap1")).expect(404);
    assert_eq!(missing.code(), "ParentResourceNotFound");
    assert!(missing.message().contains("'managedClusters/agentPools'"));
    azure
        .put(&pool("ap1"), &json!({"properties": {"count": 1}}))
        .expect(404);
    azure.get(&pool("x").replace("/x?", "?")).expect(404);
}
