//! The DNS names of an app, each command as its own process, over the offline Azure and the twin of its cluster.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::sync::Arc;

use bytes::Bytes;
use kompox_azure_sim::Simulator;
use kompox_e2e::{Project, Request};
use kompox_kube::twin::Twin;
use kompox_kube::{Kubernetes, KubernetesConnector, Object};
use serde_json::{Value, json};

/// Neither is the provider's.
const SUBSCRIPTIONS: [&str; 2] = [
    "22222222-2222-2222-2222-222222222222",
    "33333333-3333-3333-3333-333333333333",
];
const NAMESPACE: &str = "k4x-b3wold-app1-5z5nb0";
const CNAME: &str = "www.example.net";

fn zone_id(number: usize) -> String {
    let (subscription, group, zone) = [
        (SUBSCRIPTIONS[0], "dns-com", "example.com"),
        (SUBSCRIPTIONS[1], "dns-org", "apps.example.org"),
    ][number];
    format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/dnsZones/{zone}"
    )
}

/// A provisioned cluster, and zones `example.com` and `apps.example.org` in two groups of two other subscriptions.
struct Stage {
    project: Project,
    twin: Arc<dyn Kubernetes>,
}

impl Stage {
    fn new() -> Self {
        let project = Project::quickstart();
        project.edit(
            ".kompox/kom/cluster.yml",
            "  settings:\n",
            &format!(
                "  settings:\n    AZURE_AKS_DNS_ZONE_RESOURCE_IDS: |\n      {}\n      {}\n",
                zone_id(0),
                zone_id(1)
            ),
        );
        let _ = project.ok(&["cluster", "provision"]);
        let stage = Self {
            twin: twin(&project),
            project,
        };
        for number in 0..2 {
            let zone = zone_id(number);
            let (group, _) = zone.split_once("/providers").unwrap();
            let place = json!({"location": "japaneast"});
            stage.azure("PUT", group, "2024-11-01", &place);
            let place = json!({"location": "global"});
            assert_eq!(stage.azure("PUT", &zone, "2018-05-01", &place).0, 201);
        }
        stage
    }

    fn azure(&self, method: &str, id: &str, version: &str, body: &Value) -> (u16, Value) {
        let azure = Simulator::builder()
            .state_dir(self.project.root().join(".kompox/sim"))
            .build()
            .unwrap();
        let request = http::Request::builder()
            .method(method)
            .uri(format!(
                "https://management.azure.com{id}?api-version={version}"
            ))
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let response = azure.handle(request);
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    }

    /// The properties of a record set (`A/www`) of a zone, if it is there.
    fn record(&self, zone: usize, record: &str) -> Option<Value> {
        let id = format!("{}/{record}", zone_id(zone));
        match self.azure("GET", &id, "2018-05-01", &Value::Null) {
            (200, body) => Some(body["properties"].clone()),
            (404, _) => None,
            other => panic!("{other:?}"),
        }
    }

    /// The addresses of an A record set, if it is there.
    fn addresses(&self, zone: usize, name: &str) -> Option<Vec<String>> {
        let properties = self.record(zone, &format!("A/{name}"))?;
        let records = properties["ARecords"].as_array()?.iter();
        let address = |record: &Value| record["ipv4Address"].as_str().unwrap().to_owned();
        Some(records.map(address).collect())
    }

    fn apply(&self, object: &Value) {
        let object = Object::new(object).unwrap();
        block_on(async {
            self.twin.ensure_namespace(NAMESPACE).await.unwrap();
            self.twin.ensure_namespace("traefik").await.unwrap();
            self.twin.apply(&object).await.unwrap();
        });
    }

    fn ingress(&self, name: &str, component: &str, hosts: &[&str]) {
        let rules: Vec<_> = hosts.iter().map(|host| json!({"host": host})).collect();
        self.apply(&json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": name,
                "namespace": NAMESPACE,
                "labels": {"app": format!("app1-{component}")},
            },
            "spec": {"rules": rules},
        }));
    }

    /// From now on there is a load balancer, and every Ingress has its address. Returns it.
    fn balance(&self) -> String {
        self.apply(&json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "traefik",
                "namespace": "traefik",
                "labels": {"app.kubernetes.io/name": "traefik"},
            },
            "spec": {"type": "LoadBalancer"},
        }));
        let balancer = block_on(self.twin.load_balancer("traefik", "traefik"));
        balancer.unwrap().unwrap().ip.unwrap().to_string()
    }

    /// What reached Azure while `work` was done, but for reading.
    fn writes(&self, work: impl FnOnce()) -> Vec<Request> {
        let before = self.project.requests().len();
        work();
        let requests = self.project.requests().split_off(before);
        assert!(!requests.is_empty(), "Azure was asked");
        let writing = |request: &Request| request.method != "GET" && request.method != "POST";
        requests.into_iter().filter(writing).collect()
    }

    fn dns(&self, args: &[&str]) -> Value {
        self.project.json(&[&["dns"], args].concat())
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// The inside of the project's cluster.
fn twin(project: &Project) -> Arc<dyn Kubernetes> {
    let kubeconfig = project.ok(&["cluster", "kubeconfig", "-o", "-"]).into();
    let twin = Twin::at(project.root().join(".kompox/sim/kubernetes.json"));
    block_on(twin.connect(&kubeconfig)).unwrap().kubernetes
}

/// The columns of a list of outcomes: name, type, status and whether anything changed.
fn rows(outcomes: &Value) -> Vec<(&str, &str, &str, bool)> {
    outcomes
        .as_array()
        .expect("an array")
        .iter()
        .map(|outcome| {
            (
                outcome["fqdn"].as_str().unwrap(),
                outcome["type"].as_str().unwrap(),
                outcome["status"].as_str().unwrap(),
                outcome["changed"].as_bool().unwrap(),
            )
        })
        .collect()
}

#[test]
fn two_hosts_in_two_zones_are_deployed_and_destroyed() {
    let stage = Stage::new();
    stage.ingress("shop", "app", &["shop.example.com"]);
    stage.ingress("apex", "app", &["apps.example.org"]);
    stage.ingress("other", "db", &["db.example.com"]);
    let address = stage.balance();

    let mut deployed = Value::Null;
    let writes = stage.writes(|| deployed = stage.dns(&["deploy"]));
    assert_eq!(writes.len(), 2, "{writes:?}");
    assert_eq!(
        deployed,
        json!([
            {
                "fqdn": "apps.example.org",
                "type": "A",
                "ttl": 300,
                "rdata": [address],
                "status": "applied",
                "changed": true,
                "zone": {"name": "apps.example.org", "id": zone_id(1)},
            },
            {
                "fqdn": "shop.example.com",
                "type": "A",
                "ttl": 300,
                "rdata": [address],
                "status": "applied",
                "changed": true,
                "zone": {"name": "example.com", "id": zone_id(0)},
            },
        ])
    );
    assert_eq!(stage.addresses(0, "shop"), Some(vec![address.clone()]));
    assert_eq!(stage.addresses(1, "@"), Some(vec![address.clone()]));
    assert_eq!(stage.addresses(0, "db"), None, "it is of another component");

    let writes = stage.writes(|| {
        assert_eq!(
            rows(&stage.dns(&["deploy", "--strict"])),
            [
                ("apps.example.org", "A", "applied", false),
                ("shop.example.com", "A", "applied", false),
            ]
        );
        assert_eq!(
            stage.project.ok(&["dns", "deploy", "--output", "human"]),
            format!(
                "applied  apps.example.org  A {address} (unchanged) in apps.example.org\n\
                 applied  shop.example.com  A {address} (unchanged) in example.com\n"
            )
        );
    });
    assert_eq!(writes, [], "nothing differs, nothing is written");

    let component = stage.dns(&["deploy", "--component", "db"]);
    assert_eq!(rows(&component), [("db.example.com", "A", "applied", true)]);

    let destroyed = stage.dns(&["destroy", "--strict"]);
    assert_eq!(
        rows(&destroyed),
        [
            ("apps.example.org", "A", "deleted", true),
            ("apps.example.org", "AAAA", "deleted", false),
            ("apps.example.org", "CNAME", "deleted", false),
            ("shop.example.com", "A", "deleted", true),
            ("shop.example.com", "AAAA", "deleted", false),
            ("shop.example.com", "CNAME", "deleted", false),
        ]
    );
    assert_eq!(stage.addresses(0, "shop"), None);
    assert_eq!(stage.addresses(1, "@"), None);
    assert_eq!(stage.addresses(0, "db"), Some(vec![address]));

    let writes = stage.writes(|| {
        assert_eq!(
            stage.project.ok(&["dns", "destroy", "--output", "human"]),
            "deleted  apps.example.org  nothing was there in apps.example.org\n\
             deleted  shop.example.com  nothing was there in example.com\n"
        );
    });
    assert_eq!(writes, []);
}

#[test]
fn a_host_in_no_zone_is_skipped_or_in_strict_mode_a_failure_after_all_were_tried() {
    let stage = Stage::new();
    stage.ingress("web", "app", &["a.example.net", "b.example.com"]);
    let address = stage.balance();

    let run = stage.project.run(&["dns", "deploy"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let outcomes: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        rows(&outcomes),
        [
            ("a.example.net", "A", "skipped", false),
            ("b.example.com", "A", "applied", true),
        ]
    );
    let reason = "no zone of AZURE_AKS_DNS_ZONE_RESOURCE_IDS contains it";
    assert!(
        outcomes[0]["reason"].as_str().unwrap().contains(reason),
        "{outcomes}"
    );
    assert!(run.stderr.contains("warning: "), "{}", run.stderr);

    let _ = stage.dns(&["destroy"]);
    let run = stage.project.run(&["dns", "deploy", "--strict"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let outcomes: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        rows(&outcomes),
        [
            ("a.example.net", "A", "failed", false),
            ("b.example.com", "A", "applied", true),
        ]
    );
    assert_eq!(stage.addresses(0, "b"), Some(vec![address]));
    assert!(
        run.stderr.contains("1 of 2 hosts") && run.stderr.contains("a.example.net: failed: "),
        "{}",
        run.stderr
    );
}

#[test]
fn an_ingress_without_an_address_deletes_nothing() {
    let stage = Stage::new();
    let _ = stage.dns(&[
        "apply",
        "--fqdn",
        "www.example.com",
        "--type",
        "A",
        "--rdata",
        "198.51.100.1",
    ]);
    stage.ingress("web", "app", &["www.example.com"]);

    let writes = stage.writes(|| {
        let outcomes = stage.dns(&["deploy"]);
        assert_eq!(
            rows(&outcomes),
            [("www.example.com", "A", "skipped", false)]
        );
        assert_eq!(
            outcomes[0]["reason"],
            "Ingress \"web\" has no load balancer yet; its records stay as they are"
        );
        let run = stage.project.run(&["dns", "deploy", "--strict"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("\"skipped\""), "{}", run.stdout);
    });
    assert_eq!(writes, []);
    assert_eq!(
        stage.addresses(0, "www"),
        Some(vec!["198.51.100.1".to_owned()])
    );

    let address = stage.balance();
    let outcomes = stage.dns(&["deploy", "--strict"]);
    assert_eq!(rows(&outcomes), [("www.example.com", "A", "applied", true)]);
    assert_eq!(stage.addresses(0, "www"), Some(vec![address]));
}

#[test]
fn without_an_ingress_there_is_nothing_to_do_and_strict_mode_says_no() {
    let stage = Stage::new();
    for command in ["deploy", "destroy"] {
        let run = stage.project.run(&["dns", command]);
        assert_eq!((run.code, run.stdout.as_str()), (0, "[]\n"));
        for part in [NAMESPACE, "app=app1-app", "warning: "] {
            assert!(run.stderr.contains(part), "{}", run.stderr);
        }
        let run = stage.project.run(&["dns", command, "--strict"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains(NAMESPACE), "{}", run.stderr);
    }
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let stage = Stage::new();
    stage.ingress("web", "app", &["www.example.com"]);
    let address = stage.balance();
    let writes = stage.writes(|| {
        assert_eq!(
            rows(&stage.dns(&["deploy", "--dry-run"])),
            [("www.example.com", "A", "planned", false)]
        );
        assert_eq!(
            stage
                .project
                .ok(&["dns", "deploy", "--dry-run", "--output", "human"]),
            format!("planned  www.example.com  A {address} in example.com\n")
        );
    });
    assert_eq!(writes, []);
    assert_eq!(stage.addresses(0, "www"), None);

    let _ = stage.dns(&["deploy"]);
    let writes = stage.writes(|| {
        let planned = stage.dns(&["destroy", "--dry-run"]);
        assert!(rows(&planned).iter().all(|row| row.2 == "planned"));
    });
    assert_eq!(writes, []);
    assert_eq!(stage.addresses(0, "www"), Some(vec![address]));
}

#[test]
fn a_record_set_is_applied_and_deleted_by_hand() {
    let stage = Stage::new();
    let cname = [
        "apply",
        "--fqdn",
        "Docs.Example.com.",
        "--type",
        "cname",
        "--rdata",
        CNAME,
    ];
    let planned = stage.dns(&[&cname[..], &["--dry-run"]].concat());
    assert_eq!(planned["status"], "planned");
    assert_eq!(stage.record(0, "CNAME/docs"), None);

    let applied = stage.dns(&[&cname[..], &["--ttl", "60"]].concat());
    assert_eq!(
        applied,
        json!({
            "fqdn": "docs.example.com",
            "type": "CNAME",
            "ttl": 60,
            "rdata": [CNAME],
            "status": "applied",
            "changed": true,
            "zone": {"name": "example.com", "id": zone_id(0)},
        })
    );
    let record = stage.record(0, "CNAME/docs").unwrap();
    assert_eq!(record["TTL"], 60);
    assert_eq!(record["CNAMERecord"]["cname"], CNAME);

    let delete = [
        "apply",
        "--fqdn",
        "docs.example.com",
        "--type",
        "CNAME",
        "--delete",
        "--zone",
        "example.com",
    ];
    for changed in [true, false] {
        let deleted = stage.dns(&delete);
        assert_eq!(
            (&deleted["status"], &deleted["changed"]),
            (&json!("deleted"), &json!(changed))
        );
        assert_eq!(stage.record(0, "CNAME/docs"), None);
    }

    // Two record sets that cannot be side by side: Azure's refusal is an outcome, and in strict mode an error.
    let _ = stage.dns(&[
        "apply",
        "--fqdn",
        "docs.example.com",
        "--type",
        "A",
        "--rdata",
        "198.51.100.1",
    ]);
    let refused = stage.dns(&cname);
    assert_eq!(refused["status"], "failed");
    assert!(
        refused["reason"]
            .as_str()
            .unwrap()
            .contains("docs.example.com")
    );
    let error = stage
        .project
        .fails(&[&["dns"], &cname[..], &["--strict"]].concat());
    assert!(error.contains("CNAME"), "{error}");
    // Invalid input is an error in every mode.
    let error = stage.project.fails(&[
        "dns",
        "apply",
        "--fqdn",
        "www.example.com",
        "--type",
        "A",
        "--rdata",
        "2001:db8::1",
    ]);
    assert!(error.contains("IPv4"), "{error}");
}

#[test]
fn zones_tell_which_host_falls_into_which() {
    let stage = Stage::new();
    let com = json!({"name": "example.com", "id": zone_id(0)});
    let org = json!({"name": "apps.example.org", "id": zone_id(1)});
    let before = stage.project.requests().len();
    let hosts = [
        "zones",
        "WWW.example.com",
        "a.b.apps.example.org.",
        "example.org",
    ];
    assert_eq!(
        stage.dns(&hosts),
        json!({
            "zones": [com, org],
            "hosts": [
                {"host": "www.example.com", "zone": com},
                {"host": "a.b.apps.example.org", "zone": org},
                {"host": "example.org", "zone": null},
            ],
        })
    );
    let by_app = stage.dns(&["zones", "--app-name", "app1"]);
    assert_eq!(by_app, json!({"zones": [com, org], "hosts": []}));
    assert_eq!(stage.project.requests().len(), before, "Azure is not asked");
    let both = [
        "dns",
        "zones",
        "--app-name",
        "app1",
        "--cluster-name",
        "cluster1",
    ];
    assert_eq!(stage.project.run(&both).code, 2);
}

#[test]
fn wrong_zone_settings_are_told_once_and_before_anything_is_asked() {
    let project = Project::quickstart();
    project.edit(
        ".kompox/kom/cluster.yml",
        "  settings:\n",
        "  settings:\n    AZURE_AKS_DNS_ZONE_RESOURCE_IDS: example.com\n",
    );
    let error = project.fails(&["dns", "deploy"]);
    assert_eq!(
        error.matches("AZURE_AKS_DNS_ZONE_RESOURCE_IDS").count(),
        1,
        "{error}"
    );
    assert_eq!(project.requests(), []);
}
