use kompox_model::options::ClusterProvisionOptions;
use kompox_provider::{Error as DriverError, ResourceState};
use mockall::predicate::eq;

use super::*;

const GENTLY: ClusterProvisionOptions = ClusterProvisionOptions { force: false };
const FORCED: ClusterProvisionOptions = ClusterProvisionOptions { force: true };

fn mocks(deployment: Option<Deployment>, group: Option<ResourceGroup>) -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .deployments
        .expect_get()
        .with(eq(deployment_id()))
        .times(1)
        .return_once(|_| Ok(deployment));
    mocks
        .groups
        .expect_get()
        .with(eq(group_id()))
        .times(1)
        .return_once(|_| Ok(group));
    mocks
}

fn expect_record(mocks: &mut Mocks) {
    mocks
        .resources
        .expect_merge_tags()
        .withf(|scope, tags| *scope == group_id() && *tags == record().tags())
        .times(1)
        .return_once(|_, _| Ok(()));
}

#[tokio::test]
async fn a_new_cluster_is_deployed_with_its_parameters_and_tags() {
    let mut mocks = mocks(None, None);
    expect_record(&mut mocks);
    mocks
        .deployments
        .expect_create_or_update()
        .withf(|id, request| {
            *id == deployment_id()
                && request.location.as_deref() == Some("japaneast")
                && request.tags["kompox-cluster-name"] == "prod"
                && request.parameters["tags"]["managed-by"] == "kompox"
                && request.template["resources"].is_array()
        })
        .times(1)
        .return_once(|_, _| Ok(deployment("Succeeded")));
    mocks.driver().provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_is_there_is_left_alone() {
    let driver = mocks(Some(deployment("Succeeded")), Some(recorded_group())).driver();
    driver.provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_was_provisioned_without_a_record_gets_one_and_no_deployment() {
    let bare = group("Succeeded", &[("cost-center", "42")]);
    let mut mocks = mocks(Some(deployment("Succeeded")), Some(bare));
    expect_record(&mut mocks);
    mocks.driver().provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_record_that_the_template_has_kept_is_not_written_again() {
    let mut mocks = mocks(Some(deployment("Succeeded")), Some(recorded_group()));
    mocks
        .deployments
        .expect_create_or_update()
        .times(1)
        .return_once(|_, _| Ok(deployment("Succeeded")));
    mocks.driver().provision(&cluster(), &FORCED).await.unwrap();
}

#[tokio::test]
async fn force_deploys_again_and_keeps_the_groups_foreign_tags() {
    let tags = [("cost-center", "42"), ("managed-by", "somebody")];
    let mut mocks = mocks(
        Some(deployment("Succeeded")),
        Some(group("Succeeded", &tags)),
    );
    expect_record(&mut mocks);
    mocks
        .deployments
        .expect_create_or_update()
        .withf(|_, request| {
            request.parameters["tags"]["cost-center"] == "42"
                && request.parameters["tags"]["managed-by"] == "kompox"
        })
        .times(1)
        .return_once(|_, _| Ok(deployment("Succeeded")));
    mocks.driver().provision(&cluster(), &FORCED).await.unwrap();
}

#[tokio::test]
async fn a_record_without_its_group_does_not_count_as_provisioned() {
    let mut mocks = mocks(Some(deployment("Succeeded")), None);
    expect_record(&mut mocks);
    mocks
        .deployments
        .expect_create_or_update()
        .times(1)
        .return_once(|_, _| Ok(deployment("Succeeded")));
    mocks.driver().provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_running_deployment_is_waited_for_and_not_started_again() {
    let mut mocks = mocks(Some(deployment("Running")), Some(group("Succeeded", &[])));
    expect_record(&mut mocks);
    mocks
        .deployments
        .expect_wait()
        .times(1)
        .return_once(|_| Ok(Some(deployment("Succeeded"))));
    mocks.driver().provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_deployment_that_somebody_starts_between_looking_and_writing_is_waited_for() {
    let mut mocks = mocks(None, None);
    expect_record(&mut mocks);
    mocks
        .deployments
        .expect_create_or_update()
        .times(1)
        .return_once(|_, _| Err(refused(Some(409), "DeploymentActive")));
    mocks
        .deployments
        .expect_wait()
        .times(1)
        .return_once(|_| Ok(Some(deployment("Succeeded"))));
    mocks.driver().provision(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_being_deleted_is_not_deployed_into() {
    let driver = mocks(None, Some(group("Deleting", &[]))).driver();
    let error = driver.provision(&cluster(), &GENTLY).await.unwrap_err();
    assert!(matches!(error, DriverError::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("deprovision"), "{error}");
}

#[tokio::test]
async fn wrong_settings_are_told_without_any_call() {
    let mut cluster = cluster();
    cluster
        .settings
        .insert("AZURE_AKS_USER_VM_PRIORITY", "Cheap");
    let error = Mocks::default()
        .driver()
        .provision(&cluster, &GENTLY)
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::Validation(_)), "{error}");
}

fn operation(kind: &str, name: &str, state: &str) -> DeploymentOperation {
    DeploymentOperation {
        operation_id: name.into(),
        operation: "Create".into(),
        state: ProvisioningState::from(state.to_owned()),
        target: Some(group_id().resource(kind, name)),
        timestamp: None,
        duration: None,
        error: (state == "Failed").then(|| Failure {
            code: "QuotaExceeded".into(),
            message: "no cores left".into(),
            ..Failure::default()
        }),
    }
}

fn expect_operations(mocks: &mut Mocks, times: usize, last: &'static str) {
    mocks
        .deployments
        .expect_operations()
        .with(eq(deployment_id()))
        .times(times)
        .returning(move |_| {
            Ok(vec![operation(
                "Microsoft.Resources/deployments",
                "kompox-cluster",
                last,
            )])
        });
    let nested = group_id().resource("Microsoft.Resources/deployments", "kompox-cluster");
    mocks
        .deployments
        .expect_operations()
        .with(eq(nested))
        .times(times)
        .returning(move |_| {
            Ok(vec![
                operation(
                    "Microsoft.ContainerService/managedClusters",
                    "aks-5lmloa",
                    last,
                ),
                operation("Microsoft.KeyVault/vaults", "kv-1", "Succeeded"),
            ])
        });
}

#[tokio::test]
async fn the_error_names_the_resource_that_failed_and_azures_reason() {
    let mut mocks = mocks(None, None);
    mocks
        .deployments
        .expect_create_or_update()
        .return_once(|_, _| Err(refused(None, "DeploymentFailed")));
    expect_operations(&mut mocks, 1, "Failed");
    let error = mocks
        .driver()
        .provision(&cluster(), &GENTLY)
        .await
        .unwrap_err();
    let failure = error.failure().unwrap();
    assert_eq!(failure.details.len(), 1, "{failure:?}");
    assert_eq!(failure.details[0].code, "QuotaExceeded");
    assert!(
        failure.details[0]
            .target
            .as_ref()
            .unwrap()
            .ends_with("managedClusters/aks-5lmloa")
    );
    assert!(error.to_string().contains("no cores left"), "{error}");
}

#[tokio::test]
async fn a_refused_deployment_has_no_operations_to_ask_for() {
    let mut mocks = mocks(None, None);
    mocks
        .deployments
        .expect_create_or_update()
        .return_once(|_, _| Err(refused(Some(403), "AuthorizationFailed")));
    let error = mocks
        .driver()
        .provision(&cluster(), &GENTLY)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("AuthorizationFailed"), "{error}");
}

#[tokio::test]
async fn an_attached_deployment_that_fails_is_explained_too() {
    let mut mocks = mocks(Some(deployment("Running")), None);
    mocks
        .deployments
        .expect_wait()
        .return_once(|_| Ok(Some(deployment("Failed"))));
    expect_operations(&mut mocks, 1, "Failed");
    let error = mocks
        .driver()
        .provision(&cluster(), &GENTLY)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("QuotaExceeded"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn progress_tells_each_resource_and_leaves_out_the_nested_deployment() {
    let progress = Arc::new(Recorder {
        watches: true,
        ..Recorder::default()
    });
    // A wait in which the operations are read twice, by the watch and at the end.
    let slow = Slow(std::time::Duration::from_secs(5));
    let mut mocks = mocks(None, None);
    expect_record(&mut mocks);
    mocks.progress = progress.clone();
    expect_operations(&mut mocks, 2, "Succeeded");
    let mut driver = mocks.driver();
    let inner = driver.azure.deployments.clone();
    driver.azure.deployments = Arc::new(SlowDeployments(slow, inner));
    driver.provision(&cluster(), &GENTLY).await.unwrap();

    let seen = progress.resources.lock().unwrap();
    let names: Vec<_> = seen.iter().map(|resource| resource.name.as_str()).collect();
    assert_eq!(names, ["aks-5lmloa", "kv-1", "aks-5lmloa", "kv-1"]);
    assert!(
        seen.iter()
            .all(|resource| resource.state == ResourceState::Succeeded)
    );
}

#[derive(Debug)]
struct Slow(std::time::Duration);

/// Deployments whose start takes time, which a mock cannot.
#[derive(Debug)]
struct SlowDeployments(Slow, Arc<dyn Deployments>);

#[async_trait::async_trait]
impl Deployments for SlowDeployments {
    async fn get(&self, id: &ResourceId) -> Result<Option<Deployment>> {
        self.1.get(id).await
    }
    async fn create_or_update(&self, _: &ResourceId, _: &DeploymentRequest) -> Result<Deployment> {
        tokio::time::sleep(self.0.0).await;
        Ok(deployment("Succeeded"))
    }
    async fn wait(&self, id: &ResourceId) -> Result<Option<Deployment>> {
        self.1.wait(id).await
    }
    async fn operations(&self, id: &ResourceId) -> Result<Vec<DeploymentOperation>> {
        self.1.operations(id).await
    }
    async fn cancel(&self, id: &ResourceId) -> Result<()> {
        self.1.cancel(id).await
    }
    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.1.delete(id).await
    }
}
