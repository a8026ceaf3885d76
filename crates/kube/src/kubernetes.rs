//! The API server of a cluster.

use async_trait::async_trait;

use crate::{Ingress, Labels, LoadBalancer, Object, ObjectRef, Result, ServiceAccount};

/// Who owns the fields that this port applies.
pub const FIELD_MANAGER: &str = "kompoxops";

/// The API server of a cluster.
///
/// Source: <https://kubernetes.io/docs/reference/using-api/api-concepts/>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Kubernetes: std::fmt::Debug + Send + Sync {
    /// Makes a namespace that is not there. One that is being deleted is waited for and made anew.
    async fn ensure_namespace(&self, name: &str) -> Result<Change>;

    /// Removes a namespace with everything in it and waits until it is gone. Succeeds when there is none.
    ///
    /// # Errors
    /// [`Error::Timeout`](crate::Error::Timeout) with what the namespace still waits for.
    async fn delete_namespace(&self, name: &str) -> Result<()>;

    /// Makes a service account, or changes one that is there: its annotations are merged over those that it has,
    /// and whether it mounts a token is as asked. Anything else of it stays. Writes nothing when it is so already.
    async fn ensure_service_account(&self, account: &ServiceAccount) -> Result<Change>;

    /// Applies an object server-side under the field manager [`FIELD_MANAGER`]: fields that this manager applied
    /// before and that are no longer there are removed, fields of others stay.
    ///
    /// # Errors
    /// [`Error::FieldConflict`](crate::Error::FieldConflict) when it sets fields that others own to other values.
    /// Nothing is forced.
    ///
    /// Source: <https://kubernetes.io/docs/reference/using-api/server-side-apply/>
    async fn apply(&self, object: &Object) -> Result<Applied>;

    /// An object, if it is there. `None` as well when the cluster does not know its kind.
    async fn get(&self, reference: &ObjectRef) -> Result<Option<Object>>;

    /// Removes an object. Succeeds when there is none. Does not wait for what finalizers do.
    async fn delete(&self, reference: &ObjectRef) -> Result<()>;

    /// Where a Service of type LoadBalancer can be reached; `None` when there is no such service, or no address yet.
    async fn load_balancer(&self, namespace: &str, service: &str) -> Result<Option<LoadBalancer>>;

    /// The Ingress objects of a namespace that have all these labels, by name. Empty when there is no such
    /// namespace.
    async fn ingresses(&self, namespace: &str, labels: &Labels) -> Result<Vec<Ingress>>;
}

/// What ensuring something did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// It was not there and was made.
    Created,
    /// It was there and was changed.
    Updated,
    /// It was as it should be.
    Unchanged,
}

impl Change {
    /// Whether anything was written.
    #[must_use]
    pub fn changed(self) -> bool {
        self != Self::Unchanged
    }
}

/// What applying an object did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whether anything changed, told by the resource versions before and after.
    pub change: Change,
    /// The object's resource version now.
    pub resource_version: String,
}
