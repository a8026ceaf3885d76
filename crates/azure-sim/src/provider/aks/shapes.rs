//! The bodies that AKS understands, as far as they are simulated or passed through.

use crate::shape::Shape;

macro_rules! pool_fields {
    ($($extra:tt)*) => {
        &[
            $($extra)*
            ("count", Shape::Int),
            ("vmSize", Shape::Text),
            ("osDiskSizeGB", Shape::Int),
            ("osDiskType", Shape::Word(&["Managed", "Ephemeral"])),
            ("kubeletDiskType", Shape::Word(&["OS", "Temporary"])),
            ("workloadRuntime", Shape::Text),
            ("messageOfTheDay", Shape::Text),
            ("vnetSubnetID", Shape::Text),
            ("podSubnetID", Shape::Text),
            ("podIPAllocationMode", Shape::Text),
            ("maxPods", Shape::Int),
            ("osType", Shape::Word(&["Linux", "Windows"])),
            ("osSKU", Shape::Text),
            ("maxCount", Shape::Int),
            ("minCount", Shape::Int),
            ("enableAutoScaling", Shape::Bool),
            ("scaleDownMode", Shape::Word(&["Delete", "Deallocate"])),
            ("type", Shape::Word(&["VirtualMachineScaleSets", "AvailabilitySet", "VirtualMachines"])),
            ("mode", Shape::Word(&["System", "User", "Gateway"])),
            ("orchestratorVersion", Shape::Text),
            ("currentOrchestratorVersion", Shape::ReadOnly),
            ("nodeImageVersion", Shape::ReadOnly),
            (
                "upgradeSettings",
                Shape::Object(&[
                    ("maxSurge", Shape::Text),
                    ("maxUnavailable", Shape::Text),
                    ("drainTimeoutInMinutes", Shape::Int),
                    ("nodeSoakDurationInMinutes", Shape::Int),
                    ("undrainableNodeBehavior", Shape::Word(&["Cordon", "Schedule"])),
                ]),
            ),
            ("provisioningState", Shape::ReadOnly),
            ("powerState", Shape::Object(&[("code", Shape::Word(&["Running", "Stopped"]))])),
            ("availabilityZones", Shape::Array(&Shape::Text)),
            ("enableNodePublicIP", Shape::Bool),
            ("nodePublicIPPrefixID", Shape::Text),
            ("scaleSetPriority", Shape::Word(&["Regular", "Spot"])),
            ("scaleSetEvictionPolicy", Shape::Word(&["Delete", "Deallocate"])),
            ("spotMaxPrice", Shape::Number),
            ("tags", Shape::TextMap),
            ("nodeLabels", Shape::TextMap),
            ("nodeTaints", Shape::Array(&Shape::Text)),
            ("proximityPlacementGroupID", Shape::Text),
            ("kubeletConfig", Shape::Map(&Shape::Any)),
            ("linuxOSConfig", Shape::Map(&Shape::Any)),
            ("enableEncryptionAtHost", Shape::Bool),
            ("enableUltraSSD", Shape::Bool),
            ("enableFIPS", Shape::Bool),
            ("gpuInstanceProfile", Shape::Text),
            ("creationData", Shape::Any),
            ("capacityReservationGroupID", Shape::Text),
            ("hostGroupID", Shape::Text),
            ("networkProfile", Shape::Map(&Shape::Any)),
            ("windowsProfile", Shape::Map(&Shape::Any)),
            ("securityProfile", Shape::Map(&Shape::Any)),
            ("gpuProfile", Shape::Map(&Shape::Any)),
            ("eTag", Shape::ReadOnly),
        ]
    };
}

/// The body of a pool.
pub(super) const POOL: Shape = Shape::Object(&[("properties", Shape::Object(pool_fields!()))]);

const PROFILE: Shape = Shape::Object(pool_fields!(("name", Shape::Text),));

const SWITCH: Shape = Shape::Object(&[("enabled", Shape::Bool)]);
const OPEN: Shape = Shape::Map(&Shape::Any);

/// The body of a cluster.
pub(super) const CLUSTER: Shape = Shape::Object(&[
    ("location", Shape::Text),
    ("tags", Shape::TextMap),
    ("kind", Shape::Text),
    (
        "sku",
        Shape::Object(&[
            ("name", Shape::Word(&["Base", "Automatic"])),
            ("tier", Shape::Word(&["Free", "Standard", "Premium"])),
        ]),
    ),
    (
        "identity",
        Shape::Object(&[
            (
                "type",
                Shape::Word(&["SystemAssigned", "UserAssigned", "None"]),
            ),
            ("userAssignedIdentities", OPEN),
        ]),
    ),
    (
        "properties",
        Shape::Object(&[
            ("provisioningState", Shape::ReadOnly),
            ("powerState", Shape::ReadOnly),
            ("kubernetesVersion", Shape::Text),
            ("currentKubernetesVersion", Shape::ReadOnly),
            ("dnsPrefix", Shape::Text),
            ("fqdnSubdomain", Shape::Text),
            ("agentPoolProfiles", Shape::Array(&PROFILE)),
            ("linuxProfile", OPEN),
            ("windowsProfile", OPEN),
            (
                "servicePrincipalProfile",
                Shape::Object(&[("clientId", Shape::Text), ("secret", Shape::ReadOnly)]),
            ),
            (
                "addonProfiles",
                Shape::Map(&Shape::Object(&[
                    ("enabled", Shape::Bool),
                    ("config", Shape::TextMap),
                    ("identity", Shape::ReadOnly),
                ])),
            ),
            ("podIdentityProfile", OPEN),
            (
                "oidcIssuerProfile",
                Shape::Object(&[("enabled", Shape::Bool), ("issuerURL", Shape::ReadOnly)]),
            ),
            ("nodeResourceGroup", Shape::Text),
            ("nodeResourceGroupProfile", OPEN),
            ("enableRBAC", Shape::Bool),
            (
                "supportPlan",
                Shape::Word(&["KubernetesOfficial", "AKSLongTermSupport"]),
            ),
            ("enableNamespaceResources", Shape::Bool),
            (
                "networkProfile",
                Shape::Object(&[
                    ("networkPlugin", Shape::Word(&["azure", "kubenet", "none"])),
                    ("networkPluginMode", Shape::Word(&["overlay"])),
                    (
                        "networkPolicy",
                        Shape::Word(&["none", "calico", "azure", "cilium"]),
                    ),
                    ("networkMode", Shape::Text),
                    ("networkDataplane", Shape::Word(&["azure", "cilium"])),
                    ("podCidr", Shape::Text),
                    ("serviceCidr", Shape::Text),
                    ("dnsServiceIP", Shape::Text),
                    (
                        "outboundType",
                        Shape::Word(&[
                            "loadBalancer",
                            "userDefinedRouting",
                            "managedNATGateway",
                            "userAssignedNATGateway",
                            "none",
                        ]),
                    ),
                    ("loadBalancerSku", Shape::Word(&["standard", "basic"])),
                    ("loadBalancerProfile", OPEN),
                    ("natGatewayProfile", OPEN),
                    ("staticEgressGatewayProfile", OPEN),
                    ("podCidrs", Shape::Array(&Shape::Text)),
                    ("serviceCidrs", Shape::Array(&Shape::Text)),
                    ("ipFamilies", Shape::Array(&Shape::Text)),
                    ("advancedNetworking", OPEN),
                ]),
            ),
            (
                "aadProfile",
                Shape::Object(&[
                    ("managed", Shape::Bool),
                    ("enableAzureRBAC", Shape::Bool),
                    ("adminGroupObjectIDs", Shape::Array(&Shape::Text)),
                    ("clientAppID", Shape::Text),
                    ("serverAppID", Shape::Text),
                    ("serverAppSecret", Shape::ReadOnly),
                    ("tenantID", Shape::Text),
                ]),
            ),
            (
                "autoUpgradeProfile",
                Shape::Object(&[
                    (
                        "upgradeChannel",
                        Shape::Word(&["rapid", "stable", "patch", "node-image", "none"]),
                    ),
                    (
                        "nodeOSUpgradeChannel",
                        Shape::Word(&["None", "Unmanaged", "NodeImage", "SecurityPatch"]),
                    ),
                ]),
            ),
            ("upgradeSettings", OPEN),
            ("autoScalerProfile", Shape::TextMap),
            ("apiServerAccessProfile", OPEN),
            ("diskEncryptionSetID", Shape::Text),
            ("identityProfile", Shape::ReadOnly),
            ("privateLinkResources", Shape::ReadOnly),
            ("disableLocalAccounts", Shape::Bool),
            ("httpProxyConfig", OPEN),
            (
                "securityProfile",
                Shape::Object(&[
                    ("workloadIdentity", SWITCH),
                    ("imageCleaner", OPEN),
                    ("defender", OPEN),
                    ("azureKeyVaultKms", OPEN),
                    ("customCATrustCertificates", Shape::Any),
                ]),
            ),
            (
                "storageProfile",
                Shape::Object(&[
                    ("diskCSIDriver", SWITCH),
                    ("fileCSIDriver", SWITCH),
                    ("blobCSIDriver", SWITCH),
                    ("snapshotController", SWITCH),
                ]),
            ),
            ("ingressProfile", OPEN),
            ("publicNetworkAccess", Shape::Text),
            ("workloadAutoScalerProfile", OPEN),
            ("azureMonitorProfile", OPEN),
            ("serviceMeshProfile", OPEN),
            ("metricsProfile", OPEN),
            ("aiToolchainOperatorProfile", OPEN),
            ("nodeProvisioningProfile", OPEN),
            ("bootstrapProfile", OPEN),
            ("hostedSystemProfile", OPEN),
        ]),
    ),
]);
