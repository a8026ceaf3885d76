//! The node pools of a cluster, each command as its own process, over the offline Azure.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::io::Write as _;
use std::process::Stdio;

use kompox_e2e::{Project, Run};
use serde_json::{Value, json};

const POOL: &str = "# For work that may be interrupted.
name: batch
zones: [japaneast-1, '2']
labels:
  team: blue
  stage: test
priority: spot
autoscaling: {enabled: true, min: 0, max: 3}
";

fn provisioned() -> Project {
    let project = Project::quickstart();
    let _ = project.ok(&["cluster", "provision"]);
    project
}

fn nodepool<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["cluster", "nodepool"], args].concat()
}

fn list(project: &Project) -> Value {
    project.json(&nodepool(&["list"]))
}

fn names(list: &Value) -> Vec<&str> {
    let pools = list.as_array().expect("an array").iter();
    pools.map(|pool| pool["name"].as_str().unwrap()).collect()
}

fn writes(project: &Project) -> usize {
    let requests = project.requests().into_iter();
    requests.filter(|request| request.method != "GET").count()
}

/// A command that reads from standard input.
fn fed(project: &Project, args: &[&str], text: &str) -> Run {
    let mut child = project
        .command(&nodepool(args))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_pool_is_created_updated_and_deleted() {
    let project = provisioned();
    let begun = ["npsystem", "npuser1", "npuser2"];
    assert_eq!(names(&list(&project)), begun);

    project.write("pool.yml", POOL);
    let created = project.json(&nodepool(&["create", "-f", "pool.yml"]));
    assert_eq!(
        created,
        json!({
            "name": "batch",
            "providerName": "batch",
            "mode": "user",
            "labels": {
                "kompox.dev/node-pool": "user",
                "kubernetes.azure.com/scalesetpriority": "spot",
                "stage": "test",
                "team": "blue",
            },
            "zones": ["japaneast-1", "japaneast-2"],
            "instanceType": "Standard_D2lds_v6",
            "osDiskType": "Managed",
            "osDiskSizeGiB": 128,
            "priority": "spot",
            "autoscaling": {"enabled": true, "min": 0, "max": 3},
            "status": {"provisioningState": "Succeeded", "currentNodeCount": 0},
        })
    );
    assert_eq!(
        names(&list(&project)),
        ["batch", "npsystem", "npuser1", "npuser2"]
    );
    assert_eq!(
        project.json(&nodepool(&["list", "--name", "batch"])),
        json!([created])
    );

    let change = json!({
        "name": "batch",
        "labels": {"team": "red", "stage": null},
        "autoscaling": {"enabled": true, "max": 5},
    });
    project.write("change.json", &change.to_string());
    let updated = project.json(&nodepool(&["update", "-f", "change.json"]));
    let mut expected = created.clone();
    expected["labels"]["team"] = json!("red");
    expected["labels"].as_object_mut().unwrap().remove("stage");
    expected["autoscaling"]["max"] = json!(5);
    assert_eq!(updated, expected);
    assert_eq!(
        project.json(&nodepool(&["list", "--name", "batch"])),
        json!([updated])
    );

    let before = writes(&project);
    let again = fed(&project, &["update", "-f", "-"], &change.to_string());
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(
        serde_json::from_str::<Value>(&again.stdout).unwrap(),
        updated
    );
    assert_eq!(
        writes(&project),
        before,
        "nothing differs, nothing is written"
    );

    for _ in 0..2 {
        assert_eq!(project.ok(&nodepool(&["delete", "--name", "batch"])), "");
        assert_eq!(names(&list(&project)), begun);
    }
    assert_eq!(
        project.json(&nodepool(&["list", "--name", "batch"])),
        json!([])
    );
    let error = project.fails(&nodepool(&["update", "-f", "change.json"]));
    assert!(
        error.contains("not found") && error.contains("batch"),
        "{error}"
    );
}

#[test]
fn what_list_prints_is_what_create_and_update_read() {
    let project = provisioned();
    project.write("pool.yml", POOL);
    let created = project.ok(&nodepool(&["create", "-f", "pool.yml"]));
    let listed = project.ok(&nodepool(&["list", "--name", "batch"]));

    let twin = fed(
        &project,
        &["create", "-f", "-"],
        &listed.replace("\"batch\"", "\"twin\""),
    );
    assert_eq!(twin.code, 0, "{}", twin.stderr);
    assert_eq!(twin.stdout, created.replace("\"batch\"", "\"twin\""));
    assert!(!twin.stderr.contains("warning"), "{}", twin.stderr);

    // An update takes it without what is fixed, and says what that is.
    let before = writes(&project);
    let refused = fed(&project, &["update", "-f", "-"], &listed);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    let mut pool: Value = serde_json::from_str(&created).unwrap();
    for field in [
        "mode",
        "zones",
        "instanceType",
        "osDiskType",
        "osDiskSizeGiB",
        "priority",
    ] {
        let line = refused
            .stderr
            .lines()
            .find(|line| line.contains(&format!("- {field} ")));
        let line = line.unwrap_or_else(|| panic!("{field} is not in: {}", refused.stderr));
        assert!(line.contains("leave it out of the update"), "{line}");
        pool.as_object_mut().unwrap().remove(field);
    }
    let same = fed(&project, &["update", "-f", "-"], &pool.to_string());
    assert_eq!((same.code, same.stdout), (0, created), "{}", same.stderr);
    assert_eq!(writes(&project), before);

    project.write("all.json", &list(&project).to_string());
    let error = project.fails(&nodepool(&["create", "-f", "all.json"]));
    assert!(error.contains("all.json:1: a second node pool"), "{error}");
}

#[test]
fn what_is_fixed_is_not_changed() {
    let project = provisioned();
    let before = writes(&project);
    project.write(
        "change.yml",
        "name: npuser1\ninstanceType: Standard_D4lds_v6\n",
    );
    let error = project.fails(&nodepool(&["update", "-f", "change.yml"]));
    for word in [
        "instanceType",
        "Standard_D4lds_v6",
        "Standard_D2lds_v6",
        "create a new pool",
    ] {
        assert!(error.contains(word), "{word:?} is not in: {error}");
    }
    project.write("pool.yml", "name: npuser1\npriority: regular\n");
    let error = project.fails(&nodepool(&["create", "-f", "pool.yml"]));
    assert!(
        error.contains("npuser1") && error.contains("exists already"),
        "{error}"
    );
    let error = project.fails(&nodepool(&["delete", "--name", "No-Pool"]));
    assert!(error.contains("No-Pool"), "{error}");
    assert_eq!(writes(&project), before, "nothing is written");
    let error = project.fails(&nodepool(&["delete", "--name", "npsystem"]));
    assert!(error.contains("npsystem"), "{error}");
    assert!(names(&list(&project)).contains(&"npsystem"));
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_lines_before_anybody_is_asked() {
    let project = Project::quickstart();
    let table = [
        (
            "name: batch\nzone: '1'\n",
            ["pool.yml:2: ", "unknown key `zone`", "`zones`"],
        ),
        (
            "name: batch\nautoscaling:\n  enabled: true\n  maximum: 3\n",
            ["pool.yml:4: ", "unknown key `autoscaling.maximum`", "`max`"],
        ),
        (
            "{\n\t\"name\": \"batch\",\n\t\"osDiskSizeGiB\": \"64\"\n}\n",
            [
                "pool.yml:3: ",
                "`osDiskSizeGiB` must be a number",
                "a string",
            ],
        ),
        (
            "name: batch\nlabels: [team]\n",
            ["pool.yml:2: ", "`labels` must be a mapping", "a list"],
        ),
        (
            "name: batch\nlabels:\n  count: 1\n",
            [
                "pool.yml:3: ",
                "`labels.count` must be a string",
                "a number",
            ],
        ),
        (
            "name: batch\n  mode: user\n",
            ["pool.yml:2: ", "malformed YAML", "expected"],
        ),
        ("", ["pool.yml:1: ", "no node pool", "mapping"]),
    ];
    for (text, says) in table {
        project.write("pool.yml", text);
        for command in ["create", "update"] {
            let error = project.fails(&nodepool(&[command, "-f", "pool.yml"]));
            for word in says {
                assert!(
                    error.contains(word),
                    "{text:?}: {word:?} is not in: {error}"
                );
            }
        }
    }
    let wrong = fed(&project, &["create", "-f", "-"], "name: 1\nmode: []\n");
    assert_eq!(wrong.code, 1);
    for line in ["standard input:1: `name`", "standard input:2: `mode`"] {
        assert!(wrong.stderr.contains(line), "{}", wrong.stderr);
    }
    let error = project.fails(&nodepool(&["create", "-f", "gone.yml"]));
    assert!(error.contains("gone.yml"), "{error}");
    project.write(
        "pool.yml",
        "name: Batch\npriority: cheap\nautoscaling: {enabled: true, min: 3, max: 1}\n",
    );
    let error = project.fails(&nodepool(&["create", "-f", "pool.yml"]));
    for word in ["Batch", "cheap", "autoscaling.min"] {
        assert!(error.contains(word), "{word:?} is not in: {error}");
    }
    assert_eq!(project.requests(), [], "nobody was asked");

    assert_eq!(list(&project), json!([]), "there is no cluster yet");
    project.write("pool.yml", POOL);
    let error = project.fails(&nodepool(&["create", "-f", "pool.yml"]));
    assert!(error.contains("provision it first"), "{error}");
    assert_eq!(project.ok(&nodepool(&["delete", "--name", "batch"])), "");
}
