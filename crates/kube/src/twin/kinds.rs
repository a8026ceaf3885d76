//! The kinds of objects that a twin knows.

use crate::ObjectRef;

/// A kind.
#[derive(Debug)]
pub(super) struct Kind {
    api_version: &'static str,
    name: &'static str,
    pub(super) namespaced: bool,
    /// Its members besides `apiVersion`, `kind`, `metadata` and `status`.
    pub(super) members: &'static [&'static str],
    /// Members, and members of members, whose values must be strings.
    pub(super) texts: &'static [&'static str],
}

const fn namespaced(
    api_version: &'static str,
    name: &'static str,
    members: &'static [&'static str],
    texts: &'static [&'static str],
) -> Kind {
    Kind {
        api_version,
        name,
        namespaced: true,
        members,
        texts,
    }
}

const fn cluster_wide(api_version: &'static str, name: &'static str) -> Kind {
    Kind {
        api_version,
        name,
        namespaced: false,
        members: &["spec"],
        texts: &[],
    }
}

/// Those of a cluster with the add-ons that Kompox enables.
static KINDS: [Kind; 9] = [
    cluster_wide("v1", "Namespace"),
    cluster_wide("networking.k8s.io/v1", "IngressClass"),
    namespaced(
        "v1",
        "ConfigMap",
        &["data", "binaryData", "immutable"],
        &["/data"],
    ),
    namespaced(
        "v1",
        "Secret",
        &["data", "stringData", "type", "immutable"],
        &["/data", "/stringData"],
    ),
    namespaced("v1", "Service", &["spec"], &["/spec/selector"]),
    namespaced(
        "v1",
        "ServiceAccount",
        &[
            "automountServiceAccountToken",
            "imagePullSecrets",
            "secrets",
        ],
        &[],
    ),
    namespaced("apps/v1", "Deployment", &["spec"], &[]),
    namespaced("networking.k8s.io/v1", "Ingress", &["spec"], &[]),
    namespaced(
        "secrets-store.csi.x-k8s.io/v1",
        "SecretProviderClass",
        &["spec"],
        &["/spec/parameters"],
    ),
];

/// The kind of an object, if it is known.
pub(super) fn kind(reference: &ObjectRef) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.api_version == reference.api_version && kind.name == reference.kind)
}
