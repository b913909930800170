//! What the server does, apart from how it is reached: rooms, messages and operations on them,
//! receipts, history, presence, typing and who may know of them, limits.
//!
//! Nothing here knows a socket, a runtime, a clock or a source of randomness: the store, the
//! [`Outlet`] and the [`Environment`] are given. The same code runs in the simulation.

mod command;
mod commit;
mod contacts;
mod environment;
mod history;
mod messages;
mod operations;
mod outlet;
mod presence;
mod privacy;
mod rate_limiter;
mod receipts;
mod refusal;
mod resume;
mod rooms;
mod settings;
mod time;
mod token;
mod typing;
mod user;
mod write_queue;

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::sync::Arc;

pub use command::{Answer, Command};
pub use environment::Environment;
pub use outlet::{Outlet, RoomEvent, SocketEvent, UserEvent};
pub use presence::{InOrder, Times};
pub use refusal::Refusal;
pub use time::iso8601;
pub use token::{Identity, TokenKeeper};
pub use user::{Caller, User};
pub use write_queue::Submitted;

use crate::store::{NewRoom, Store, StoreError};
use nchat_realtime::wire::room::{RoomType, RoomVisibility};
use presence::Directory;
use rate_limiter::RateLimiter;
use write_queue::WriteQueue;

/// Rooms that exist from the start.
const FIRST_ROOMS: [&str; 2] = ["general", "announcements"];

/// The server's logic over a store.
pub struct Core<S> {
    store: S,
    outlet: Arc<dyn Outlet>,
    environment: Arc<dyn Environment>,
    rate_limiter: RateLimiter,
    writes: WriteQueue,
    directory: Directory,
}

impl<S: Store> Core<S> {
    /// Makes the core and the rooms that exist from the start. `events_per_minute` is what one
    /// user may send, `times` how long presence and typing last.
    pub async fn start(
        store: S,
        outlet: Arc<dyn Outlet>,
        environment: Arc<dyn Environment>,
        events_per_minute: NonZeroU32,
        times: Times,
    ) -> Result<Self, StoreError> {
        let rate_limiter = RateLimiter::new(events_per_minute);
        let writes = WriteQueue::default();
        let core = Self {
            store,
            outlet,
            environment,
            rate_limiter,
            writes,
            directory: Directory::new(times),
        };
        for name in FIRST_ROOMS {
            let room = NewRoom {
                name: name.to_owned(),
                kind: RoomType::Channel,
                visibility: RoomVisibility::Public,
                max_members: None,
                epoch: core.new_epoch(),
            };
            core.store.create_room(room, Vec::new()).await?;
        }
        Ok(core)
    }

    /// Counts one event of a user against their limit.
    pub fn admit(&self, user_id: &str) -> Result<(), Refusal> {
        self.rate_limiter
            .admit(user_id, self.now_ms())
            .map_err(Refusal::rate_limited)
    }

    /// The time, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.environment.now_ms()
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Ends the core at once, as the death of its process would, and gives back what outlives it.
    pub fn into_store(self) -> S {
        self.store
    }

    /// An id that sorts by time.
    fn new_id(&self) -> String {
        let now_ms = u64::try_from(self.now_ms()).unwrap_or(0);
        let random = self.environment.random();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&random[..10]);
        uuid::Builder::from_unix_timestamp_millis(now_ms, &bytes)
            .into_uuid()
            .to_string()
    }

    fn new_epoch(&self) -> String {
        uuid::Builder::from_random_bytes(self.environment.random())
            .into_uuid()
            .to_string()
    }
}
