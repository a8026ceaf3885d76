use kompox_azure::Cloud;
use serde_json::{Value, json};

use super::*;
use crate::install::Rendered;
use crate::install::plan::Plan;

/// Everything that goes into a cluster.
fn rendered(cluster: &Cluster, cloud: &str) -> Value {
    let cloud = Cloud::named(cloud).unwrap();
    let plan = Plan::new(cluster, &cloud).unwrap();
    let rendered = Rendered::new(&plan, &record(), &cloud, false).unwrap();
    let account = &rendered.account;
    let release = &rendered.release;
    let objects: Vec<_> = rendered.objects.iter().map(kube::Object::value).collect();
    json!({
        "serviceAccount": {
            "namespace": account.namespace,
            "name": account.name,
            "annotations": account.annotations,
            "automountServiceAccountToken": account.automount_token,
        },
        "objects": objects,
        "release": {
            "namespace": release.namespace,
            "name": release.name,
            "chart": release.chart,
            "timeoutSeconds": release.timeout.as_secs(),
            "values": release.values,
        },
    })
}

#[test]
fn plain() {
    insta::assert_json_snapshot!(rendered(&cluster(), "AzurePublic"));
}

#[test]
fn one_vault() {
    let mut cluster = cluster();
    cluster.ingress.cert_email = Some("ops@example.com".into());
    cluster.ingress.certificates = vec![certificate(
        "example",
        "https://my-vault.vault.azure.net/secrets/example-com",
    )];
    insta::assert_json_snapshot!(rendered(&cluster, "AzurePublic"));
}

#[test]
fn two_vaults_with_several_certificates() {
    insta::assert_json_snapshot!(rendered(&with_certificates(), "AzurePublic"));
}

#[test]
fn another_namespace_and_service_account() {
    let mut cluster = cluster();
    cluster.ingress.namespace = Some("edge".into());
    cluster.ingress.service_account = Some("front".into());
    cluster.ingress.certificates = vec![certificate(
        "example",
        "https://my-vault.vault.azure.cn/secrets/example-com",
    )];
    cluster.settings = [
        (
            "AZURE_AKS_TRAEFIK_CHART",
            "oci://ghcr.io/traefik/helm/traefik",
        ),
        ("AZURE_AKS_TRAEFIK_CHART_VERSION", "41.4.0"),
    ]
    .into_iter()
    .collect();
    insta::assert_json_snapshot!(rendered(&cluster, "AzureChina"));
}

/// What Traefik and the add-on read is YAML in a text; it means what it should.
#[test]
fn texts_of_yaml_are_yaml() {
    let all = rendered(&with_certificates(), "AzurePublic");
    let parse = |text: &Value| -> Value { serde_saphyr::from_str(text.as_str().unwrap()).unwrap() };
    let objects = parse(&all["objects"][0]["spec"]["parameters"]["objects"]);
    let wildcard = parse(&objects["array"][1]);
    assert_eq!(
        wildcard,
        json!({"objectAlias": "wildcard", "objectName": "123", "objectType": "secret"})
    );
    let versioned = parse(&all["objects"][1]["spec"]["parameters"]["objects"]);
    assert_eq!(
        parse(&versioned["array"][0])["objectVersion"],
        "0123456789abcdef"
    );
    let certs = parse(&all["objects"][2]["data"]["certs.yaml"]);
    assert_eq!(
        certs["tls"]["certificates"][2],
        json!({
            "certFile": "/config/tls/kv-two/www.example.com.crt",
            "keyFile": "/config/tls/kv-two/www.example.com.key",
        })
    );
}
