//! A running server, put together and taken apart in order.

mod file;
mod stream;

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use socketioxide::SocketIo;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::config::{Config, Database};
use crate::core::{Core, Environment, TokenKeeper};
use crate::http;
use crate::socket::{self, Connections, Shared, SocketOutlet};
use crate::store::memory::MemoryStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};
use file::claim;
use stream::PatientListener;

/// How long requests under way may take once the server was told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// The core is looked after at least this often: a machine may sleep.
const IDLE_TICK: Duration = Duration::from_secs(30);

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The database's file or its directory cannot be made.
    #[error("cannot make {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Two servers on one file would not tell each other's clients anything.
    #[error("another server runs on {0}")]
    InUse(PathBuf),
    /// The database cannot be opened.
    #[error("cannot open {path}: {error}")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        error: StoreError,
    },
    /// The store cannot be written to.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A server that is listening.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Opens the store, listens, and serves in the background.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        match &config.database {
            Database::Memory => Self::start_with(MemoryStore::default(), None, config).await,
            Database::File(path) => {
                let claim = claim(path)?;
                let opened = SqliteStore::open(path).await;
                let store = opened.map_err(|error| StartError::Open {
                    path: path.clone(),
                    error,
                })?;
                Self::start_with(store, Some(claim), config).await
            }
        }
    }

    /// `claim` is held until the store is closed.
    async fn start_with<S: Store>(
        store: S,
        claim: Option<File>,
        config: Config,
    ) -> Result<Self, StartError> {
        let (layer, io) = socket::layer(config.heartbeat, config.max_waiting_packets);
        let outlet = Arc::new(SocketOutlet::new(io.clone()));
        let machine = Arc::new(Machine::default());
        let environment = Arc::clone(&machine) as Arc<dyn Environment>;
        let events_per_minute = config.events_per_minute;
        let core = Core::start(store, outlet, environment, events_per_minute, config.times).await?;
        let shared = Arc::new(Shared {
            core,
            tokens: TokenKeeper::new(config.secret.expose(), config.is_development),
            connections: Arc::new(Connections::new(
                config.max_connections,
                config.max_connections_per_user,
            )),
            events_per_minute: config.events_per_minute.get(),
        });
        socket::serve(&io, Arc::clone(&shared));
        let router = http::router(&config, Arc::clone(&shared), &io, layer);

        let address = SocketAddr::new(config.host, config.port);
        let refused = |error| StartError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let local_addr = listener.local_addr().map_err(refused)?;
        let listener = PatientListener {
            listener,
            patience: config.heartbeat.timeout,
            max_silence: config.heartbeat.interval + config.heartbeat.timeout,
        };
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(tick(Arc::downgrade(&shared), machine));
        let task = tokio::spawn(async move {
            run(listener, router, io, shared, stopped).await;
            drop(claim);
        });
        Ok(Self {
            local_addr,
            stop,
            task,
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops: no new connections, sockets closed, events under way finished, store closed.
    pub async fn stop(self) {
        // An error is a server that has ended by itself.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn run<S: Store>(
    listener: PatientListener,
    router: Router,
    io: SocketIo,
    shared: Arc<Shared<S>>,
    stopped: oneshot::Receiver<()>,
) {
    let (close, closed) = oneshot::channel::<()>();
    let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = closed.await;
    });
    let mut serving = tokio::spawn(async move { serve.await });
    let _ = stopped.await;
    drop(close);
    // A peer that takes nothing keeps neither of the two waiting.
    let drained = async {
        io.close().await;
        // An error is a task that has ended.
        let _ = (&mut serving).await;
    };
    if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
        tracing::warn!("requests under way were cut");
        serving.abort();
    }
    shared.core.finish().await;
    shared.core.store().close().await;
}

/// Wakes the core when it asked for it; ends with the server.
async fn tick<S: Store>(shared: Weak<Shared<S>>, machine: Arc<Machine>) {
    let mut alarm = machine.alarm.subscribe();
    loop {
        let at_mono_ms = *alarm.borrow_and_update();
        let left_ms = at_mono_ms.saturating_sub(machine.mono_ms());
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)).min(IDLE_TICK);
        tokio::select! {
            () = tokio::time::sleep(left) => {}
            _ = alarm.changed() => continue,
        }
        let Some(shared) = shared.upgrade() else {
            return;
        };
        machine.alarm.send_replace(i64::MAX);
        shared.core.tick().await;
    }
}

/// The clock and the dice of this machine.
#[derive(Debug)]
struct Machine {
    started: Instant,
    /// When the core wants to be woken, by the steady clock.
    alarm: watch::Sender<i64>,
}

impl Default for Machine {
    #[expect(clippy::disallowed_methods, reason = "the server's steady clock")]
    fn default() -> Self {
        Self {
            started: Instant::now(),
            alarm: watch::Sender::new(i64::MAX),
        }
    }
}

impl Environment for Machine {
    fn mono_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn wake_by(&self, at_mono_ms: i64) {
        self.alarm.send_if_modified(|alarm| {
            let is_earlier = at_mono_ms < *alarm;
            *alarm = at_mono_ms.min(*alarm);
            is_earlier
        });
    }

    #[expect(clippy::disallowed_methods, reason = "the server's one clock")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        if let Err(error) = getrandom::fill(&mut bytes) {
            // Ids then repeat, and the store refuses a repeated id: nothing is overwritten.
            tracing::error!(%error, "no random bytes");
        }
        bytes
    }
}
