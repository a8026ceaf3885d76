//! Disks, snapshots and file shares of an app's volumes, each command as its own process, over the offline Azure.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use kompox_azure_sim::Simulator;
use kompox_e2e::Project;
use serde_json::{Value, json};

/// The quickstart with disk volumes only.
fn project() -> Project {
    let project = Project::quickstart();
    project.write(
        "kompoxapp.yml",
        "apiVersion: ops.kompox.dev/v1alpha1
kind: App
metadata:
  name: app1
  annotations: {ops.kompox.dev/id: /ws/ws1/prv/aks1/cls/cluster1/app/app1}
spec:
  volumes:
    - {name: data, size: 32Gi, options: {sku: Premium_LRS}}
    - {name: cache, size: 8Gi, options: {sku: StandardSSD_LRS}}
  deployment: {zone: '1'}
",
    );
    project
}

fn names(list: &Value) -> Vec<(&str, bool)> {
    list.as_array()
        .expect("an array")
        .iter()
        .map(|disk| {
            (
                disk["name"].as_str().unwrap(),
                disk["assigned"].as_bool().unwrap_or_default(),
            )
        })
        .collect()
}

fn list(project: &Project, volume: &str) -> Value {
    project.json(&["disk", "list", "-V", volume])
}

#[test]
fn disks_are_created_listed_assigned_and_deleted() {
    let project = project();
    let _ = project.ok(&["cluster", "provision"]);
    assert_eq!(list(&project, "data"), json!([]));

    let first = project.json(&["disk", "create", "-V", "data", "-N", "d1"]);
    assert_eq!(
        first
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        [
            "name",
            "volumeName",
            "assigned",
            "size",
            "zone",
            "options",
            "handle",
            "createdAt",
            "updatedAt"
        ]
    );
    assert_eq!(
        first["assigned"], true,
        "the first disk of a volume is its disk"
    );
    assert_eq!(
        (&first["size"], &first["zone"]),
        (&json!(32_u64 << 30), &json!("japaneast-1"))
    );
    assert_eq!(first["options"]["sku"], "Premium_LRS");

    let options = r#"{"sku":"StandardSSD_LRS"}"#;
    let second = project.json(&[
        "disk",
        "create",
        "-V",
        "data",
        "--name",
        "d2",
        "-Z",
        "japaneast-2",
        "-O",
        options,
    ]);
    assert_eq!(
        (&second["assigned"], &second["zone"]),
        (&json!(false), &json!("japaneast-2"))
    );
    assert_eq!(second["options"]["sku"], "StandardSSD_LRS");
    let generated = project.json(&["disk", "create", "-V", "data"]);
    let generated = generated["name"].as_str().unwrap();
    assert_eq!(generated.len(), 12, "{generated}");
    let _ = project.json(&["disk", "create", "-V", "cache", "--disk-name", "c1"]);

    let disks = list(&project, "data");
    let mut order: Vec<_> = disks
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| {
            (
                disk["createdAt"].as_str().unwrap(),
                disk["name"].as_str().unwrap(),
            )
        })
        .collect();
    let shown = order.clone();
    order.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
    assert_eq!(shown, order, "newest first, then by name");
    assert_eq!(shown.len(), 3, "the other volume's disk is not listed");
    assert_eq!(names(&list(&project, "cache")), [("c1", true)]);

    assert_eq!(
        project.ok(&["disk", "assign", "-V", "data", "-N", "d2"]),
        ""
    );
    let disks = list(&project, "data");
    let assigned: Vec<_> = names(&disks)
        .into_iter()
        .filter(|(_, assigned)| *assigned)
        .collect();
    assert_eq!(assigned, [("d2", true)]);

    assert_eq!(
        project.ok(&["disk", "delete", "-V", "data", "-N", "d1"]),
        ""
    );
    assert!(
        !names(&list(&project, "data"))
            .iter()
            .any(|(name, _)| *name == "d1")
    );
}

#[test]
fn a_snapshot_brings_a_disk_back() {
    let project = project();
    let _ = project.json(&["disk", "create", "-V", "data", "-N", "d1"]);
    let _ = project.json(&["disk", "create", "-V", "data", "-N", "d2"]);
    assert_eq!(project.json(&["snapshot", "list", "-V", "data"]), json!([]));

    let implicit = project.json(&["snapshot", "create", "-V", "data", "-N", "s1"]);
    assert_eq!(
        implicit
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        [
            "name",
            "volumeName",
            "size",
            "handle",
            "createdAt",
            "updatedAt"
        ]
    );
    assert_eq!(implicit["size"], 32_u64 << 30);
    let _ = project.json(&[
        "snapshot",
        "create",
        "-V",
        "data",
        "--snap-name",
        "s2",
        "-S",
        "disk:d2",
    ]);
    let taken = project.json(&["snapshot", "list", "-V", "data"]);
    assert_eq!(taken.as_array().unwrap().len(), 2);
    assert_eq!(
        project.json(&["snapshot", "list", "-V", "cache"]),
        json!([])
    );

    let restored = project.json(&[
        "disk",
        "create",
        "-V",
        "data",
        "-N",
        "r1",
        "-S",
        "snapshot:s1",
    ]);
    assert_eq!(restored["assigned"], false);
    let copied = project.json(&["disk", "create", "-V", "data", "-N", "r2", "-S", "disk:d1"]);
    assert_eq!(copied["size"], 32_u64 << 30);
    let handle = implicit["handle"].as_str().unwrap();
    let _ = project.json(&["disk", "create", "-V", "data", "-N", "r3", "-S", handle]);
    assert_eq!(
        project.ok(&["disk", "assign", "-V", "data", "-N", "r1"]),
        ""
    );
    assert_eq!(list(&project, "data").as_array().unwrap().len(), 5);

    for _ in 0..2 {
        assert_eq!(
            project.ok(&["snapshot", "delete", "-V", "data", "-N", "s1"]),
            ""
        );
    }
    assert_eq!(
        project
            .json(&["snapshot", "list", "-V", "data"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_would_lose_data_or_mean_nothing_is_refused() {
    let project = project();
    let _ = project.json(&["disk", "create", "-V", "data", "-N", "d1"]);
    let writes = |project: &Project| {
        project
            .requests()
            .iter()
            .filter(|request| request.method != "GET")
            .count()
    };
    let before = writes(&project);
    let table: &[(&[&str], &[&str])] = &[
        (
            &["disk", "delete", "-V", "data", "-N", "d1"],
            &["d1", "assigned"],
        ),
        (&["disk", "delete", "-V", "data", "-N", "d9"], &["d9", "d1"]),
        (&["disk", "assign", "-V", "data", "-N", "d9"], &["d9"]),
        (
            &["disk", "create", "-V", "data", "-N", "Bad_Name"],
            &["Bad_Name"],
        ),
        (
            &["disk", "create", "-V", "data", "-Z", "eastus-1"],
            &["eastus-1", "japaneast"],
        ),
        (
            &["disk", "create", "-V", "data", "-O", r#"{"sku":"Fast"}"#],
            &["Fast", "Premium_LRS"],
        ),
        (&["disk", "list", "-V", "logs"], &["logs", "data", "cache"]),
        (&["snapshot", "create", "-V", "cache"], &["cache"]),
    ];
    for (args, says) in table {
        let error = project.fails(args);
        for word in *says {
            assert!(
                error.contains(word),
                "{args:?}: {word:?} is not in: {error}"
            );
        }
    }
    assert_eq!(writes(&project), before, "nothing was written");
    let error = project.fails(&["disk", "create", "-V", "data", "-N", "d1"]);
    assert!(error.contains("d1"), "{error}");
    let error = project.fails(&[
        "disk",
        "create",
        "-V",
        "data",
        "-N",
        "d2",
        "-S",
        "snapshot:gone",
    ]);
    assert!(error.contains("gone"), "{error}");
    let error = project.fails(&["snapshot", "create", "-V", "data", "-S", "disk:gone"]);
    assert!(error.contains("gone"), "{error}");
    assert_eq!(names(&list(&project, "data")), [("d1", true)]);
}

#[test]
fn bootstrap_makes_the_first_disks_and_then_nothing_more() {
    let project = project();
    let bootstrap = ["disk", "create", "--bootstrap"];
    let created = project.json(&bootstrap);
    let volumes: Vec<_> = created
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| {
            (
                disk["volumeName"].as_str().unwrap(),
                disk["assigned"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(volumes, [("data", true), ("cache", true)]);
    assert_eq!(project.json(&bootstrap), json!([]));

    let _ = project.json(&["disk", "create", "-V", "data", "-N", "extra"]);
    let error = project.fails(&bootstrap);
    assert!(
        error.contains("data: 2 disks") && error.contains("cache: 1 disk"),
        "{error}"
    );
}

/// The quickstart with two volumes of files beside one of disks.
fn project_with_files() -> Project {
    let project = project();
    project.edit(
        "kompoxapp.yml",
        "    - {name: cache, size: 8Gi, options: {sku: StandardSSD_LRS}}\n",
        "    - {name: shared, size: 100Gi, type: files, options: {sku: Standard_LRS}}
    - {name: media, size: 10Gi, type: files}
",
    );
    project
}

/// Azure as another tool sees it.
fn arm(project: &Project, method: &str, id: &str) -> Option<Value> {
    let azure = Simulator::builder()
        .state_dir(project.root().join(".kompox/sim"))
        .build()
        .unwrap();
    let request = http::Request::builder()
        .method(method)
        .uri(format!(
            "https://management.azure.com{id}?api-version=2024-01-01"
        ))
        .body(bytes::Bytes::new())
        .unwrap();
    let response = azure.handle(request);
    assert!(
        response.status().is_success() || response.status() == 404,
        "{method} {id}: {response:?}"
    );
    (response.status() == 200).then(|| serde_json::from_slice(response.body()).unwrap_or_default())
}

fn assign(project: &Project, volume: &str, name: &str) {
    let args = ["disk", "assign", "-V", volume, "-N", name];
    assert_eq!(project.ok(&args), "");
}

#[test]
fn shares_are_created_assigned_back_and_forth_and_deleted() {
    let project = project_with_files();
    let _ = project.ok(&["cluster", "provision"]);
    assert_eq!(list(&project, "shared"), json!([]));

    let first = project.json(&["disk", "create", "-V", "shared", "-N", "s1"]);
    let keys: Vec<_> = first.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "name",
            "volumeName",
            "assigned",
            "size",
            "zone",
            "options",
            "handle",
            "createdAt",
            "updatedAt"
        ]
    );
    assert_eq!(
        (&first["assigned"], &first["size"], &first["zone"]),
        (&json!(true), &json!(100_u64 << 30), &json!(""))
    );
    let options = json!({"sku": "Standard_LRS", "protocol": "smb", "quotaGiB": 100});
    assert_eq!(first["options"], options);
    let handle: Vec<_> = first["handle"].as_str().unwrap().split('#').collect();
    let [group, account, "shared-s1", "", "", "", subscription] = handle[..] else {
        panic!("{handle:?}");
    };

    let second = [
        "disk",
        "create",
        "-V",
        "shared",
        "-N",
        "s2",
        "-O",
        r#"{"quotaGiB": 7}"#,
    ];
    let second = project.json(&second);
    assert_eq!(
        (&second["assigned"], &second["size"]),
        (&json!(false), &json!(7_u64 << 30))
    );
    let _ = project.json(&["disk", "create", "-V", "media", "-N", "m1"]);
    assert_eq!(names(&list(&project, "media")), [("m1", true)]);

    let assigned = |name: &str| {
        let shares = list(&project, "shared");
        let mut shares = names(&shares);
        shares.sort_unstable();
        assert_eq!(shares, [("s1", name == "s1"), ("s2", name == "s2")]);
    };
    assigned("s1");
    for name in ["s2", "s1", "s1"] {
        assign(&project, "shared", name);
        assigned(name);
    }
    assert_eq!(
        names(&list(&project, "media")),
        [("m1", true)],
        "the other volume's share stays assigned"
    );

    let error = project.fails(&["disk", "delete", "-V", "shared", "-N", "s1"]);
    assert!(
        error.contains("s1") && error.contains("assigned"),
        "{error}"
    );
    assert_eq!(
        project.ok(&["disk", "delete", "-V", "shared", "-N", "s2"]),
        ""
    );
    assert_eq!(names(&list(&project, "shared")), [("s1", true)]);

    // The command line keeps the assigned share of a volume; whoever wants that to go deletes it in Azure.
    let account = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}"
    );
    for share in ["shared-s1", "media-m1"] {
        let share = format!("{account}/fileServices/default/shares/{share}");
        assert!(arm(&project, "DELETE", &share).is_some());
    }
    assert_eq!(list(&project, "shared"), json!([]));
    assert_eq!(list(&project, "media"), json!([]));
    let kept = arm(&project, "GET", &account).expect("the account outlives its shares");
    assert_eq!(kept["sku"]["name"], "Standard_LRS");

    let again = project.json(&["disk", "create", "-V", "media", "-N", "m2"]);
    assert_eq!(again["assigned"], true);
    let made = project
        .requests()
        .into_iter()
        .filter(|request| request.method == "PUT" && request.path.eq_ignore_ascii_case(&account));
    assert_eq!(made.count(), 1, "one account, made once");
}

#[test]
fn what_shares_cannot_do_is_refused_and_nothing_is_written() {
    let project = project_with_files();
    let _ = project.json(&["disk", "create", "-V", "shared", "-N", "s1"]);
    let writes = |project: &Project| {
        let requests = project.requests();
        requests
            .iter()
            .filter(|request| request.method != "GET")
            .count()
    };
    let before = writes(&project);
    let table: &[(&[&str], &[&str])] = &[
        (&["snapshot", "list", "-V", "shared"], &["shared", "files"]),
        (
            &["snapshot", "create", "-V", "shared"],
            &["shared", "files"],
        ),
        (
            &["snapshot", "delete", "-V", "shared", "-N", "x"],
            &["shared", "files"],
        ),
        (
            &["disk", "create", "-V", "shared", "-S", "disk:s1"],
            &["shared", "files", "disk:s1"],
        ),
        (
            &[
                "disk",
                "create",
                "-V",
                "media",
                "-O",
                r#"{"sku":"Standard_ZRS"}"#,
            ],
            &["media", "Standard_ZRS", "shared", "Standard_LRS"],
        ),
        (
            &[
                "disk",
                "create",
                "-V",
                "media",
                "-O",
                r#"{"sku":"Premium_LRS"}"#,
            ],
            &["media", "Premium_LRS", "shared", "Standard_LRS"],
        ),
        (
            &["disk", "delete", "-V", "shared", "-N", "s9"],
            &["s9", "s1"],
        ),
        (
            &["disk", "assign", "-V", "shared", "-N", "s9"],
            &["s9", "s1"],
        ),
    ];
    for (args, says) in table {
        let error = project.fails(args);
        for word in *says {
            assert!(
                error.contains(word),
                "{args:?}: {word:?} is not in: {error}"
            );
        }
    }
    let error = project.fails(&["disk", "create", "-V", "shared", "-N", "s1"]);
    assert!(error.contains("s1") && error.contains("exists"), "{error}");
    assert_eq!(writes(&project), before, "nothing was written");
}

#[test]
fn bootstrap_makes_disks_and_shares_side_by_side() {
    let project = project_with_files();
    let bootstrap = ["disk", "create", "--bootstrap"];
    let created = project.json(&bootstrap);
    let made: Vec<_> = created
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| {
            (
                disk["volumeName"].as_str().unwrap(),
                disk["assigned"].as_bool(),
            )
        })
        .collect();
    assert_eq!(
        made,
        [
            ("data", Some(true)),
            ("shared", Some(true)),
            ("media", Some(true))
        ]
    );
    assert_eq!(project.json(&bootstrap), json!([]));
    for volume in ["data", "shared", "media"] {
        assert_eq!(list(&project, volume).as_array().unwrap().len(), 1);
    }
}
