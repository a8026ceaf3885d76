//! Namespaces, whose end takes its time.

use kube::api::{DeleteParams, PostParams};
use kube::core::DynamicObject;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::server::ApiServer;
use crate::{Change, Error, ObjectRef, Result};

impl ApiServer {
    pub(super) async fn make_namespace(&self, name: &str) -> Result<Change> {
        let reference = ObjectRef::of_namespace(name);
        loop {
            match self.read(&reference).await? {
                Some(namespace) if ending(&namespace) => {
                    tracing::info!(namespace = name, "waiting for the old namespace to go away");
                    self.wait_until_gone(&reference, &namespace).await?;
                }
                Some(_) => return Ok(Change::Unchanged),
                None => {
                    let object: DynamicObject = serde_json::from_value(json!({
                        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name },
                    }))
                    .map_err(|_| self.malformed(&reference))?;
                    let params = PostParams {
                        field_manager: Some(self.field_manager.clone()),
                        ..PostParams::default()
                    };
                    match self.api(&reference).create(&params, &object).await {
                        Ok(_) => return Ok(Change::Created),
                        // Somebody else was quicker; look at what they made.
                        Err(kube::Error::Api(status)) if status.is_already_exists() => {}
                        Err(error) => return Err(self.failure(error, &reference)),
                    }
                }
            }
        }
    }

    pub(super) async fn remove_namespace(&self, name: &str) -> Result<()> {
        let reference = ObjectRef::of_namespace(name);
        let Some(namespace) = self.read(&reference).await? else {
            return Ok(());
        };
        match self
            .api(&reference)
            .delete(name, &DeleteParams::default())
            .await
        {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
            // It is already being deleted.
            Err(kube::Error::Api(status)) if status.code == 409 && ending(&namespace) => {}
            Err(error) => return Err(self.failure(error, &reference)),
        }
        self.wait_until_gone(&reference, &namespace).await
    }

    /// Waits until a namespace is gone, or another has taken its name.
    async fn wait_until_gone(&self, reference: &ObjectRef, old: &Value) -> Result<()> {
        let start = Instant::now();
        let mut wait = self.waits.first;
        loop {
            let Some(now) = self.read(reference).await? else {
                return Ok(());
            };
            if now["metadata"]["uid"] != old["metadata"]["uid"] {
                return Ok(());
            }
            if start.elapsed() >= self.waits.namespace {
                return Err(Error::Timeout {
                    what: format!("the deletion of {reference}"),
                    seconds: start.elapsed().as_secs(),
                    state: remaining(&now),
                });
            }
            sleep(wait).await;
            wait = (wait * 3 / 2).min(self.waits.longest);
        }
    }
}

fn ending(namespace: &Value) -> bool {
    namespace["metadata"]["deletionTimestamp"].is_string()
        || namespace["status"]["phase"] == "Terminating"
}

/// What a namespace still waits for, in its own words.
fn remaining(namespace: &Value) -> String {
    let conditions = namespace["status"]["conditions"].as_array();
    let messages: Vec<_> = conditions
        .into_iter()
        .flatten()
        .filter(|condition| condition["status"] == "True")
        .filter_map(|condition| condition["message"].as_str())
        .collect();
    if messages.is_empty() {
        "it does not say what it waits for".to_owned()
    } else {
        messages.join("; ")
    }
}
