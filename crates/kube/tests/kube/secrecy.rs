//! What must never be seen.

use std::io::Write;
use std::sync::{Arc, Mutex};

use kompox_kube::Object;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::helm::{Fake, release};
use crate::script::{Script, TOKEN, absent, kubeconfig};

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

#[tokio::test]
async fn no_log_at_any_level_shows_credentials_or_what_is_applied() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    // For the whole process: a subscriber of this thread only would miss what other tests were the first to call.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let path = "/api/v1/namespaces/web/secrets/s";
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s", "namespace": "web", "resourceVersion": "1"}, "stringData": {"p": "BODYTEXT"},
    });
    let script = Script::start([
        (format!("GET {path}").as_str(), 404, absent()),
        (format!("PATCH {path}").as_str(), 201, secret.clone()),
    ])
    .await;
    let kubernetes = script.kubernetes();
    let applied = kubernetes
        .apply(&Object::new(&secret).unwrap())
        .await
        .unwrap();
    script.done();

    let fake = Fake::new("v3.16.2");
    let mut wanted = release();
    wanted
        .values
        .insert("password".to_owned(), json!("BODYTEXT"));
    let helm = fake.helm();
    helm.ensure_release(&wanted).await.unwrap();
    fake.write("stderr", &format!("Error: {TOKEN}\n"));
    let error = helm.ensure_release(&wanted).await.unwrap_err();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("secrets/s") && log.contains("running helm"),
        "calls are logged: {log}"
    );
    let kubeconfig = kubeconfig("https://c", "");
    let shown =
        format!("{log}{kubernetes:?}{helm:?}{wanted:?}{applied:?}{error}{error:?}{kubeconfig:?}");
    for secret in [TOKEN, "BODYTEXT"] {
        let at = shown
            .find(secret)
            .map(|at| &shown[at.saturating_sub(200)..]);
        assert!(at.is_none(), "{secret}: {at:?}");
    }
}
