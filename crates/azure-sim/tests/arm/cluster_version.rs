//! Which versions AKS offers, and to which of them clusters and pools can go.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, url};
use crate::cluster::{VERSION, body, cluster};

fn of_cluster(rest: &str) -> String {
    url(
        &format!("Microsoft.ContainerService/managedClusters/c1{rest}"),
        VERSION,
    )
}

/// A cluster whose pool is a minor version behind.
fn with_version(control_plane: &str, pool: &str) -> Azure {
    let azure = Azure::new();
    azure.group("westus3");
    let mut wanted = body();
    wanted["properties"]["kubernetesVersion"] = json!(control_plane);
    wanted["properties"]["agentPoolProfiles"][0]["orchestratorVersion"] = json!(pool);
    azure.put(&cluster(), &wanted).expect(201);
    azure
}

fn versions(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|entry| entry["kubernetesVersion"].as_str().unwrap())
        .collect()
}

#[test]
fn a_cluster_tells_where_it_and_its_pools_can_go() {
    let azure = with_version("1.34", "1.33");
    let read = azure
        .get(&of_cluster("/upgradeProfiles/default"))
        .expect(200);
    assert_eq!(read.header("content-type"), Some("application/json"));
    assert_eq!(read.body["name"], "default");
    assert_eq!(
        read.body["id"],
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourcegroups/g/providers/Microsoft.ContainerService/managedClusters/c1/upgradeprofiles/default"
        )
    );
    let control = &read.body["properties"]["controlPlaneProfile"];
    assert_eq!(control["kubernetesVersion"], "1.34.9");
    assert_eq!(control["osType"], "Linux");
    assert_eq!(versions(&control["upgrades"]), ["1.35.7"]);
    let pool = &read.body["properties"]["agentPoolProfiles"][0];
    assert_eq!(pool["name"], "ap1");
    assert_eq!(pool["kubernetesVersion"], "1.33.10");
    assert_eq!(versions(&pool["upgrades"]), ["1.34.9"]);
}

#[test]
fn the_newest_cluster_has_nowhere_to_go() {
    let azure = with_version("1.36.2", "1.36.2");
    let read = azure
        .get(&of_cluster("/upgradeprofiles/DEFAULT"))
        .expect(200);
    let control = &read.body["properties"]["controlPlaneProfile"];
    assert_eq!(control.get("upgrades"), None);
}

#[test]
fn a_pool_goes_no_further_than_its_control_plane() {
    let azure = with_version("1.35.2", "1.33");
    let read = azure
        .get(&of_cluster("/agentPools/ap1/upgradeProfiles/default"))
        .expect(200);
    let properties = &read.body["properties"];
    assert_eq!(properties["kubernetesVersion"], "1.33.10");
    assert_eq!(properties["osType"], "Linux");
    assert_eq!(versions(&properties["upgrades"]), ["1.34.9", "1.35.2"]);
    let pool = azure.get(&of_cluster("/agentPools/ap1")).expect(200);
    assert_eq!(
        properties["latestNodeImageVersion"],
        pool.body["properties"]["nodeImageVersion"]
    );
}

#[test]
fn new_pools_can_run_what_the_control_plane_supports() {
    let azure = with_version("1.34", "1.34");
    let read = azure
        .get(&of_cluster("/availableAgentPoolVersions"))
        .expect(200);
    let list = &read.body["properties"]["agentPoolVersions"];
    assert_eq!(versions(list), ["1.32.12", "1.33.10", "1.34.9"]);
    let defaults: Vec<Option<&Value>> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry.get("default"))
        .collect();
    assert_eq!(defaults, [None, None, Some(&json!(true))]);
}

#[test]
fn profiles_of_what_is_not_there_are_refused() {
    let azure = with_version("1.34", "1.34");
    let code = |path: &str| azure.get(path).expect(404).code().to_owned();
    assert_eq!(
        code(&of_cluster("/upgradeProfiles/other")),
        "ResourceNotFound"
    );
    assert_eq!(
        code(&of_cluster("/agentPools/none/upgradeProfiles/default")),
        "NotFound"
    );
    for rest in ["/upgradeProfiles/default", "/availableAgentPoolVersions"] {
        let gone = of_cluster(rest).replace("/c1/", "/c2/");
        assert_eq!(code(&gone), "ResourceNotFound");
        assert_eq!(
            code(&of_cluster(rest).replace("Groups/g/", "Groups/h/")),
            "ResourceGroupNotFound"
        );
        let old = of_cluster(rest).replace(VERSION, "2001-01-01");
        assert_eq!(
            azure.get(&old).expect(400).code(),
            "NoRegisteredProviderFound"
        );
        azure.delete(&of_cluster(rest)).expect(405);
    }
}

#[test]
fn a_location_lists_the_versions_that_clusters_are_taken_with() {
    let azure = Azure::new();
    azure.group("westus3");
    let list = |region: &str| {
        azure.get(&format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/{region}/kubernetesVersions?api-version={VERSION}"
        ))
    };
    let values = list("westus3").expect(200).body["values"].clone();
    let values = values.as_array().unwrap();
    assert_eq!(
        list("West%20US%203").expect(200).body["values"],
        json!(values)
    );
    let defaults = values.iter().filter(|v| v["isDefault"] == json!(true));
    assert_eq!(defaults.count(), 1);
    for (at, value) in values.iter().enumerate() {
        let patches = value["patchVersions"].as_object().unwrap();
        for (patch, entry) in patches {
            assert!(patch.starts_with(value["version"].as_str().unwrap()));
            let next = values.get(at + 1).map(|next| {
                let patches = next["patchVersions"].as_object().unwrap();
                patches.keys().cloned().collect::<Vec<_>>()
            });
            assert_eq!(entry["upgrades"], json!(next.unwrap_or_default()));
            let mut wanted = body();
            wanted["properties"]["kubernetesVersion"] = json!(patch);
            let url = cluster().replace("/c1?", &format!("/c{at}?"));
            azure.put(&url, &wanted).expect(201);
        }
    }
    assert_eq!(
        list("atlantis").expect(400).code(),
        "LocationNotAvailableForResourceType"
    );
}

#[test]
fn a_pool_is_not_later_than_its_control_plane() {
    let azure = with_version("1.34.5", "1.34.5");
    let pool = of_cluster("/agentPools/ap2");
    let of = |version: &str| json!({"properties": {"count": 1, "vmSize": "Standard_DS2_v2", "orchestratorVersion": version}});
    for (version, code) in [
        ("1.35", "NodePoolMcVersionIncompatible"),
        ("1.34.9", "NodePoolMcVersionIncompatible"),
        ("1.12.1", "K8sVersionNotSupported"),
        ("1.4294967295.0", "K8sVersionNotSupported"),
        ("latest", "K8sVersionNotSupported"),
    ] {
        assert_eq!(azure.put(&pool, &of(version)).expect(400).code(), code);
    }
    azure.put(&pool, &of("1.33")).expect(201);
    azure.put(&pool, &of("1.34.5")).expect(200);
}

#[test]
fn a_cluster_goes_up_one_minor_version_at_a_time_and_never_down() {
    let azure = with_version("1.33", "1.33");
    azure.get(&cluster()).expect(200);
    let mut wanted = body();
    let mut to = |version: &str| {
        wanted["properties"]["kubernetesVersion"] = json!(version);
        let answer = azure.put(&cluster(), &wanted);
        azure.get(&cluster()).expect(200);
        answer
    };
    for version in ["1.35", "1.32", "1.33.2", "1.34.1"] {
        let refused = to(version).expect(400);
        assert_eq!(refused.code(), "BadRequest");
        assert!(refused.message().contains("Available upgrades: [1.34.9]"));
    }
    assert_eq!(to("1.99").expect(400).code(), "K8sVersionNotSupported");
    to("1.33.10").expect(200);
    to("1.34").expect(200);
    to("1.35.7").expect(200);
    let read = azure.get(&cluster()).expect(200).body;
    assert_eq!(read["properties"]["currentKubernetesVersion"], "1.35.7");
}
