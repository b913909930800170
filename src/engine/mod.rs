//! The client: one deterministic state machine. Inputs in, effects out, the time passed in.
//!
//! It never touches a socket, a timer, a clock, a random source, storage or JavaScript. The
//! driver hands it one [`Input`] at a time, carries out every [`Output`], and wakes it at
//! [`Engine::poll_timeout`].

pub mod config;
pub mod delivery;
pub mod device;
pub mod error;
pub mod ids;
pub mod in_order;
pub mod input;
pub mod output;
pub mod presence;
pub mod snapshot;
pub mod store;
pub mod sync;
pub mod tabs;
pub mod time;
pub mod typing;

mod acks;
mod connection;
mod context;
mod events;
mod keeping;
mod outbox;
mod owner;
mod parts;
mod queue;
mod reading;
mod rooms;
pub(crate) mod sorted_map;
mod timeline;
mod uplink;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use self::acks::Acks;
use self::config::Settings;
use self::connection::Connection;
use self::context::Context;
use self::delivery::Delivery;
use self::error::ClientError;
use self::ids::Random;
use self::input::{Input, QueueCommand};
use self::outbox::Outbox;
use self::output::Output;
use self::owner::Owner;
use self::parts::Parts;
use self::presence::Presence;
use self::rooms::Rooms;
use self::store::Keeper;
use self::sync::Sync;
use self::tabs::Tabs;
use self::time::Now;
use self::typing::Typing;
use self::uplink::Uplink;
use crate::socketio::Value;

pub use self::connection::Identity;

/// What the engine is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Randomness: 32 bytes of the platform's secure source, or a test's seed.
    pub seed: [u8; 32],
    /// Which client this is.
    pub identity: Identity,
    /// What the browser says of the network.
    pub online: bool,
    /// Whether the page is not seen.
    pub is_hidden: bool,
    /// The settings in force.
    pub settings: Settings,
    /// Whom each server named last in this browser profile: `Namespace::server` and the user, as
    /// `Output::RememberUser` gave them.
    pub known_users: Vec<(String, String)>,
}

/// The whole client.
pub struct Engine<V: Value> {
    settings: Settings,
    random: Random,
    keep: Keeper<V>,
    owner: Owner,
    connection: Connection<V>,
    acks: Acks,
    rooms: Rooms<V>,
    outbox: Outbox<V>,
    tabs: Tabs,
    delivery: Delivery<V>,
    presence: Presence<V>,
    typing: Typing,
    sync: Sync<V>,
    held: VecDeque<events::Held<V>>,
    outputs: VecDeque<Output<V>>,
}

impl<V: Value> Engine<V> {
    /// A client that is not connected and wants nothing.
    pub fn new(start: Start) -> Self {
        Self {
            settings: start.settings,
            random: Random::new(start.seed),
            keep: Keeper::new(),
            owner: Owner::new(start.known_users),
            outbox: Outbox::new(&start.identity.tab_id),
            tabs: Tabs::new(),
            connection: Connection::new(start.identity, start.online),
            acks: Acks::default(),
            rooms: Rooms::new(),
            delivery: Delivery::new(),
            presence: Presence::new(start.is_hidden),
            typing: Typing::new(),
            sync: Sync::new(),
            held: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Handles one input to its end; its effects wait in [`Engine::poll_output`].
    pub fn handle(&mut self, now: Now, input: Input<V>) {
        match &input {
            Input::Configured(settings) => self.settings = (**settings).clone(),
            Input::LogoutRequested(_) => self.settings.user_id = None,
            _ => {}
        }
        self.with_parts(now, |parts| {
            parts.take_in(input);
            parts.settle();
        });
    }

    /// Does what the app asks of the queue, and answers at once: an id as text, whether as a
    /// boolean, how many as a number (see [`QueueCommand`]). What follows waits in
    /// [`Engine::poll_output`], as after an input; only then it is known whether the journal took
    /// what was queued.
    pub fn queue(&mut self, now: Now, command: QueueCommand<V>) -> Result<V, ClientError<V>> {
        self.with_parts(now, |parts| {
            let answer = parts.queue(command);
            parts.settle();
            answer
        })
    }

    fn with_parts<T>(&mut self, now: Now, act: impl FnOnce(&mut Parts<'_, '_, V>) -> T) -> T {
        let mut ctx = Context {
            now,
            settings: &self.settings,
            random: &mut self.random,
            keep: &mut self.keep,
            outputs: &mut self.outputs,
            has_company: self.tabs.has_company(),
        };
        act(&mut Parts {
            up: Uplink {
                ctx: &mut ctx,
                connection: &mut self.connection,
                acks: &mut self.acks,
            },
            owner: &mut self.owner,
            rooms: &mut self.rooms,
            outbox: &mut self.outbox,
            tabs: &mut self.tabs,
            delivery: &mut self.delivery,
            presence: &mut self.presence,
            typing: &mut self.typing,
            sync: &mut self.sync,
            held: &mut self.held,
        })
    }

    /// The next effect to carry out, in order.
    pub fn poll_output(&mut self) -> Option<Output<V>> {
        self.outputs.pop_front()
    }

    /// The moment (`Now::mono_ms`) at which [`Input::TimedOut`] is due, and why.
    pub fn poll_timeout(&self) -> Option<(u64, TimerReason)> {
        [
            (self.connection.deadline_ms(), TimerReason::Connection),
            (self.acks.deadline_ms(), TimerReason::Acknowledgement),
            (self.rooms.deadline_ms(), TimerReason::Rejoin),
            (
                self.outbox.deadline_ms(&self.rooms, self.keep.is_hopeful()),
                TimerReason::Resend,
            ),
            (
                self.tabs.deadline_ms(self.connection.is_ready()),
                TimerReason::Tabs,
            ),
            (self.keep.deadline_ms(), TimerReason::Commit),
            (self.receipts_deadline_ms(), TimerReason::Receipt),
            (self.sync.deadline_ms(), TimerReason::Sync),
            (self.typing_deadline_ms(), TimerReason::Typing),
            (self.presence_deadline_ms(), TimerReason::Presence),
        ]
        .into_iter()
        .filter_map(|(at, reason)| Some((at?, reason)))
        .min_by_key(|(at, _)| *at)
    }

    fn receipts_deadline_ms(&self) -> Option<u64> {
        let deadline_ms = self.delivery.deadline_ms(&self.rooms);
        deadline_ms.filter(|_| self.connection.is_ready())
    }

    fn typing_deadline_ms(&self) -> Option<u64> {
        self.typing
            .deadline_ms(self.connection.is_ready(), &self.rooms)
    }

    fn presence_deadline_ms(&self) -> Option<u64> {
        let can_tell = self.connection.is_ready() && !self.rooms.is_resuming();
        self.presence.deadline_ms(&self.settings.presence, can_tell)
    }
}

/// Why the engine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerReason {
    /// An attempt, its time limit, a heartbeat, a ping, or a token's refresh.
    Connection,
    /// An acknowledgement is overdue.
    Acknowledgement,
    /// A room that could not be joined again is tried once more, or a page that did not come.
    Rejoin,
    /// A message that the server put off is sent once more.
    Resend,
    /// The tab that sends is asked whether it lives, replaced, or looks for what others queued.
    Tabs,
    /// Changes of the store are committed, or committed again.
    Commit,
    /// The server is told what was read, or what has arrived.
    Receipt,
    /// A sync has waited long enough.
    Sync,
    /// Others are told that this user types, or somebody has typed long enough.
    Typing,
    /// A status has had its time, or the server is told of one.
    Presence,
}
