//! How a simulator is set up.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::{Clock, SystemClock};
use crate::entra::{Access, Application, PublicKey, SecretDigest};
use crate::latency::Latency;
use crate::simulator::Simulator;

/// The caller unless another is set.
pub(crate) const CALLER: &str = "ca11e4a0-0b1e-4c71-8d00-51ab01a7ed00";

/// The tenant, unless another is set.
pub(crate) const TENANT: &str = "5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00";

/// The fixed facts of one simulated Azure.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) tenant_id: String,
    pub(crate) caller_object_id: String,
    pub(crate) subscriptions: Option<BTreeSet<String>>,
    pub(crate) latency: Latency,
    pub(crate) settling: Option<Duration>,
    pub(crate) page_size: usize,
    pub(crate) principals: BTreeSet<String>,
    pub(crate) replication_lag: Duration,
    pub(crate) access: Access,
    /// Who has credentials of its own.
    pub(crate) applications: Vec<Application>,
    /// Whose token the managed identity endpoints give when no identity is named.
    pub(crate) system_assigned: Option<Application>,
    /// What App Service's endpoint wants to see.
    pub(crate) identity_header: Option<SecretDigest>,
    /// The keys of issuers outside of the simulator.
    pub(crate) issuers: BTreeMap<String, Vec<PublicKey>>,
    /// Resources that tokens can be for, beside the well-known ones.
    pub(crate) audiences: Vec<String>,
    pub(crate) seed: u64,
    /// What every cluster hands out instead of a kubeconfig of its own.
    pub(crate) kubeconfig: Option<SecretString>,
    /// The certificate in polling URLs, once it was needed.
    pub(crate) certificate: OnceLock<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tenant_id: TENANT.to_owned(),
            caller_object_id: CALLER.to_owned(),
            subscriptions: None,
            latency: Latency::None,
            settling: None,
            page_size: 50,
            principals: BTreeSet::new(),
            replication_lag: Duration::ZERO,
            access: Access::Anonymous,
            applications: Vec::new(),
            system_assigned: None,
            identity_header: None,
            issuers: BTreeMap::new(),
            audiences: Vec::new(),
            seed: 0,
            kubeconfig: None,
            certificate: OnceLock::new(),
        }
    }
}

impl Settings {
    /// For how long a new cluster is busy by itself.
    pub(crate) fn settling(&self) -> Duration {
        match (self.settling, self.latency) {
            (Some(settling), _) => settling,
            (None, Latency::Realistic) => Duration::from_secs(120),
            (None, Latency::None | Latency::Fixed(_)) => Duration::ZERO,
        }
    }

    /// Whether the directory has a principal that no resource of the world stands for.
    pub(crate) fn has_principal(&self, object_id: &str) -> bool {
        self.caller_object_id.eq_ignore_ascii_case(object_id)
            || self.principals.contains(&object_id.to_ascii_lowercase())
            || self
                .applications
                .iter()
                .chain(&self.system_assigned)
                .any(|application| application.is_object(object_id))
    }

    /// A GUID that follows from the seed and `purpose`.
    pub(crate) fn guid(&self, purpose: &str) -> Uuid {
        let digest = self.digest(purpose);
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// 32 bytes that follow from the seed and `purpose`.
    pub(crate) fn digest(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(purpose.as_bytes());
        hash.finalize().into()
    }

    /// `length` base64url characters that follow from the seed and `purpose`.
    pub(crate) fn text(&self, purpose: &str, length: usize) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::with_capacity(length + 32);
        let mut round = 0;
        while text.len() < length {
            for byte in self.digest(&format!("{purpose}:{round}")) {
                let at = usize::from(byte & 63);
                text.push(ALPHABET.get(at).copied().map_or('A', char::from));
            }
            round += 1;
        }
        text.truncate(length);
        text
    }
}

/// Sets up a [`Simulator`].
///
/// Without any setting it is empty, lives in memory, finishes all work at once and takes any
/// subscription.
#[derive(Debug)]
#[must_use]
pub struct SimulatorBuilder {
    settings: Settings,
    clock: Arc<dyn Clock>,
    state_dir: Option<PathBuf>,
    /// Issuers with their key sets as they were given.
    issuers: Vec<(String, String)>,
}

/// Why a simulator could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The state directory cannot be used.
    #[error("the state directory {} cannot be used: {source}", path.display())]
    StateDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A setting that must be a GUID is none.
    #[error("{setting} {value:?} is not a GUID like 00000000-0000-0000-0000-000000000000")]
    NotAGuid {
        /// Which setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// Two applications have the same client id.
    #[error("two applications have the client id {0}")]
    DuplicateApplication(String),
    /// The key set of an issuer holds no key that could be used.
    #[error(
        "the key set of the issuer {0:?} is no JSON Web Key Set with an RSA key of 2048 bits or more"
    )]
    NoKeys(String),
    /// Pages must hold something.
    #[error("the page size must be at least 1")]
    EmptyPages,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            clock: Arc::new(SystemClock),
            state_dir: None,
            issuers: Vec::new(),
        }
    }
}

impl SimulatorBuilder {
    /// Keeps the state in a directory (created if missing) that several simulators may share.
    pub fn state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// How long operations take; [`Latency::None`] unless set.
    pub fn latency(mut self, latency: Latency) -> Self {
        self.settings.latency = latency;
        self
    }

    /// For how long AKS goes on changing a cluster after it was created: the operation has succeeded, but the
    /// cluster and its pools show `Updating` and refuse writes with 409 `OperationNotAllowed`. Unless set it is two
    /// minutes with [`Latency::Realistic`] and nothing otherwise.
    pub fn settling(mut self, settling: Duration) -> Self {
        self.settings.settling = Some(settling);
        self
    }

    /// Where the time comes from; the machine's clock unless set.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// From what all generated ids follow; 0 unless set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The tenant of all subscriptions, a GUID.
    pub fn tenant_id(mut self, tenant: impl Into<String>) -> Self {
        self.settings.tenant_id = tenant.into();
        self
    }

    /// Adds a subscription (a GUID). Once one was added, every other is unknown; until then every GUID is a
    /// subscription, and the list shows those in which something exists.
    pub fn subscription(mut self, subscription: impl Into<String>) -> Self {
        self.settings
            .subscriptions
            .get_or_insert_default()
            .insert(subscription.into().to_ascii_lowercase());
        self
    }

    /// The object id of whoever calls, a GUID.
    pub fn caller_object_id(mut self, object_id: impl Into<String>) -> Self {
        self.settings.caller_object_id = object_id.into();
        self
    }

    /// Adds a principal that roles can be assigned to, besides the caller and the identities of
    /// simulated resources. A GUID.
    pub fn principal(mut self, object_id: impl Into<String>) -> Self {
        self.settings
            .principals
            .insert(object_id.into().to_ascii_lowercase());
        self
    }

    /// How long role assignments do not see a new identity (`PrincipalNotFound`) unless
    /// they name its `principalType`; not at all unless set.
    pub fn replication_lag(mut self, lag: Duration) -> Self {
        self.settings.replication_lag = lag;
        self
    }

    /// How many items a page of a list holds; 50 unless set.
    pub fn page_size(mut self, items: usize) -> Self {
        self.settings.page_size = items;
        self
    }

    /// What Resource Manager wants to see of a caller; [`Access::Anonymous`] unless set.
    pub fn access(mut self, access: Access) -> Self {
        self.settings.access = access;
        self
    }

    /// Adds an application to the directory. Roles can be assigned to it.
    pub fn application(mut self, application: Application) -> Self {
        self.settings.applications.push(application);
        self
    }

    /// The identity of the machine or site that the client is taken to run on, for managed identity requests that name
    /// none: a client id and an object id. Unless set there is none. User-assigned identities are those that exist.
    pub fn system_assigned_identity(
        mut self,
        client_id: impl Into<String>,
        object_id: impl Into<String>,
    ) -> Self {
        self.settings.system_assigned = Some(Application::new(client_id, object_id));
        self
    }

    /// The secret that App Service's managed identity endpoint (`/msi/token`) wants in `X-IDENTITY-HEADER`; the client has it
    /// in `IDENTITY_HEADER`. Unless set that endpoint refuses everybody. Only a digest of it is kept.
    pub fn identity_header(mut self, secret: impl AsRef<str>) -> Self {
        self.settings.identity_header = Some(SecretDigest::of(secret.as_ref()));
        self
    }

    /// Trusts an issuer of federated assertions by its keys, a JSON Web Key Set (RFC 7517), since nothing is fetched.
    /// Simulated clusters are trusted anyway.
    pub fn issuer(mut self, issuer: impl Into<String>, jwks: impl Into<String>) -> Self {
        self.issuers.push((issuer.into(), jwks.into()));
        self
    }

    /// Adds a resource that tokens can be for, by its application ID URI. Known are Resource Manager under its names in the
    /// clouds and under the simulator's own address, Key Vault, Storage, Microsoft Graph, Log Analytics and AKS.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.settings.audiences.push(audience.into());
        self
    }

    /// What every cluster hands out as its admin's and its user's kubeconfig, byte for byte: the way into a cluster that
    /// exists. Unless set, clusters hand out kubeconfigs of their own that lead nowhere.
    pub fn kubeconfig(mut self, kubeconfig: impl Into<String>) -> Self {
        self.settings.kubeconfig = Some(SecretString::from(kubeconfig.into()));
        self
    }

    /// Sets the simulator up.
    ///
    /// # Errors
    /// An id that is no GUID, a client id twice, keys that are none, an empty page, or a state directory that cannot be
    /// created or read.
    pub fn build(mut self) -> Result<Simulator, BuildError> {
        for (issuer, jwks) in &self.issuers {
            let keys =
                PublicKey::read_set(jwks).ok_or_else(|| BuildError::NoKeys(issuer.clone()))?;
            self.settings.issuers.insert(issuer.clone(), keys);
        }
        let settings = &self.settings;
        let applications = || {
            settings
                .applications
                .iter()
                .chain(&settings.system_assigned)
        };
        let mut clients = BTreeSet::new();
        for application in applications() {
            let [(_, client_id), _] = application.ids();
            if !clients.insert(client_id) {
                return Err(BuildError::DuplicateApplication(client_id.clone()));
            }
        }
        let ids = [
            ("tenant id", &settings.tenant_id),
            ("caller object id", &settings.caller_object_id),
        ]
        .into_iter()
        .chain(
            settings
                .subscriptions
                .iter()
                .flatten()
                .map(|id| ("subscription", id)),
        )
        .chain(settings.principals.iter().map(|id| ("principal", id)))
        .chain(applications().flat_map(Application::ids));
        for (setting, value) in ids {
            if !is_guid(value) {
                return Err(BuildError::NotAGuid {
                    setting,
                    value: value.clone(),
                });
            }
        }
        if settings.page_size == 0 {
            return Err(BuildError::EmptyPages);
        }
        Simulator::new(self.settings, self.clock, self.state_dir)
    }
}

/// Whether `text` is a GUID in its 36-character form.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}
