//! What must never be seen.

use std::io::Write;
use std::sync::{Arc, Mutex};

use kompox_azure::{Connector, Credential};
use kompox_azure_arm::ArmConnector;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::script::{
    ARM, Reply, SUBSCRIPTION, Script, Tokens, connection, disk, disk_body, disk_url, group,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn no_log_at_any_level_shows_tokens_bodies_or_signatures() {
    let polling = format!(
        "{ARM}{SUBSCRIPTION}/operations/1?api-version=2025-01-01&t=1&c=CERTIFICATE&s=SIGNATURE"
    );
    let cluster = group("rg").resource("Microsoft.ContainerService/managedClusters", "c");
    let script = Arc::new(
        Script::new()
            .on(
                "PATCH",
                &disk_url("d"),
                Reply::status(202)
                    .header("Azure-AsyncOperation", &polling)
                    .header("Location", &polling),
            )
            .on(
                "GET",
                &polling,
                Reply::broken(&format!("no route to {polling}")),
            )
            .on(
                "GET",
                &polling,
                Reply::status(500)
                    .json(&json!({ "error": { "code": "Oops", "message": "again" } })),
            )
            .on(
                "GET",
                &polling,
                Reply::ok(&json!({ "status": "Succeeded" })),
            )
            .on(
                "GET",
                &disk_url("d"),
                Reply::ok(&disk_body("d", "Succeeded")),
            )
            .on(
                "POST",
                &format!("{cluster}/listClusterAdminCredential?api-version=2024-09-01"),
                Reply::ok(&json!({ "kubeconfigs": [{ "value": "S1VCRUNPTkZJRw==" }] })),
            ),
    );
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    // For the whole process: a subscriber of this thread only would miss what other tests were the first to call.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let azure = ArmConnector::builder()
        .transport(Arc::clone(&script) as _)
        .credential(Tokens::living(3600))
        .build()
        .connect(&connection(Credential::AzureCli))
        .unwrap();
    let tags = [("owner".to_owned(), "BODYTEXT".to_owned())].into();
    azure.disks.update_tags(&disk("d"), &tags).await.unwrap();
    azure
        .managed_clusters
        .list_cluster_admin_credential(&cluster)
        .await
        .unwrap();
    script.done();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("PATCH") && log.contains("operations/1?api-version=2025-01-01"),
        "calls are logged: {log}"
    );
    for secret in [
        "token-1",
        "CERTIFICATE",
        "SIGNATURE",
        "BODYTEXT",
        "KUBECONFIG",
        "S1VCRUNPTkZJRw",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let debug = format!("{azure:?}");
    assert!(!debug.contains("token-1"), "{debug}");
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_the_query_of_a_polling_url() {
    let polling = format!("{ARM}{SUBSCRIPTION}/operations/1?api-version=2025-01-01&s=SIGNATURE");
    let script = Arc::new(
        Script::new()
            .on(
                "DELETE",
                &disk_url("d"),
                Reply::status(202).header("Location", &polling),
            )
            .on("GET", &polling, Reply::ok(&json!({ "status": "Failed" }))),
    );
    let azure = crate::script::azure(&script);
    let error = azure.disks.delete(&disk("d")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SIGNATURE"));

    let mut script = Script::new().on(
        "DELETE",
        &disk_url("d"),
        Reply::status(202).header("Location", &polling),
    );
    for _ in 0..6 {
        script = script.on(
            "GET",
            &polling,
            Reply::broken(&format!("cannot reach {polling}")),
        );
    }
    let script = Arc::new(script);
    let azure = crate::script::azure_with(&script, |builder| {
        builder.retry(azure_core::http::RetryOptions::none())
    });
    let error = azure.disks.delete(&disk("d")).await.unwrap_err();
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text += &format!(" {error} {error:?}");
        cause = error.source();
    }
    assert!(
        text.contains("cannot reach") && !text.contains("SIGNATURE"),
        "{text}"
    );
}

#[test]
fn settings_print_no_secret() {
    let credential = Credential::ClientSecret {
        tenant_id: "11111111-1111-1111-1111-111111111111".into(),
        client_id: "client".into(),
        client_secret: "very-secret".to_owned().into(),
    };
    let connector = ArmConnector::new();
    let connection = connection(credential);
    let azure = connector.connect(&connection).unwrap();
    assert!(!format!("{connector:?} {connection:?} {azure:?}").contains("very-secret"));
}
