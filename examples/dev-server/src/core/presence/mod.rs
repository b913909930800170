//! Presence: who is there, and who is told.
//!
//! All of it is kept in memory behind one lock that is never held across an await; the store has
//! settings, lists, what users chose, and when they were last there. What is to be told is put
//! into one queue under that lock, and sent in its order.

mod asking;
mod connection;
mod person;
mod state;
mod updating;
mod viewers;

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::lock::{Mutex as AsyncMutex, MutexGuard as AsyncGuard};

pub(super) use state::{Due, State};
pub(super) use updating::presence_settings;

use super::{Caller, Core, User};
use crate::store::{Change, NewPresence, Profile, Store};

/// How often a look-up is made again because something changed under it.
const MAX_LOOKUPS: usize = 4;

/// The times that a server can be told to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// How long somebody who is gone is not shown as gone, in milliseconds. Default 5,000.
    pub grace_ms: i64,
    /// How long somebody types who does not say so again, in milliseconds. Default 5,000.
    pub typing_ms: i64,
}

impl Times {
    /// What a server keeps that is told nothing else.
    pub const DEFAULT: Self = Self {
        grace_ms: 5_000,
        typing_ms: 5_000,
    };
}

/// A moment by both clocks, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// The one that only goes forward, at an even pace.
    pub(super) mono_ms: i64,
    /// Since 1970.
    pub(super) wall_ms: i64,
}

/// Held until an answer is on its way: what is told after it is sent after it.
#[derive(Debug)]
pub struct InOrder<'a>(#[expect(dead_code, reason = "held, not read")] AsyncGuard<'a, ()>);

/// The state, and the way out of it.
#[derive(Debug)]
pub(super) struct Directory {
    state: Mutex<State>,
    /// Held by whoever sends what is to be told.
    telling: AsyncMutex<()>,
}

impl Directory {
    pub(super) fn new(times: Times) -> Self {
        Self {
            state: Mutex::new(State::new(times)),
            telling: AsyncMutex::new(()),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Core<S> {
    pub(super) fn now(&self) -> Now {
        Now {
            mono_ms: self.environment.mono_ms(),
            wall_ms: self.environment.now_ms(),
        }
    }

    /// A connection is there, and may speak from now on; `device` is what it runs on.
    pub fn open(&self, caller: Caller<'_>, device: Option<&str>) {
        let device = device.map(str::to_owned);
        let mut state = self.directory.state();
        state.open(caller.socket_id, caller.user.clone(), device);
    }

    /// It was greeted: its user is there from now on.
    pub async fn arrive(&self, caller: Caller<'_>) {
        let ids = [caller.user.id.clone()];
        let now = self.now();
        let ((), in_order) = self
            .with_people(&ids, |state| state.arrive(caller.socket_id, now))
            .await;
        drop(in_order);
        self.tell_all().await;
    }

    /// It is gone.
    pub async fn depart(&self, socket_id: &str) {
        self.directory.state().close(socket_id, self.now());
        self.tell_all().await;
    }

    /// It was opened, and never came to be.
    pub fn abandon(&self, socket_id: &str) {
        let now = self.now();
        self.directory.state().close(socket_id, now);
        // What follows is told by the next tick.
        self.environment.wake_by(now.mono_ms);
    }

    /// Does what is due; to be called when [`Environment::wake_by`](super::Environment::wake_by)
    /// said.
    pub async fn tick(&self) {
        self.directory.state().tick(self.now());
        self.tell_all().await;
        self.finish().await;
    }

    /// Runs `work` on the state with these users looked up, as far as that succeeds, and after all
    /// that was to be told before it was sent. What it gives is to be answered before the guard
    /// is dropped.
    pub(super) async fn with_people<T>(
        &self,
        user_ids: &[String],
        work: impl FnOnce(&mut State) -> T,
    ) -> (T, InOrder<'_>) {
        let mut looked_up = (0, Vec::new());
        for _ in 0..MAX_LOOKUPS {
            looked_up = self.look_up(user_ids).await;
            if self.directory.state().generation == looked_up.0 {
                break;
            }
        }
        let telling = self.directory.telling.lock().await;
        loop {
            self.send_letters().await;
            let mut state = self.directory.state();
            if !state.letters.is_empty() {
                continue;
            }
            // What changed since is not in what was looked up: nothing is shown rather.
            let (generation, profiles) = looked_up;
            if state.generation == generation {
                state.adopt(profiles, self.now());
            }
            let result = work(&mut state);
            for user_id in user_ids {
                state.forget_unused(user_id);
            }
            return (result, InOrder(telling));
        }
    }

    async fn look_up(&self, user_ids: &[String]) -> (u64, Vec<Profile>) {
        let (generation, unknown) = {
            let state = self.directory.state();
            (state.generation, state.unknown(user_ids))
        };
        if unknown.is_empty() {
            return (generation, Vec::new());
        }
        let profiles = self.store.profiles(&unknown).await;
        let profiles = profiles.unwrap_or_else(|error| {
            tracing::error!(%error, "of whom nothing can be looked up, nothing is shown");
            Vec::new()
        });
        (generation, profiles)
    }

    /// Sends what a request has left to be told; to be called when its answer is on its way.
    pub async fn told(&self) {
        self.tell_all().await;
    }

    /// Sends what is to be told, keeps what is to be kept, and sees to it that what is due later
    /// is done.
    pub(super) async fn tell_all(&self) {
        {
            let _telling = self.directory.telling.lock().await;
            self.send_letters().await;
        }
        let (due, last_seen) = {
            let mut state = self.directory.state();
            (state.next_due(), std::mem::take(&mut state.last_seen))
        };
        let due = match last_seen.is_empty() {
            true => due,
            false => Some(self.now().mono_ms),
        };
        if let Some(at_mono_ms) = due {
            self.environment.wake_by(at_mono_ms);
        }
        for (user_id, last_seen_ms) in last_seen {
            let change = NewPresence {
                user_id,
                last_seen_ms: Some(last_seen_ms),
                now_ms: last_seen_ms,
                ..NewPresence::default()
            };
            // Where the queue is full they are shown with an older time after a restart.
            let _ = self.writes.push(Change::Presence(Box::new(change)), "");
        }
    }

    async fn send_letters(&self) {
        loop {
            let letters = std::mem::take(&mut self.directory.state().letters);
            if letters.is_empty() {
                return;
            }
            for (socket_id, event) in letters {
                self.outlet.send(&socket_id, event).await;
            }
        }
    }

    /// Whether others may see this user as one who is not there: also where that was not looked up.
    pub(super) fn is_invisible(&self, user: &User) -> bool {
        let state = self.directory.state();
        state
            .people
            .get(&user.id)
            .is_some_and(|person| person.is_invisible())
    }
}
