//! Who may send of a profile and user (I6): the tab that its browser gave the lock to, and that has
//! not heard yet that it was taken away; where there are no locks, whom the store gave a fence. What
//! a tab sends and what it writes says under which fence that is.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::engine::input::Input;
use nchat_realtime::engine::store::{Namespace, StoreEvent, StoreFailure};
use nchat_realtime::engine::tabs::{LockCommand, LockEvent};
use nchat_realtime::wire::names;
use serde_json::Value as Json;

use super::network::{LinkId, Upward};
use super::tab::TabId;
use super::world::World;

/// The events that only the tab that leads may send.
const QUEUED: [&str; 5] = [
    names::MESSAGE_SEND,
    names::MESSAGE_EDIT,
    names::MESSAGE_DELETE,
    names::REACTION_ADD,
    names::REACTION_REMOVE,
];

/// What one tab has been told of its lead.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    has_lock: bool,
    /// What the store gave it last, while it leads.
    fence: Option<u64>,
    /// All that it was given.
    fences: BTreeSet<u64>,
    has_store: bool,
    /// Something was sent while there was no store to lead in: it may be on its way yet.
    is_leaderless: bool,
}

/// The highest fence that a profile's store gave out, by namespace.
#[derive(Debug, Default)]
pub(crate) struct Fences(BTreeMap<Namespace, u64>);

impl Lead {
    /// The tab hears something of its lock or its store.
    fn hears(&mut self, input: &Input<Json>) {
        match input {
            Input::Lock(LockEvent::Granted) => self.has_lock = true,
            Input::Lock(LockEvent::Lost) => self.gives_back(),
            Input::Store(StoreEvent::Opened { .. }) => self.has_store = true,
            Input::Store(StoreEvent::Led { fence, .. }) => {
                self.fence = Some(*fence);
                self.fences.insert(*fence);
            }
            Input::Store(StoreEvent::Failed { failure, .. }) if is_none(*failure) => {
                self.has_store = false;
            }
            _ => {}
        }
    }

    fn gives_back(&mut self) {
        self.has_lock = false;
        self.fence = None;
    }

    /// A message is sent: by who leads, or where there is no store to lead in.
    fn check(&mut self, id: TabId, has_locks: bool) {
        self.is_leaderless |= !self.has_store;
        let leads = self.fence.is_some() && (self.has_lock || !has_locks);
        assert!(
            leads || !self.has_store,
            "I6: {id:?} sends, and does not lead: {self:?}"
        );
    }
}

/// Whether there is no store, by what it answered.
fn is_none(failure: StoreFailure) -> bool {
    matches!(
        failure,
        StoreFailure::Unavailable | StoreFailure::Late | StoreFailure::NewerSchema
    )
}

impl Fences {
    /// All databases are gone: the next ones count anew.
    pub(crate) fn forget_all(&mut self) {
        self.0.clear();
    }

    /// A namespace's is.
    pub(crate) fn forget(&mut self, namespace: &Namespace) {
        self.0.remove(namespace);
    }

    /// What a store is asked by a tab that has this namespace open, and answers at once.
    pub(crate) fn answered(
        &mut self,
        namespace: &Namespace,
        commits_under: Option<u64>,
        answer: &StoreEvent<Json>,
    ) {
        let highest = self.0.entry(namespace.clone()).or_default();
        match (answer, commits_under) {
            (StoreEvent::Led { fence, .. }, _) => {
                assert!(fence > highest, "I6: fence {fence} is given out twice");
                *highest = *fence;
            }
            (StoreEvent::Committed { .. }, Some(fence)) => assert!(
                fence >= *highest,
                "I6: the store took a write under fence {fence}, after {highest}"
            ),
            _ => {}
        }
    }
}

impl World {
    /// A tab hears something.
    pub(crate) fn lead_hears(&mut self, id: TabId, input: &Input<Json>) {
        self.tab(id).lead.hears(input);
    }

    /// A tab wants something of its lock: what it gives back it does not have.
    pub(crate) fn lead_wants(&mut self, id: TabId, command: LockCommand) {
        if command == LockCommand::Release {
            self.tab(id).lead.gives_back();
        }
    }

    /// A tab opens another namespace, or the same anew.
    pub(crate) fn lead_opens(&mut self, id: TabId) {
        let lead = &mut self.tab(id).lead;
        lead.gives_back();
        lead.has_store = false;
    }

    /// A tab's queue tells its app that it sends a message, in this instant.
    pub(crate) fn check_leads(&mut self, id: TabId) {
        let has_locks = !self.profiles[id.profile].locks.are_absent;
        self.tab(id).lead.check(id, has_locks);
        self.checked += 1;
    }

    /// What goes out says a fence that the tab was given. Where it waits for its turn, as posts do,
    /// the tab may have lost it meanwhile: then the server refuses it.
    pub(crate) fn check_fences(&mut self, link: LinkId, sent: &[Upward]) {
        let id = self.network.link(link).tab;
        for upward in sent {
            let packets = match upward {
                Upward::Frame(packet) => packet,
                Upward::Post(payload) => payload,
                _ => continue,
            };
            for fence in packets.split('\u{1e}').filter_map(said_fence) {
                let lead = &self.tab(id).lead;
                let is_given = match fence {
                    Some(fence) => lead.fences.contains(&fence),
                    None => lead.fences.is_empty() || !lead.has_store || lead.is_leaderless,
                };
                assert!(is_given, "I6: {id:?} sends under {fence:?}: {lead:?}");
                self.checked += 1;
            }
        }
    }
}

/// Under which fence a packet brings what was queued, or greets the server; nothing for any other.
fn said_fence(packet: &str) -> Option<Option<u64>> {
    match packet.get(..2)? {
        "40" => {
            let auth: Json = serde_json::from_str(&packet[2..]).ok()?;
            auth["client"]["fence"].as_u64().map(Some)
        }
        "42" => {
            let start = packet.find('[')?;
            let name = packet[start + 2..].split('"').next()?;
            QUEUED.contains(&name).then_some(())?;
            let event: Json = serde_json::from_str(&packet[start..]).ok()?;
            Some(event[1]["fence"].as_u64())
        }
        _ => None,
    }
}
