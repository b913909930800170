//! What waits to be sent: per channel in the order it was queued, each under its own idempotency
//! key, over every loss of connection, page and browser, until the server has it or the app
//! discards it.

mod entry;
mod flushing;
mod keeping;
mod limits;
mod line;
mod outcome;
mod queueing;
mod record;
mod restoring;
mod sending;
mod shown;
mod wishes;

use std::collections::VecDeque;

use self::entry::Place;
pub(crate) use self::entry::{Entry, Kind, Safe, Stage};
use self::flushing::Run;
use self::limits::Limits;
use self::line::Line;
pub(crate) use self::queueing::Draft;
use self::wishes::Wish;
use super::config::MAX_SETTLED_ENTRIES;
use super::context::Context;
use super::delivery::Followed;
use super::error::ClientError;
use super::input::RequestId;
use super::output::Notification;
use super::rooms::Rooms;
use super::sorted_map::SortedMap;
use crate::socketio::Value;
use crate::wire::Object;

/// All entries, and what goes on with them.
pub(crate) struct Outbox<V> {
    entries: SortedMap<String, Box<Entry<V>>>,
    /// Keys of those that wait or are in flight, in order, by room.
    channels: SortedMap<String, Line>,
    in_flight: usize,
    parked: usize,
    /// Who waits for which entry's outcome, in this tab.
    promises: SortedMap<String, Vec<RequestId>>,
    /// Who is here, from when that is known until their store is the one that is used.
    user: Option<String>,
    /// Nonces of entries that are done with: a late record of one is not an entry.
    settled: VecDeque<u64>,
    /// The newest entry known of each tab, by `tabSeq`.
    tab_seqs: SortedMap<String, u64>,
    /// The journal as it was last read, until the store is.
    journal: Vec<(String, String)>,
    /// What this tab asks the sending tab to do.
    wishes: Vec<(String, Wish<V>)>,
    limits: Limits,
    tab_id: String,
    last_tab_seq: u64,
    /// What this tab queued up to here another one may have sent: it led before.
    unsure_up_to: u64,
    last_order: u64,
    /// The last place under nobody's name of what says whose it is: not shown there, but queued
    /// before what this page queues, should it turn out to be the same user's.
    taken_up_to: u64,
    /// The channel that had its turn last: the next one is looked at first, so that none goes
    /// short.
    turn: String,
    run: Option<Run>,
    /// Whether entries can be sent right now.
    is_sending: bool,
    /// Whether the server takes several of a channel at once, and keeps their order.
    is_pipelining: bool,
    /// The journal did not take what was put last.
    is_journal_full: bool,
    /// The server said that another tab has taken over.
    is_fenced: bool,
    /// Whether the app was told last that this tab is the one that sends, and that the counts are
    /// whole.
    told: (bool, bool),
    /// What became of messages, for whoever follows them.
    followed: Vec<Followed>,
    /// Edits that met a newer version, and what the server said.
    conflicts: Vec<(Entry<V>, ClientError<V>)>,
    /// Entries that the server took, and that were parked, ever.
    totals: (u32, u32),
}

impl<V: Value> Outbox<V> {
    pub(crate) fn new(tab_id: &str) -> Self {
        Self {
            entries: SortedMap::new(),
            channels: SortedMap::new(),
            in_flight: 0,
            parked: 0,
            promises: SortedMap::new(),
            user: None,
            settled: VecDeque::new(),
            tab_seqs: SortedMap::new(),
            journal: Vec::new(),
            wishes: Vec::new(),
            limits: Limits::default(),
            tab_id: tab_id.to_owned(),
            last_tab_seq: 0,
            unsure_up_to: 0,
            last_order: 0,
            taken_up_to: 0,
            turn: String::new(),
            run: None,
            is_sending: false,
            is_pipelining: false,
            is_journal_full: false,
            is_fenced: false,
            told: (false, false),
            followed: Vec::new(),
            conflicts: Vec::new(),
            totals: (0, 0),
        }
    }

    /// Entries that are neither in flight nor parked.
    pub(crate) fn waiting(&self) -> usize {
        self.entries.len() - self.in_flight - self.parked
    }

    /// Whether answers of the server are to come.
    pub(crate) fn has_in_flight(&self) -> bool {
        self.in_flight > 0
    }

    /// Whether nothing waits and nothing is in flight.
    pub(crate) fn is_drained(&self) -> bool {
        self.waiting() == 0 && self.in_flight == 0
    }

    /// Entries that the server took, and that were parked, ever.
    pub(crate) fn totals(&self) -> (u32, u32) {
        self.totals
    }

    /// What became of messages since this was asked last, in order.
    pub(crate) fn take_followed(&mut self) -> Vec<Followed> {
        std::mem::take(&mut self.followed)
    }

    /// Edits that met a newer version since this was asked last: room, key, payload and refusal.
    pub(crate) fn take_conflicts(&mut self) -> Vec<(Entry<V>, ClientError<V>)> {
        std::mem::take(&mut self.conflicts)
    }

    /// Whether something of this room is still to be sent.
    pub(crate) fn waits_for(&self, room: &str) -> bool {
        self.channels.contains_key(room)
    }

    /// Whether this tab asked for something that only the sending tab can do.
    pub(crate) fn has_wishes(&self) -> bool {
        !self.wishes.is_empty()
    }

    /// Every entry as the app sees it: by room, in order, those that failed last.
    pub(crate) fn messages(&self) -> Vec<V> {
        let queued = self.channels.values().flat_map(Line::keys);
        let queued = queued.filter_map(|key| self.entries.get(key));
        let parked = self.entries.values().filter(|entry| entry.is_parked());
        queued.chain(parked).map(|entry| entry.to_value()).collect()
    }

    /// One entry as the app sees it.
    pub(crate) fn message(&self, key: &str) -> Option<V> {
        self.entries.get(key).map(|entry| entry.to_value())
    }

    /// Names who queues from now on, as long as their store is not used yet.
    pub(crate) fn set_user(&mut self, user: Option<String>) {
        self.user = user;
    }

    /// The counts; where `is_loaded`, with what earlier pages left.
    pub(crate) fn snapshot(&self, is_leader: bool, is_loaded: bool) -> V {
        let is_safe = |entry: &Entry<V>| entry.safe != Safe::Memory;
        Object::new()
            .number("length", self.entries.len() as f64)
            .number("pending", self.waiting() as f64)
            .number("inFlight", self.in_flight as f64)
            .number("failed", self.parked as f64)
            .boolean("isFlushing", self.run.is_some())
            .boolean("isLeader", is_leader)
            .boolean("isLoaded", is_loaded)
            .boolean(
                "persisted",
                self.entries.values().all(|entry| is_safe(entry)),
            )
            .build()
    }

    /// Another tab sends for this one from now on: true once.
    pub(crate) fn take_fenced(&mut self) -> bool {
        std::mem::take(&mut self.is_fenced)
    }

    // The lists.

    fn get_mut(&mut self, key: &str) -> Option<&mut Entry<V>> {
        self.entries.get_mut(key).map(|entry| &mut **entry)
    }

    fn insert(&mut self, entry: Entry<V>) {
        self.last_order = self.last_order.max(entry.place.order);
        match entry.stage {
            Stage::Parked => self.parked += 1,
            Stage::InFlight { .. } => self.in_flight += 1,
            Stage::Waiting { .. } => {}
        }
        let (key, is_parked) = (entry.key.clone(), entry.is_parked());
        self.entries.insert(key.clone(), Box::new(entry));
        if !is_parked {
            self.line_up(&key);
        }
    }

    fn remove(&mut self, key: &str) -> Option<Entry<V>> {
        let entry = *self.entries.remove(key)?;
        match entry.stage {
            Stage::Parked => self.parked -= 1,
            Stage::InFlight { .. } => self.in_flight -= 1,
            Stage::Waiting { .. } => {}
        }
        self.leave_line(&entry.room, key);
        Some(entry)
    }

    /// An entry that is done with: its late records are not taken for it.
    fn settle(&mut self, key: &str) -> Option<Entry<V>> {
        let entry = self.remove(key)?;
        self.forget(entry.nonce);
        self.wishes.retain(|(wished, _)| wished != key);
        Some(entry)
    }

    fn forget(&mut self, nonce: u64) {
        if self.settled.len() >= MAX_SETTLED_ENTRIES {
            self.settled.pop_front();
        }
        self.settled.push_back(nonce);
    }

    fn set_stage(&mut self, key: &str, stage: Stage) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut entry.stage, stage);
        let counts = |stage: Stage| match stage {
            Stage::Waiting { .. } => (0, 0),
            Stage::InFlight { .. } => (1, 0),
            Stage::Parked => (0, 1),
        };
        let ((flying, parked), (flies, parks)) = (counts(before), counts(stage));
        self.in_flight = self.in_flight + flies - flying;
        self.parked = self.parked + parks - parked;
        let room = entry.room.clone();
        match (before, stage) {
            (Stage::Parked, Stage::Parked) => {}
            (_, Stage::Parked) => self.leave_line(&room, key),
            (Stage::Parked, _) => self.line_up(key),
            (before, stage) => {
                if let Some(line) = self.channels.get_mut(&room) {
                    match (before, stage) {
                        (_, Stage::InFlight { .. }) => line.sent(key),
                        (Stage::InFlight { .. }, _) => line.returned(key),
                        _ => {}
                    }
                }
            }
        }
    }

    /// The keys of these entries, sorted.
    fn keys(&self, is_meant: &dyn Fn(&Entry<V>) -> bool) -> Vec<String> {
        let meant = self.entries.values().filter(|entry| is_meant(entry));
        meant.map(|entry| entry.key.clone()).collect()
    }

    /// The keys of the entries that `is_meant` holds for, in the order of their places.
    fn keys_in_order(&self, is_meant: &dyn Fn(&Entry<V>) -> bool) -> Vec<String> {
        let mut ordered = SortedMap::new();
        for entry in self.entries.values().filter(|entry| is_meant(entry)) {
            ordered.insert((&entry.place, &entry.key), ());
        }
        ordered.keys().map(|(_, key)| (*key).clone()).collect()
    }

    /// Puts an entry into its channel, at its place; among those of its own tab as they were
    /// queued, whatever place another tab knows them by.
    fn line_up(&mut self, key: &str) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        let place = &entry.place;
        let line = self.channels.get_or_default(entry.room.clone());
        let place_of = |other: &String| self.entries.get(other).map(|other| &other.place);
        let is_own = |other: &Place| other.tab_id == place.tab_id;
        let of_its_tab = |other: &String| {
            let other = place_of(other).filter(|other| is_own(other))?;
            Some(other.tab_seq.cmp(&place.tab_seq))
        };
        let is_before =
            |other: &String| place_of(other).is_none_or(|other| is_own(other) || other <= place);
        line.insert(key, of_its_tab, is_before);
    }

    fn leave_line(&mut self, room: &str, key: &str) {
        let Some(line) = self.channels.get_mut(room) else {
            return;
        };
        line.remove(key);
        if line.is_empty() {
            self.channels.remove(room);
        }
    }

    // What the app is told.

    fn tell(&mut self, ctx: &mut Context<'_, V>, event: &'static str, key: &str) {
        if let Some(entry) = self.entries.get(key) {
            if entry.kind == Kind::Message {
                self.followed.push(Followed {
                    client_message_id: key.to_owned(),
                    room: entry.room.clone(),
                    step: entry.step(),
                });
            }
            self.tell_of(ctx, event, entry);
        }
    }

    fn tell_of(&self, ctx: &mut Context<'_, V>, event: &'static str, entry: &Entry<V>) {
        let mut data = vec![("message", entry.to_value())];
        data.extend(
            entry
                .error
                .as_ref()
                .map(|error| ("error", V::string(&error.message))),
        );
        let data = V::object(&data);
        ctx.notify(Notification::Queue { event, data });
    }

    fn take_promises(&mut self, key: &str) -> Vec<RequestId> {
        self.promises.remove(key).unwrap_or_default()
    }

    /// Lets go of everything: it is another's.
    pub(crate) fn empty(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        error: &ClientError<V>,
    ) {
        for (_, requests) in std::mem::take(&mut self.promises) {
            for request in requests {
                ctx.reject(request, error.clone());
            }
        }
        let keys: Vec<String> = self.entries.keys().cloned().collect();
        for key in keys {
            if let Some(entry) = self.remove(&key) {
                Self::hide(ctx, rooms, &entry);
            }
        }
        self.wishes.clear();
        self.settled.clear();
        self.tab_seqs.clear();
        self.journal.clear();
        self.last_order = 0;
        self.taken_up_to = 0;
        self.end_run(ctx);
        let data = V::object(&[("count", V::number(0.0))]);
        ctx.notify(Notification::Queue {
            event: "queue:cleared",
            data,
        });
    }
}
