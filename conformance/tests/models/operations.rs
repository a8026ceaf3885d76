//! Which models the bodies of every operation are of.

use azure_mgmt_authorization::package_2022_04_01::models as authorization;
use azure_mgmt_compute::package_2024_03_02::models as compute;
use azure_mgmt_containerservice::package_preview_2023_01::models as aks;
use azure_mgmt_dns::package_2018_05::models as dns;
use azure_mgmt_resources::package_resources_2021_04::models as resources;
use azure_mgmt_resources::package_subscriptions_2021_01::models as subscriptions;
use azure_mgmt_storage::package_2023_01::models as storage;
use kompox_conformance::{Errors, Model, Row};

use crate::disk_operation::DiskOperation;
use crate::operation_status::OperationStatus;

macro_rules! group {
    ($rest:literal) => {
        concat!(
            "/subscriptions/{subscription}/resourceGroups/{group}",
            $rest
        )
    };
}

macro_rules! subscription {
    ($rest:literal) => {
        concat!("/subscriptions/{subscription}", $rest)
    };
}

/// The rows of a resource that is written, read and removed; what it takes and what it gives.
fn resource(path: &'static str, takes: Model, gives: Model, errors: Errors) -> [Row; 3] {
    [
        Row::new("PUT", path, errors).takes(takes).gives(gives),
        Row::new("GET", path, errors).gives(gives),
        Row::new("DELETE", path, errors),
    ]
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(subscription_rows());
    rows.extend(resource_rows());
    rows.extend(deployment_rows());
    rows.extend(aks_rows());
    rows.extend(compute_rows());
    rows.extend(storage_rows());
    rows.extend(dns_rows());
    rows.extend(authorization_rows());
    rows
}

fn subscription_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<subscriptions::CloudError>(),
        bare: None,
    };
    vec![
        Row::new("GET", "/tenants", errors).gives(Model::list::<
            subscriptions::TenantListResult,
            subscriptions::TenantIdDescription,
        >()),
        Row::new("GET", "/subscriptions", errors).gives(Model::list::<
            subscriptions::SubscriptionListResult,
            subscriptions::Subscription,
        >()),
        Row::new("GET", subscription!(""), errors)
            .gives(Model::of::<subscriptions::Subscription>()),
        Row::new("GET", subscription!("/locations"), errors).gives(Model::list::<
            subscriptions::LocationListResult,
            subscriptions::Location,
        >()),
    ]
}

const RESOURCES: Errors = Errors {
    wrapped: Model::of::<resources::CloudError>(),
    bare: None,
};

fn resource_rows() -> Vec<Row> {
    let group = Model::of::<resources::ResourceGroup>();
    let tags = Model::of::<resources::TagsResource>();
    let list = Model::list::<resources::ResourceListResult, resources::GenericResourceExpanded>();
    let provider = Model::of::<resources::Provider>();
    let providers = Model::list::<resources::ProviderListResult, resources::Provider>();
    let mut rows = Vec::new();
    rows.extend(resource(group!(""), group, group, RESOURCES));
    rows.extend(resource(
        "**/providers/Microsoft.Resources/tags/default",
        tags,
        tags,
        RESOURCES,
    ));
    rows.extend([
        Row::new("HEAD", group!(""), RESOURCES),
        Row::new("PATCH", group!(""), RESOURCES)
            .takes(Model::of::<resources::ResourceGroupPatchable>())
            .gives(group),
        Row::new("GET", subscription!("/resourceGroups"), RESOURCES).gives(Model::list::<
            resources::ResourceGroupListResult,
            resources::ResourceGroup,
        >()),
        Row::new("GET", subscription!("/operationresults/{id}"), RESOURCES),
        Row::new(
            "PATCH",
            "**/providers/Microsoft.Resources/tags/default",
            RESOURCES,
        )
        .takes(Model::of::<resources::TagsPatchResource>())
        .gives(tags),
        Row::new("GET", subscription!("/resources"), RESOURCES).gives(list),
        Row::new("GET", group!("/resources"), RESOURCES).gives(list),
        Row::new("GET", "/providers", RESOURCES).gives(providers),
        Row::new("GET", "/providers/{namespace}", RESOURCES).gives(provider),
        Row::new("GET", subscription!("/providers"), RESOURCES).gives(providers),
        Row::new("GET", subscription!("/providers/{namespace}"), RESOURCES).gives(provider),
        Row::new(
            "POST",
            subscription!("/providers/{namespace}/register"),
            RESOURCES,
        )
        .gives(provider),
        Row::new("GET", subscription!("/tagNames"), RESOURCES).gives(Model::list::<
            resources::TagsListResult,
            resources::TagDetails,
        >()),
    ]);
    rows
}

fn deployment_rows() -> Vec<Row> {
    let sent = Model::of::<resources::Deployment>();
    let deployment = Model::of::<resources::DeploymentExtended>();
    let list = Model::list::<resources::DeploymentListResult, resources::DeploymentExtended>();
    let operations =
        Model::list::<resources::DeploymentOperationsListResult, resources::DeploymentOperation>();
    let mut rows = Vec::new();
    let path = "**/providers/Microsoft.Resources/deployments/{name}";
    rows.extend(resource(path, sent, deployment, RESOURCES));
    rows.extend([
        Row::new("HEAD", path, RESOURCES),
        Row::new(
            "GET",
            "**/providers/Microsoft.Resources/deployments",
            RESOURCES,
        )
        .gives(list),
        Row::new("GET", "**/deployments/{name}/operations", RESOURCES).gives(operations),
        Row::new("GET", "**/deployments/{name}/operations/{id}", RESOURCES)
            .gives(Model::of::<resources::DeploymentOperation>()),
        Row::new(
            "GET",
            "**/deployments/{name}/operationStatuses/{id}",
            RESOURCES,
        )
        .gives(Model::of::<OperationStatus>()),
        Row::new("POST", "**/deployments/{name}/validate", RESOURCES)
            .takes(sent)
            .gives(Model::of::<resources::DeploymentValidateResult>()),
        Row::new("POST", "**/deployments/{name}/cancel", RESOURCES),
        Row::new("POST", "**/deployments/{name}/exportTemplate", RESOURCES)
            .gives(Model::of::<resources::DeploymentExportResult>()),
    ]);
    rows
}

fn aks_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<aks::CloudError>(),
        bare: Some(Model::of::<aks::CloudErrorBody>()),
    };
    let cluster = Model::of::<aks::ManagedCluster>();
    let clusters = Model::list::<aks::ManagedClusterListResult, aks::ManagedCluster>();
    let pool = Model::of::<aks::AgentPool>();
    let credentials = Model::of::<aks::CredentialResults>();
    let path = group!("/providers/Microsoft.ContainerService/managedClusters/{cluster}");
    let mut rows = Vec::new();
    rows.extend(resource(path, cluster, cluster, errors));
    rows.extend(resource(
        group!("/providers/Microsoft.ContainerService/managedClusters/{cluster}/agentPools/{pool}"),
        pool,
        pool,
        errors,
    ));
    rows.extend([
        Row::new("PATCH", path, errors)
            .takes(Model::of::<aks::TagsObject>())
            .gives(cluster),
        Row::new(
            "GET",
            group!("/providers/Microsoft.ContainerService/managedClusters"),
            errors,
        )
        .gives(clusters),
        Row::new(
            "GET",
            subscription!("/providers/Microsoft.ContainerService/managedClusters"),
            errors,
        )
        .gives(clusters),
        Row::new(
            "POST",
            "**/managedClusters/{cluster}/listClusterAdminCredential",
            errors,
        )
        .gives(credentials),
        Row::new(
            "POST",
            "**/managedClusters/{cluster}/listClusterUserCredential",
            errors,
        )
        .gives(credentials),
        Row::new("POST", "**/managedClusters/{cluster}/stop", errors),
        Row::new("POST", "**/managedClusters/{cluster}/start", errors),
        Row::new(
            "GET",
            "**/managedClusters/{cluster}/upgradeProfiles/default",
            errors,
        )
        .gives(Model::of::<aks::ManagedClusterUpgradeProfile>()),
        Row::new(
            "GET",
            "**/managedClusters/{cluster}/agentPools/{pool}/upgradeProfiles/default",
            errors,
        )
        .gives(Model::of::<aks::AgentPoolUpgradeProfile>()),
        Row::new(
            "GET",
            "**/managedClusters/{cluster}/availableAgentPoolVersions",
            errors,
        )
        .gives(Model::of::<aks::AgentPoolAvailableVersions>()),
        Row::new("GET", "**/managedClusters/{cluster}/agentPools", errors)
            .gives(Model::list::<aks::AgentPoolListResult, aks::AgentPool>()),
        Row::new(
            "GET",
            "**/Microsoft.ContainerService/locations/{location}/operations/{id}",
            errors,
        )
        .gives(Model::of::<OperationStatus>()),
        Row::new(
            "GET",
            "**/Microsoft.ContainerService/locations/{location}/operationresults/{id}",
            errors,
        ),
    ]);
    rows
}

fn compute_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<compute::CloudError>(),
        bare: None,
    };
    let disk = Model::of::<compute::Disk>();
    let disks = Model::list::<compute::DiskList, compute::Disk>();
    let snapshot = Model::of::<compute::Snapshot>();
    let snapshots = Model::list::<compute::SnapshotList, compute::Snapshot>();
    let disk_path = group!("/providers/Microsoft.Compute/disks/{disk}");
    let snapshot_path = group!("/providers/Microsoft.Compute/snapshots/{snapshot}");
    let mut rows = Vec::new();
    rows.extend(resource(disk_path, disk, disk, errors));
    rows.extend(resource(snapshot_path, snapshot, snapshot, errors));
    rows.extend([
        Row::new("PATCH", disk_path, errors)
            .takes(Model::of::<compute::DiskUpdate>())
            .gives(disk),
        Row::new("PATCH", snapshot_path, errors)
            .takes(Model::of::<compute::SnapshotUpdate>())
            .gives(snapshot),
        Row::new("POST", "**/disks/{disk}/beginGetAccess", errors)
            .takes(Model::of::<compute::GrantAccessData>()),
        Row::new("POST", "**/disks/{disk}/endGetAccess", errors),
        Row::new("POST", "**/snapshots/{snapshot}/beginGetAccess", errors)
            .takes(Model::of::<compute::GrantAccessData>()),
        Row::new("POST", "**/snapshots/{snapshot}/endGetAccess", errors),
        Row::new("GET", group!("/providers/Microsoft.Compute/disks"), errors).gives(disks),
        Row::new(
            "GET",
            subscription!("/providers/Microsoft.Compute/disks"),
            errors,
        )
        .gives(disks),
        Row::new(
            "GET",
            group!("/providers/Microsoft.Compute/snapshots"),
            errors,
        )
        .gives(snapshots),
        Row::new(
            "GET",
            subscription!("/providers/Microsoft.Compute/snapshots"),
            errors,
        )
        .gives(snapshots),
        Row::new(
            "GET",
            "**/Microsoft.Compute/locations/{location}/DiskOperations/{id}",
            errors,
        )
        .gives(Model::of::<DiskOperation>())
        // Taking access back has no result.
        .or_nothing(),
    ]);
    rows
}

fn storage_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<storage::CloudError>(),
        bare: None,
    };
    let account = Model::of::<storage::StorageAccount>();
    let accounts = Model::list::<storage::StorageAccountListResult, storage::StorageAccount>();
    let service = Model::of::<storage::FileServiceProperties>();
    let share = Model::of::<storage::FileShare>();
    let account_path = group!("/providers/Microsoft.Storage/storageAccounts/{account}");
    let service_path = "**/storageAccounts/{account}/fileServices/default";
    let share_path = "**/storageAccounts/{account}/fileServices/default/shares/{share}";
    let mut rows = Vec::new();
    rows.extend(resource(
        account_path,
        Model::of::<storage::StorageAccountCreateParameters>(),
        account,
        errors,
    ));
    rows.extend(resource(share_path, share, share, errors));
    rows.extend([
        Row::new("PATCH", account_path, errors)
            .takes(Model::of::<storage::StorageAccountUpdateParameters>())
            .gives(account),
        Row::new(
            "GET",
            group!("/providers/Microsoft.Storage/storageAccounts"),
            errors,
        )
        .gives(accounts),
        Row::new(
            "GET",
            subscription!("/providers/Microsoft.Storage/storageAccounts"),
            errors,
        )
        .gives(accounts),
        Row::new("POST", "**/storageAccounts/{account}/listKeys", errors)
            .gives(Model::of::<storage::StorageAccountListKeysResult>()),
        Row::new("POST", "**/storageAccounts/{account}/regenerateKey", errors)
            .takes(Model::of::<storage::StorageAccountRegenerateKeyParameters>())
            .gives(Model::of::<storage::StorageAccountListKeysResult>()),
        Row::new("POST", "**/shares/{share}/restore", errors)
            .takes(Model::of::<storage::DeletedShare>()),
        Row::new("POST", "**/Microsoft.Storage/checkNameAvailability", errors)
            .takes(Model::of::<
                storage::StorageAccountCheckNameAvailabilityParameters,
            >())
            .gives(Model::of::<storage::CheckNameAvailabilityResult>()),
        Row::new(
            "GET",
            "**/Microsoft.Storage/locations/{location}/asyncoperations/{id}",
            errors,
        )
        .gives(account),
        Row::new("GET", service_path, errors).gives(service),
        Row::new("PUT", service_path, errors)
            .takes(service)
            .gives(service),
        Row::new("GET", "**/storageAccounts/{account}/fileServices", errors).gives(Model::list::<
            storage::FileServiceItems,
            storage::FileServiceProperties,
        >()),
        Row::new("PATCH", share_path, errors)
            .takes(share)
            .gives(share),
        Row::new(
            "GET",
            "**/storageAccounts/{account}/fileServices/default/shares",
            errors,
        )
        .gives(Model::list::<storage::FileShareItems, storage::FileShareItem>()),
    ]);
    rows
}

fn dns_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<dns::CloudError>(),
        bare: Some(Model::of::<dns::CloudErrorBody>()),
    };
    let zone = Model::of::<dns::Zone>();
    let zones = Model::list::<dns::ZoneListResult, dns::Zone>();
    let record_set = Model::of::<dns::RecordSet>();
    let record_sets = Model::list::<dns::RecordSetListResult, dns::RecordSet>();
    let zone_path = group!("/providers/Microsoft.Network/dnsZones/{zone}");
    let record_set_path = group!("/providers/Microsoft.Network/dnsZones/{zone}/{type}/{name}");
    let mut rows = Vec::new();
    rows.extend(resource(zone_path, zone, zone, errors));
    rows.extend(resource(record_set_path, record_set, record_set, errors));
    rows.extend([
        Row::new("PATCH", zone_path, errors)
            .takes(Model::of::<dns::ZoneUpdate>())
            .gives(zone),
        Row::new(
            "GET",
            group!("/providers/Microsoft.Network/dnsZones"),
            errors,
        )
        .gives(zones),
        Row::new(
            "GET",
            subscription!("/providers/Microsoft.Network/dnsZones"),
            errors,
        )
        .gives(zones),
        Row::new("PATCH", record_set_path, errors)
            .takes(record_set)
            .gives(record_set),
        Row::new("GET", "**/dnsZones/{zone}/{type}", errors).gives(record_sets),
        Row::new(
            "GET",
            "**/Microsoft.Network/dnsOperationStatuses/{id}",
            errors,
        )
        .gives(Model::of::<OperationStatus>()),
        Row::new(
            "GET",
            "**/Microsoft.Network/dnsOperationResults/{id}",
            errors,
        ),
    ]);
    rows
}

fn authorization_rows() -> Vec<Row> {
    let errors = Errors {
        wrapped: Model::of::<authorization::ErrorResponse>(),
        bare: None,
    };
    let assignment = Model::of::<authorization::RoleAssignment>();
    let path = "**/providers/Microsoft.Authorization/roleAssignments/{name}";
    vec![
        Row::new("PUT", path, errors)
            .takes(Model::of::<authorization::RoleAssignmentCreateParameters>())
            .gives(assignment),
        Row::new("GET", path, errors).gives(assignment),
        Row::new("DELETE", path, errors).gives(assignment),
        Row::new(
            "GET",
            "**/providers/Microsoft.Authorization/roleAssignments",
            errors,
        )
        .gives(Model::list::<
            authorization::RoleAssignmentListResult,
            authorization::RoleAssignment,
        >()),
        Row::new(
            "GET",
            "**/providers/Microsoft.Authorization/roleDefinitions/{name}",
            errors,
        )
        .gives(Model::of::<authorization::RoleDefinition>()),
        Row::new(
            "GET",
            "**/providers/Microsoft.Authorization/roleDefinitions",
            errors,
        )
        .gives(Model::list::<
            authorization::RoleDefinitionListResult,
            authorization::RoleDefinition,
        >()),
    ]
}
