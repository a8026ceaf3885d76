use kompox_model::{ProtectionLevel, VolumeType};
use proptest::prelude::*;

use super::*;
use crate::single_file;

fn read_text(text: &str) -> Contents {
    read(Path::new("f.yml"), text)
}

/// What is wrong with a document of that kind and id whose `spec` is given.
fn spec_problems(kind: &str, id: &str, spec: &str) -> Vec<String> {
    let name = id.rsplit('/').next().unwrap();
    let text = format!(
        "apiVersion: ops.kompox.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, annotations: {{ops.kompox.dev/id: {id}}}}}\nspec:\n{spec}"
    );
    read_text(&text)
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

const PROVIDER: &str = "/ws/w/prv/p";
const CLUSTER: &str = "/ws/w/prv/p/cls/c";
const APP: &str = "/ws/w/prv/p/cls/c/app/a";

#[test]
fn a_full_cluster_is_read() {
    let text = "
apiVersion: ops.kompox.dev/v1alpha1
kind: Cluster
metadata:
  name: c
  annotations:
    ops.kompox.dev/id: /ws/w/prv/p/cls/c
spec:
  existing: true
  ingress:
    namespace: in
    controller: traefik
    serviceAccount: sa
    domain: example.com
    certResolver: staging
    certEmail: me@example.com
    certificates:
      - {name: one, source: 'https://kv.vault.azure.net/secrets/one'}
  protection: {provisioning: cannotDelete, installation: readOnly}
  somethingNew: {a: [1]}
  settings:
    SIZE: 110
    VERSION: 1.30
    FLAG: True
    TEXT: ' x '
    NONE:
";
    let contents = read_text(text);
    assert_eq!(contents.problems, []);
    let Resource::Cluster(cluster) = &contents.documents[0].resource else {
        panic!("{contents:?}")
    };
    assert!(cluster.existing);
    assert_eq!(cluster.name, "c");
    assert_eq!(cluster.ingress.namespace(), "in");
    assert_eq!(cluster.ingress.service_account.as_deref(), Some("sa"));
    assert_eq!(
        cluster.ingress.cert_email.as_deref(),
        Some("me@example.com")
    );
    assert_eq!(
        cluster.ingress.certificates[0].source,
        "https://kv.vault.azure.net/secrets/one"
    );
    assert_eq!(
        cluster.protection.provisioning,
        ProtectionLevel::CannotDelete
    );
    assert_eq!(cluster.protection.installation, ProtectionLevel::ReadOnly);
    let settings = ["SIZE", "VERSION", "FLAG", "TEXT", "NONE"].map(|key| cluster.settings.get(key));
    assert_eq!(
        settings,
        [Some("110"), Some("1.30"), Some("true"), Some("x"), None]
    );
}

#[test]
fn a_full_app_is_read() {
    let text = "
apiVersion: ops.kompox.dev/v1alpha1
kind: App
metadata: {name: a, annotations: {ops.kompox.dev/id: /ws/w/prv/p/cls/c/app/a}}
spec:
  compose: {services: {web: {image: nginx, ports: [80, '8080:80']}}}
  ingress:
    certResolver: production
    rules: [{name: web, port: 80, hosts: [a.example.com]}]
  volumes:
    - {name: data, size: 1.5Gi, options: {sku: PremiumV2_LRS, iops: 4000}}
    - {name: docs, size: 1073741824, type: files}
  deployment: {pools: [user], zone: 1}
  networkPolicy: {ingressRules: []}
";
    let contents = read_text(text);
    assert_eq!(contents.problems, []);
    let Resource::App(app) = &contents.documents[0].resource else {
        panic!("{contents:?}")
    };
    assert_eq!(
        app.compose.as_ref().unwrap()["services"]["web"]["ports"][0],
        80
    );
    assert_eq!(
        (
            app.ingress.rules[0].port,
            app.ingress.rules[0].hosts[0].as_str()
        ),
        (80, "a.example.com")
    );
    assert_eq!(app.volume("data").unwrap().size, 3 << 29);
    assert_eq!(app.volume("data").unwrap().options["iops"], 4000);
    assert_eq!(app.volume("docs").unwrap().size, 1 << 30);
    assert_eq!(app.volume("docs").unwrap().kind, VolumeType::Files);
    assert_eq!(
        (
            app.deployment.pools.as_slice(),
            app.deployment.zones.as_slice()
        ),
        (&["user".to_owned()][..], &["1".to_owned()][..])
    );
}

#[test]
fn what_is_known_must_have_the_right_type() {
    for (kind, id, spec, expected) in [
        (
            "Provider",
            PROVIDER,
            "  driver: [aks]\n",
            "f.yml:5: `spec.driver` must be a string, found a list",
        ),
        (
            "Provider",
            PROVIDER,
            "  settings: {}\n",
            "f.yml:5: `spec.driver` is missing",
        ),
        (
            "Provider",
            PROVIDER,
            "  driver: aks\n  settings:\n    A: hush\n    B: [hush]\n",
            "f.yml:8: `spec.settings.B` must be a string, number or boolean, found a list",
        ),
        (
            "Provider",
            PROVIDER,
            "  driver: aks\n  settings: hush\n",
            "f.yml:6: `spec.settings` must be a mapping, found a string",
        ),
        (
            "Cluster",
            CLUSTER,
            "  existing: 'true'\n",
            "f.yml:5: `spec.existing` must be `true` or `false`, found a string",
        ),
        (
            "Cluster",
            CLUSTER,
            "  protection:\n    provisioning: locked\n",
            "f.yml:6: `spec.protection.provisioning` is `locked`; expected one of `none`, `cannotDelete`, `readOnly`",
        ),
        (
            "Cluster",
            CLUSTER,
            "  ingress:\n    certificates:\n    - name: x\n",
            "f.yml:7: `spec.ingress.certificates[0].source` is missing",
        ),
        (
            "App",
            APP,
            "  volumes: {}\n",
            "f.yml:5: `spec.volumes` must be a list, found a mapping",
        ),
        (
            "App",
            APP,
            "  volumes:\n  - name: Data\n",
            "f.yml:6: `spec.volumes[0].name`: volume name `Data` contains 'D'; expected 1 to 16 characters of a-z, 0-9 and `-`, with a letter or digit at both ends",
        ),
        (
            "App",
            APP,
            "  volumes:\n  - name: d\n  - name: d\n",
            "f.yml:7: volume `d` is declared twice, first on line 6",
        ),
        (
            "App",
            APP,
            "  volumes:\n  - name: d\n    size: 10GB\n",
            "f.yml:7: `spec.volumes[0].size` is `10GB`: it is neither a number of bytes nor a quantity such as `32Gi`",
        ),
        (
            "App",
            APP,
            "  volumes:\n  - name: d\n    size: -1\n",
            "f.yml:7: `spec.volumes[0].size` is `-1`: it must not be negative",
        ),
        (
            "App",
            APP,
            "  volumes:\n  - name: d\n    type: blob\n",
            "f.yml:7: `spec.volumes[0].type` is `blob`; expected one of `disk`, `files`",
        ),
        (
            "App",
            APP,
            "  ingress:\n    rules:\n    - port: 65536\n",
            "f.yml:7: `spec.ingress.rules[0].port` must be a whole number from 1 to 65535, found 65536",
        ),
        (
            "App",
            APP,
            "  deployment:\n    pool: a\n    pools: [b]\n",
            "f.yml:7: `spec.deployment.pool` and `spec.deployment.pools` exclude each other",
        ),
    ] {
        assert_eq!(spec_problems(kind, id, spec), [expected]);
    }
}

#[test]
fn ids_must_be_of_their_kind_and_name() {
    let problems = |kind: &str, metadata: &str| -> Vec<String> {
        let text = format!(
            "apiVersion: ops.kompox.dev/v1alpha1\nkind: {kind}\nmetadata:\n{metadata}spec: {{driver: aks}}\n"
        );
        read_text(&text)
            .problems
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let id = |id: &str, name: &str| {
        format!("  annotations:\n    ops.kompox.dev/id: {id}\n  name: {name}\n")
    };
    for (kind, metadata, expected) in [
        ("Provider", id("/ws/w/prv/p", "p"), &[][..]),
        (
            "Provider",
            id("/ws/w/prv/p", "q"),
            &["f.yml:6: `metadata.name` is `q`, but the id `/ws/w/prv/p` ends in `p`"],
        ),
        (
            "Provider",
            id("/ws/w", "w"),
            &[
                "f.yml:5: the id `/ws/w` is a Workspace's; a Provider's looks like /ws/<ws>/prv/<prv>",
            ],
        ),
        (
            "Provider",
            id("/ws/w/cls/c", "c"),
            &[
                "f.yml:5: the id `/ws/w/cls/c` does not look like /ws/<ws>/prv/<prv>/cls/<cls>/app/<app>/box/<box>",
            ],
        ),
        (
            "Provider",
            "  name: p\n".into(),
            &[
                "f.yml:4: the annotation `ops.kompox.dev/id` is missing; a Provider's looks like /ws/<ws>/prv/<prv>",
            ],
        ),
        (
            "Provider",
            "  annotations: {ops.kompox.dev/id: /ws/w/prv/p}\n".into(),
            &["f.yml:4: `metadata.name` is missing"],
        ),
        (
            "Providers",
            id("/ws/w/prv/p", "p"),
            &[
                "f.yml:2: unknown kind `Providers`; expected one of Workspace, Provider, Cluster, App, Box, Defaults",
            ],
        ),
        ("Defaults", "  name: d\n".into(), &[]),
    ] {
        assert_eq!(problems(kind, &metadata), expected);
    }
}

#[test]
fn documents_of_others_are_skipped_and_those_that_mean_to_be_ours_are_not() {
    for skipped in [
        "apiVersion: v1\nkind: Service\n",
        "apiVersion: apps/v1\nkind: App\n",
        "services: {web: {image: nginx}}\n",
        "- a\n- b\n",
        "just text\n",
        "",
        "---\n---\n",
    ] {
        let contents = read_text(skipped);
        assert!(
            contents.problems.is_empty() && contents.documents.is_empty(),
            "{skipped}"
        );
    }
    for (text, expected) in [
        (
            "kind: App\n",
            "f.yml:1: `apiVersion` is missing; expected `ops.kompox.dev/v1alpha1` for kind `App`",
        ),
        (
            "apiVersion: ops.kompox.dev/v2\nkind: App\n",
            "f.yml:1: `apiVersion` is `ops.kompox.dev/v2`; expected `ops.kompox.dev/v1alpha1`",
        ),
    ] {
        assert_eq!(read_text(text).problems[0].to_string(), expected);
    }
}

/// YAML that looks like ours as far as it goes: known keys with values of any kind.
fn lookalike() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,25}(\\.[0-9]{1,3})?([KMGT]i|e[0-9]{1,9})?",
        "[a-z]{0,6}",
        Just("ops.kompox.dev/v1alpha1".to_owned()),
        Just("\"/ws/w/prv/p/cls/c/app/a\"".to_owned()),
        prop_oneof![
            Just("Workspace"),
            Just("Provider"),
            Just("Cluster"),
            Just("App"),
            Just("Box"),
            Just("Defaults")
        ]
        .prop_map(str::to_owned),
    ];
    let key = proptest::sample::select(vec![
        "kind",
        "metadata",
        "name",
        "annotations",
        "ops.kompox.dev/id",
        "spec",
        "driver",
        "settings",
        "existing",
        "ingress",
        "certificates",
        "source",
        "protection",
        "provisioning",
        "volumes",
        "size",
        "type",
        "options",
        "deployment",
        "pool",
        "pools",
        "zone",
        "zones",
        "rules",
        "port",
        "hosts",
        "appId",
        "komPath",
        "compose",
        "workspace",
        "provider",
        "cluster",
        "app",
        "version",
        "<<",
    ]);
    let value = scalar.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            proptest::collection::btree_map(key.clone(), inner, 0..8).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("\"{key}\": {value}"))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    });
    let kind = proptest::sample::select(vec![
        "Workspace",
        "Provider",
        "Cluster",
        "App",
        "Box",
        "Defaults",
    ]);
    (kind, "(/(ws|prv|cls|app|box)/[a-z]){1,5}", value.clone(), value).prop_map(|(kind, id, metadata, spec)| {
        format!("apiVersion: ops.kompox.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: a, annotations: {{ops.kompox.dev/id: {id}}}, x: {metadata}}}\nspec: {spec}\n")
    })
}

proptest! {
    #[test]
    fn no_text_is_too_much_for_the_loader(text in any::<String>()) {
        read_text(&text);
        single_file::read(Path::new("f.yml"), &text);
    }

    #[test]
    fn no_punctuation_is_too_much_for_the_loader(text in "[-{}\\[\\]:,&*!|>'\"%@#? a\n\t<]{0,80}") {
        read_text(&text);
        single_file::read(Path::new("f.yml"), &text);
    }

    #[test]
    fn every_document_of_ours_is_read_or_has_a_problem_with_its_line(text in lookalike()) {
        let contents = read_text(&text);
        let found = contents.documents.len() + contents.defaults.len() + contents.problems.len();
        prop_assert!(found > 0, "{}", text);
        prop_assert!(contents.problems.iter().all(|problem| problem.at.is_some()));
        single_file::read(Path::new("f.yml"), &text);
    }
}
