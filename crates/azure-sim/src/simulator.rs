//! The simulator: one request in, one response out, and the world moved on in between.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azure_core::credentials::Secret;
use bytes::Bytes;
use jiff::Timestamp;

use crate::builder::{BuildError, Settings, SimulatorBuilder};
use crate::clock::Clock;
use crate::entra::{self, Call, KeyChain, Route, ServiceAccountTokenError};
use crate::error::ArmError;
use crate::log::{RequestLog, RequestRecord};
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::router;
use crate::store::{Fate, Journal, News, World};
use crate::wire;

/// Operations that ended longer ago than this are forgotten when the state is rewritten or, in memory, when there are many.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A simulated Azure. Cloning it gives another handle on the same one.
///
/// ```
/// use bytes::Bytes;
/// use kompox_azure_sim::Simulator;
///
/// let azure = Simulator::builder().build()?;
/// let request = http::Request::put(
///     "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111\
///      /resourceGroups/demo?api-version=2024-11-01",
/// )
/// .body(Bytes::from_static(br#"{"location":"westeurope"}"#))?;
/// assert_eq!(azure.handle(request).status(), 201);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    log: Mutex<RequestLog>,
    keys: KeyChain,
    /// Numbers answers of this process; never saved, so that reading writes nothing.
    answers: AtomicU64,
}

struct State {
    world: World,
    journal: Option<Journal>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Starts setting one up.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    pub(crate) fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        state_dir: Option<PathBuf>,
    ) -> Result<Self, BuildError> {
        let settings = Arc::new(settings);
        let world = World::new(Arc::clone(&settings));
        let mut state = State {
            world,
            journal: None,
        };
        let mut log = RequestLog::default();
        let keys = KeyChain::new(state_dir.clone());
        if let Some(path) = state_dir {
            let refused = |source| BuildError::StateDir {
                path: path.clone(),
                source,
            };
            let journal = Journal::open(&path).map_err(refused)?;
            log = RequestLog::in_directory(&path).map_err(refused)?;
            state.journal = Some(journal);
            // Unreadable state is found now rather than at the first request.
            state.enter(&settings).map_err(refused)?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                clock,
                state: Mutex::new(state),
                log: Mutex::new(log),
                keys,
                answers: AtomicU64::new(0),
            }),
        })
    }

    /// Answers one request. The URI may be absolute, as a proxy gets it, or a path with a `Host` header;
    /// polling URLs and next links repeat the scheme (`http` for a mere path) and host that it names.
    ///
    /// Blocks for as long as the answer takes to compute and, with a state directory, while
    /// another process is in the middle of a request.
    pub fn handle(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        self.handle_fated(request, None).0
    }

    /// The same, with what is to happen to the operation that the request starts; also tells whether it started one.
    pub(crate) fn handle_fated(
        &self,
        request: http::Request<Bytes>,
        fate: Option<Fate>,
    ) -> (http::Response<Bytes>, bool) {
        let received = self.inner.clock.now();
        let mut record = RequestRecord::new(received, &request);
        let answer = self.inner.answers.fetch_add(1, Ordering::Relaxed);
        let parsed = ArmRequest::read(request);
        let mut started = false;
        let reply = match &parsed {
            Some(request) => match Route::of(&request.path) {
                Some(route) => self.sign_in(request, &route, received, answer),
                None => self
                    .answer(request, received, fate, &mut started)
                    .map(Answer::Arm),
            },
            None => Err(ArmError::gateway(
                400,
                "InvalidRequestUri",
                "The request URI is not valid: its path is not UTF-8.",
            )),
        };
        let arm = |reply| {
            wire::response(
                &self.inner.settings,
                parsed.as_ref(),
                reply,
                received,
                answer,
            )
        };
        let response = match reply {
            Ok(Answer::Entra(response)) => response,
            Ok(Answer::Arm(reply)) => arm(Ok(reply)),
            Err(error) => arm(Err(error)),
        };
        record.status = response.status().as_u16();
        lock(&self.inner.log).add(record);
        (response, started)
    }

    /// An answer with all that Azure adds to one, to a request that nobody looks into: nothing happens, nothing is logged.
    pub(crate) fn reply_unseen(
        &self,
        request: http::Request<Bytes>,
        reply: impl FnOnce(&Settings) -> Result<Reply, ArmError>,
    ) -> http::Response<Bytes> {
        let settings = &self.inner.settings;
        let answer = self.inner.answers.fetch_add(1, Ordering::Relaxed);
        let parsed = ArmRequest::read(request);
        let now = self.inner.clock.now();
        wire::response(settings, parsed.as_ref(), reply(settings), now, answer)
    }

    fn answer(
        &self,
        request: &ArmRequest,
        received: Timestamp,
        fate: Option<Fate>,
        started: &mut bool,
    ) -> Result<Reply, ArmError> {
        if Route::is_endpoints(&request.path) {
            return entra::endpoints(request);
        }
        let Inner { settings, keys, .. } = &*self.inner;
        let caller = entra::caller(settings, keys, request, received)?;
        self.with_world(|world| {
            world.call_as(caller);
            let fated = fate.is_some();
            world.foretell(fate);
            let reply = router::route(world, request);
            world.call_as(None);
            *started = fated && world.take_fate().is_none();
            let slowed = world.take_slowed();
            reply.map(|reply| match slowed {
                Some(takes) => reply.for_operation_of(Some(takes)),
                None => reply,
            })
        })?
    }

    fn sign_in(
        &self,
        request: &ArmRequest,
        route: &Route,
        now: Timestamp,
        answer: u64,
    ) -> Result<Answer, ArmError> {
        let call = Call {
            settings: &self.inner.settings,
            key: self
                .inner
                .keys
                .get()
                .map_err(|error| ArmError::no_state(&error))?,
            request,
            now,
            answer,
        };
        self.with_world(|world| Answer::Entra(entra::respond(call, route, world)))
    }

    /// Lets `work` see and change the world as it is now.
    fn with_world<T>(&self, work: impl FnOnce(&mut World) -> T) -> Result<T, ArmError> {
        let settings = &self.inner.settings;
        let mut state = lock(&self.inner.state);
        let State { world, journal } = &mut *state;
        let outcome = transact(
            world,
            journal.as_mut(),
            settings,
            || self.inner.clock.now(),
            work,
        );
        outcome.map_err(|error| {
            // Memory may be ahead of the disk now; the disk is right.
            *world = World::new(Arc::clone(settings));
            if let Some(journal) = journal {
                journal.forget();
            }
            ArmError::no_state(&error)
        })
    }

    /// A token for a service account of a simulated cluster, as a pod with workload identity finds it in the file that
    /// `AZURE_FEDERATED_TOKEN_FILE` names. The cluster is named by its id or its issuer URL and must have been created
    /// with `oidcIssuerProfile.enabled`; the audience is `api://AzureADTokenExchange` for Entra ID. The token is valid for an
    /// hour by the simulator's clock. Any simulator on the same state directory accepts it.
    ///
    /// ```
    /// # use kompox_azure_sim::{ServiceAccountTokenError, Simulator};
    /// # let azure = Simulator::builder().build()?;
    /// let cluster = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g\
    ///                /providers/Microsoft.ContainerService/managedClusters/absent";
    /// let token = azure.service_account_token(cluster, "default", "app", "api://AzureADTokenExchange");
    /// assert!(matches!(token, Err(ServiceAccountTokenError::NoSuchCluster(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There is no such cluster, it has no issuer, or the state cannot be read.
    pub fn service_account_token(
        &self,
        cluster: &str,
        namespace: &str,
        service_account: &str,
        audience: &str,
    ) -> Result<Secret, ServiceAccountTokenError> {
        let key = self.inner.keys.get()?;
        let account = (namespace, service_account);
        self.with_world(|world| {
            entra::service_account_token(world, key, cluster, account, audience)
        })
        .map_err(|error| std::io::Error::other(error.message))?
    }

    /// The requests that this process answered, oldest first; of many, the latest 10,000.
    pub fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.inner.log).records()
    }
}

/// What an answer is made of.
enum Answer {
    Arm(Reply),
    Entra(http::Response<Bytes>),
}

impl State {
    /// Takes the lock and reads the journal once.
    fn enter(&mut self, settings: &Arc<Settings>) -> io::Result<()> {
        let Self { world, journal } = self;
        let Some(journal) = journal else {
            return Ok(());
        };
        journal.lock()?;
        let result = refresh(world, journal, settings);
        journal.unlock()?;
        result
    }
}

/// Runs `work` on the newest world and saves what it changed.
fn transact<T>(
    world: &mut World,
    journal: Option<&mut Journal>,
    settings: &Arc<Settings>,
    now: impl FnOnce() -> Timestamp,
    work: impl FnOnce(&mut World) -> T,
) -> io::Result<T> {
    let Some(journal) = journal else {
        world.advance(now());
        let result = work(world);
        world.forget_changes(REMEMBERED);
        return Ok(result);
    };
    journal.lock()?;
    let result = (|| {
        refresh(world, journal, settings)?;
        world.advance(now());
        let result = work(world);
        let changes = world.take_changes();
        if !changes.is_empty() {
            journal.append(&changes)?;
            if journal.is_long() {
                journal.rewrite(&world.snapshot(REMEMBERED))?;
            }
        }
        Ok(result)
    })();
    journal.unlock()?;
    result
}

fn refresh(world: &mut World, journal: &mut Journal, settings: &Arc<Settings>) -> io::Result<()> {
    match journal.read()? {
        News::Nothing => {}
        News::More(records) => records.into_iter().for_each(|record| world.apply(record)),
        News::Everything(records) => {
            *world = World::new(Arc::clone(settings));
            records.into_iter().for_each(|record| world.apply(record));
        }
    }
    Ok(())
}

/// A poisoned lock means that a request panicked; what it left is still the best there is.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
