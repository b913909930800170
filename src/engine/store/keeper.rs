//! The one way to the store: changes are gathered while an input is handled, or while an earlier
//! transaction is under way, and committed together.

use std::collections::VecDeque;

use super::fence::NextFence;
use super::purpose::Weight;
use super::{
    JournalCommand, Kept, Namespace, Purpose, StoreCommand, StoreEvent, StoreFailure, StoreId,
    StoreOp, Table,
};
use crate::engine::config::{
    COMMIT_HOLD_MS, MAX_COMMIT_CHANGES, MAX_STORE_RETRY_MS, STORE_RETRY_MS, STORE_TRIES,
};
use crate::engine::output::Output;
use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;

/// What the rest of the engine has to know of an answer of the store.
#[derive(Debug)]
pub(crate) enum Heard<V> {
    /// The journal of the namespace that is being opened.
    Journaled(Vec<(String, String)>),
    /// The store is open, and holds this.
    Opened {
        records: Vec<(super::Table, String, String)>,
        is_loss: bool,
    },
    /// There is no store, for this reason: from now on everything is in memory only.
    NoStore(StoreFailure),
    /// This tab leads, and this is the outbox.
    Led(Vec<(String, String)>),
    /// This tab does not lead: the store refused it.
    NotLed,
    /// The outbox, read again; `is_last` unless it is being read once more.
    Outbox {
        outbox: Vec<(String, String)>,
        is_last: bool,
    },
    /// Messages of a room, as they were asked for.
    Messages {
        room: String,
        record: Option<String>,
        messages: Vec<V>,
    },
    /// What another namespace's journal and outbox hold, or why that is not known.
    Other(Result<Vec<(String, String)>, StoreFailure>),
    /// What was to be forgotten of another namespace is.
    Forgotten,
    /// A namespace is wiped, or not yet.
    Wiped,
    /// Another tab leads under a higher fence.
    Fenced,
    /// There is no room left; told once, until there is.
    Full,
    /// What was stored is gone. The store is being opened again.
    Lost,
    /// A store that was taken to be none is there after all, and is being opened.
    Found,
}

enum Stage {
    /// Nothing is wanted of it.
    Closed,
    Opening,
    Open,
    /// There is none, unless it is only late.
    Memory,
}

/// What an answer is awaited for, beside commits.
#[derive(Clone)]
enum Asked {
    Open,
    Lead,
    Outbox,
    Messages {
        room: String,
    },
    Other,
    Forget,
    /// `is_late` tells that it did not come to be in time.
    Wipe {
        is_late: bool,
    },
}

struct Change<V> {
    op: StoreOp<V>,
    purpose: Purpose,
    weight: Weight,
    /// Whether it is the last one of its input: those of one input are committed together.
    is_last: bool,
}

/// Everything under way between the engine and its store.
pub(crate) struct Keeper<V> {
    stage: Stage,
    namespace: Option<Namespace>,
    /// Set while this tab leads.
    fence: Option<u64>,
    /// What the store gave this tab last: once another tab leads it takes nothing under it.
    last_fence: Option<u64>,
    next_fence: NextFence,
    next_id: u32,
    asked: SortedMap<StoreId, Asked>,
    gathered: Vec<Change<V>>,
    under_way: Option<(StoreId, Vec<Change<V>>)>,
    /// Failures in a row, and when to try again; what is gathered is committed at once until then.
    failures: u32,
    not_before_ms: u64,
    /// Since when something is gathered that can wait for more, while more is to come.
    held_since_ms: Option<u64>,
    is_full: bool,
    /// The outbox changed while it was read.
    reads_again: bool,
    /// There is one that cannot be used: it is late, or a newer version's.
    is_hidden: bool,
    done: VecDeque<(Purpose, Kept)>,
}

impl<V: Value> Keeper<V> {
    pub(crate) fn new() -> Self {
        Self {
            stage: Stage::Closed,
            namespace: None,
            fence: None,
            last_fence: None,
            next_fence: NextFence::new(),
            next_id: 0,
            asked: SortedMap::new(),
            gathered: Vec::new(),
            under_way: None,
            failures: 0,
            not_before_ms: 0,
            held_since_ms: None,
            is_full: false,
            reads_again: false,
            is_hidden: false,
            done: VecDeque::new(),
        }
    }

    /// Whose records are kept, once that was decided.
    pub(crate) fn namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref()
    }

    /// Whether the store can be read and written.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open)
    }

    /// Whether there is no store, as far as is known.
    pub(crate) fn is_memory_only(&self) -> bool {
        matches!(self.stage, Stage::Memory)
    }

    /// Whether there is a store that cannot be used. It may hold what goes before all that is
    /// known here.
    pub(crate) fn is_hidden(&self) -> bool {
        self.is_memory_only() && self.is_hidden
    }

    /// Whether it is known what there is: the store is open, or there is none.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Memory)
    }

    /// Whether a change that was asked for can be expected to be in soon.
    pub(crate) fn is_hopeful(&self) -> bool {
        match self.stage {
            Stage::Closed | Stage::Opening => true,
            Stage::Open => self.failures == 0,
            Stage::Memory => false,
        }
    }

    /// The leader's epoch, while this tab leads.
    pub(crate) fn fence(&self) -> Option<u64> {
        self.fence
    }

    /// Whether this tab leads, or has: what it found out then, only a leader may write.
    pub(crate) fn has_led(&self) -> bool {
        self.last_fence.is_some()
    }

    /// Sets or takes back the leader's epoch.
    pub(crate) fn set_fence(&mut self, fence: Option<u64>) {
        self.fence = fence;
    }

    /// The server refused what was sent under this fence, and may have named the one that it has
    /// seen: the next leader here goes beyond it.
    pub(crate) fn fence_refused(&mut self, fence: u64, named: Option<f64>, wall_ms: u64) {
        self.next_fence.refused(fence, named, wall_ms);
    }

    /// The server took something from this tab.
    pub(crate) fn fence_taken(&mut self) {
        self.next_fence.taken();
    }

    /// A change that goes with the next transaction, and is tried until it is in.
    pub(crate) fn urgent(&mut self, op: StoreOp<V>, purpose: Purpose) {
        self.gather(op, purpose, Weight::Urgent);
    }

    /// As [`Keeper::urgent`], for what only the leader may change. It is dropped where another
    /// tab leads under a higher fence.
    pub(crate) fn fenced(&mut self, op: StoreOp<V>, purpose: Purpose) {
        self.gather(op, purpose, Weight::Fenced);
    }

    /// A change of a cache that was gathered for long enough: given up where there is no room.
    pub(crate) fn cache(&mut self, op: StoreOp<V>, purpose: Purpose) {
        self.gather(op, purpose, Weight::Lazy);
    }

    /// What became of changes, one by one, in order.
    pub(crate) fn next_done(&mut self) -> Option<(Purpose, Kept)> {
        self.done.pop_front()
    }

    /// When something is to be committed.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        let is_free = self.is_open() && self.under_way.is_none();
        let held_until_ms = self.held_since_ms.map_or(0, |since| since + COMMIT_HOLD_MS);
        let due_ms = self.not_before_ms.max(held_until_ms);
        (is_free && !self.gathered.is_empty()).then_some(due_ms)
    }

    fn gather(&mut self, op: StoreOp<V>, purpose: Purpose, weight: Weight) {
        if self.is_memory_only() {
            return self.tell(purpose, Kept::Nowhere);
        }
        self.gathered.push(Change {
            op,
            purpose,
            weight,
            is_last: false,
        });
    }

    fn tell(&mut self, purpose: Purpose, kept: Kept) {
        if purpose != Purpose::Nobody {
            self.done.push_back((purpose, kept));
        }
    }

    fn id(&mut self) -> StoreId {
        self.next_id = self.next_id.wrapping_add(1);
        StoreId(self.next_id)
    }

    fn ask(&mut self, asked: Asked) -> StoreId {
        let id = self.id();
        self.asked.insert(id, asked);
        id
    }

    // Commands.

    /// Opens a namespace, in place of the one that is open; what was gathered for that one is
    /// committed first.
    pub(crate) fn open(&mut self, outputs: &mut VecDeque<Output<V>>, namespace: Namespace) {
        if self.is_open() {
            self.not_before_ms = 0;
            self.commit(outputs, self.gathered.len());
        }
        self.start_over();
        self.asked
            .retain(|_, asked| matches!(asked, Asked::Wipe { .. }));
        self.namespace = Some(namespace.clone());
        self.stage = Stage::Opening;
        let id = self.ask(Asked::Open);
        outputs.push_back(Output::Store(StoreCommand::Open { id, namespace }));
    }

    /// Asks to lead; the outbox comes with the answer, and before that the journal. Where that was
    /// asked before, the fence of that answer is no more: this one is higher.
    pub(crate) fn lead(&mut self, outputs: &mut VecDeque<Output<V>>) {
        self.asked.retain(|_, asked| !matches!(asked, Asked::Lead));
        outputs.push_back(Output::Journal(JournalCommand::Read));
        let id = self.ask(Asked::Lead);
        let at_least = self.next_fence.at_least();
        outputs.push_back(Output::Store(StoreCommand::Lead { id, at_least }));
    }

    /// Reads the outbox again; where that is under way, once more after it.
    pub(crate) fn read_outbox(&mut self, outputs: &mut VecDeque<Output<V>>) {
        if !self.is_open() {
            return;
        }
        if self.is_reading() {
            self.reads_again = true;
            return;
        }
        let id = self.ask(Asked::Outbox);
        outputs.push_back(Output::Store(StoreCommand::ReadOutbox { id }));
    }

    /// Whether the outbox is being read.
    pub(crate) fn is_reading(&self) -> bool {
        self.asked
            .values()
            .any(|asked| matches!(asked, Asked::Outbox))
    }

    /// Reads the outbox again as the leader does: after the journal, so that no entry is missed
    /// that is on its way from there.
    pub(crate) fn read_all(&mut self, outputs: &mut VecDeque<Output<V>>) {
        if self.is_open() {
            outputs.push_back(Output::Journal(JournalCommand::Read));
            self.read_outbox(outputs);
        }
    }

    /// Reads the newest messages of a room. False where there is no open store to read them from.
    pub(crate) fn read_messages(
        &mut self,
        outputs: &mut VecDeque<Output<V>>,
        room: &str,
        limit: u32,
    ) -> bool {
        if !self.is_open() {
            return false;
        }
        let room = room.to_owned();
        let id = self.ask(Asked::Messages { room: room.clone() });
        outputs.push_back(Output::Store(StoreCommand::ReadMessages {
            id,
            room,
            before_seq: None,
            limit,
        }));
        true
    }

    /// Reads what another namespace's journal and outbox hold, unless that is under way.
    pub(crate) fn read_other(&mut self, outputs: &mut VecDeque<Output<V>>, namespace: Namespace) {
        let is_other = |asked: &Asked| matches!(asked, Asked::Other | Asked::Forget);
        if !self.asked.values().any(is_other) {
            let id = self.ask(Asked::Other);
            outputs.push_back(Output::Store(StoreCommand::ReadOther { id, namespace }));
        }
    }

    /// Takes records out of another namespace, as they were read there.
    pub(crate) fn forget(
        &mut self,
        outputs: &mut VecDeque<Output<V>>,
        namespace: Namespace,
        records: Vec<(String, String)>,
    ) {
        let id = self.ask(Asked::Forget);
        outputs.push_back(Output::Store(StoreCommand::Forget {
            id,
            namespace,
            records,
        }));
    }

    /// Whether a namespace is being deleted: in time, or for longer.
    pub(crate) fn is_wiping(&self, late: bool) -> bool {
        let is_wipe = |asked: &Asked| matches!(asked, Asked::Wipe { is_late } if *is_late == late);
        self.asked.values().any(is_wipe)
    }

    /// Deletes a namespace.
    pub(crate) fn wipe(&mut self, outputs: &mut VecDeque<Output<V>>, namespace: Namespace) {
        if self.namespace.as_ref() == Some(&namespace) {
            self.start_over();
            self.asked
                .retain(|_, asked| matches!(asked, Asked::Wipe { .. }));
            self.stage = Stage::Closed;
            self.namespace = None;
            outputs.push_back(Output::Store(StoreCommand::Close));
        }
        let id = self.ask(Asked::Wipe { is_late: false });
        outputs.push_back(Output::Store(StoreCommand::Wipe { id, namespace }));
    }

    /// An input has been handled: commits what is due, unless a transaction is under way. While
    /// answers are to come, what came of earlier ones waits for them a little.
    pub(crate) fn settle(
        &mut self,
        now_ms: u64,
        outputs: &mut VecDeque<Output<V>>,
        awaits_more: bool,
    ) {
        if let Some(last) = self.gathered.last_mut() {
            last.is_last = true;
        }
        let can_wait = |change: &Change<V>| change.weight != Weight::Urgent;
        let is_held = awaits_more
            && self.gathered.len() < MAX_COMMIT_CHANGES
            && self.gathered.iter().all(can_wait);
        self.held_since_ms = is_held.then(|| self.held_since_ms.unwrap_or(now_ms));
        if self.deadline_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            self.commit(outputs, self.batch());
        }
    }

    /// How many changes go with the next transaction: whole inputs, as many as it may have, at
    /// least one.
    fn batch(&self) -> usize {
        let most = self.gathered.len().min(MAX_COMMIT_CHANGES);
        let (now, later) = self.gathered.split_at(most);
        match now.iter().rposition(|change| change.is_last) {
            Some(index) => index + 1,
            None => {
                let rest = later.iter().position(|change| change.is_last);
                rest.map_or(self.gathered.len(), |index| most + index + 1)
            }
        }
    }

    fn commit(&mut self, outputs: &mut VecDeque<Output<V>>, count: usize) {
        let rest = self.gathered.split_off(count);
        let changes = std::mem::replace(&mut self.gathered, rest);
        if changes.is_empty() {
            return;
        }
        let id = self.id();
        self.held_since_ms = None;
        let is_fenced = changes.iter().any(|change| change.weight == Weight::Fenced);
        let ops = newest_puts(&changes);
        let fence = self.last_fence.filter(|_| is_fenced);
        self.under_way = Some((id, changes));
        outputs.push_back(Output::Store(StoreCommand::Commit { id, fence, ops }));
    }

    /// Forgets what was gathered and what is under way.
    fn start_over(&mut self) {
        self.gathered.clear();
        self.under_way = None;
        self.failures = 0;
        self.not_before_ms = 0;
        self.held_since_ms = None;
        self.is_full = false;
        self.reads_again = false;
        self.fence = None;
        self.last_fence = None;
        self.next_fence = NextFence::new();
    }

    // Answers.

    /// Takes an answer in. Answers to what is no longer awaited say nothing.
    pub(crate) fn handle(
        &mut self,
        now_ms: u64,
        outputs: &mut VecDeque<Output<V>>,
        event: StoreEvent<V>,
    ) -> Option<Heard<V>> {
        match event {
            StoreEvent::JournalRefused { .. } | StoreEvent::JournalRead { .. } => None,
            StoreEvent::Journaled { id, records } => {
                matches!(self.asked.get(&id), Some(Asked::Open))
                    .then_some(Heard::Journaled(records))
            }
            StoreEvent::Opened {
                id,
                records,
                is_loss,
                ..
            } => {
                self.asked.remove(&id)?;
                self.stage = Stage::Open;
                Some(Heard::Opened { records, is_loss })
            }
            StoreEvent::Committed { id } => {
                match self.asked.remove(&id) {
                    Some(Asked::Forget) => return Some(Heard::Forgotten),
                    Some(_) => return Some(Heard::Wiped),
                    None => {}
                }
                let (_, changes) = self.under_way.take_if(|(known, _)| *known == id)?;
                self.failures = 0;
                self.is_full = false;
                for change in changes {
                    self.tell(change.purpose, Kept::Committed);
                }
                None
            }
            StoreEvent::Led { id, fence, outbox } => {
                self.asked.remove(&id)?;
                self.fence = Some(fence);
                self.last_fence = Some(fence);
                Some(Heard::Led(outbox))
            }
            StoreEvent::Outbox { id, outbox } => {
                if let Asked::Other = self.asked.remove(&id)? {
                    return Some(Heard::Other(Ok(outbox)));
                }
                let is_last = !std::mem::take(&mut self.reads_again);
                if !is_last {
                    self.read_outbox(outputs);
                }
                Some(Heard::Outbox { outbox, is_last })
            }
            StoreEvent::Messages {
                id,
                record,
                messages,
            } => match self.asked.remove(&id)? {
                Asked::Messages { room } => Some(Heard::Messages {
                    room,
                    record,
                    messages,
                }),
                _ => None,
            },
            StoreEvent::Failed { id, failure } => self.failed(now_ms, outputs, id, failure),
            StoreEvent::Lost => self.lost(outputs),
        }
    }

    fn failed(
        &mut self,
        now_ms: u64,
        outputs: &mut VecDeque<Output<V>>,
        id: StoreId,
        failure: StoreFailure,
    ) -> Option<Heard<V>> {
        if let Some((_, changes)) = self.under_way.take_if(|(known, _)| *known == id) {
            return self.commit_failed(now_ms, changes, failure);
        }
        match self.asked.remove(&id)? {
            // A store that cannot be opened is tried a few times: it may be in use elsewhere.
            Asked::Open if failure == StoreFailure::Aborted && self.failures < STORE_TRIES => {
                self.failures += 1;
                let namespace = self.namespace.clone()?;
                let id = self.ask(Asked::Open);
                outputs.push_back(Output::Store(StoreCommand::Open { id, namespace }));
                None
            }
            Asked::Open => Some(self.give_up(failure)),
            Asked::Lead => Some(Heard::NotLed),
            Asked::Outbox => {
                self.reads_again = false;
                None
            }
            Asked::Messages { room } => Some(Heard::Messages {
                room,
                record: None,
                messages: Vec::new(),
            }),
            Asked::Other => Some(Heard::Other(Err(failure))),
            Asked::Forget => None,
            Asked::Wipe { .. } => {
                // Where there is no store there is nothing to be wiped.
                if failure != StoreFailure::Unavailable {
                    self.asked.insert(id, Asked::Wipe { is_late: true });
                }
                Some(Heard::Wiped)
            }
        }
    }

    fn commit_failed(
        &mut self,
        now_ms: u64,
        mut changes: Vec<Change<V>>,
        failure: StoreFailure,
    ) -> Option<Heard<V>> {
        let dropped = match failure {
            StoreFailure::Unavailable | StoreFailure::Late | StoreFailure::NewerSchema => {
                self.put_back(changes);
                let heard = self.give_up(failure);
                self.is_hidden = true;
                return Some(heard);
            }
            StoreFailure::Full | StoreFailure::Stale => Some(Weight::Lazy),
            StoreFailure::Fenced => Some(Weight::Fenced),
            StoreFailure::Aborted => None,
        };
        let before = changes.len();
        let (out, kept): (Vec<_>, Vec<_>) = changes
            .drain(..)
            .partition(|change| Some(change.weight) == dropped);
        let told = match failure {
            StoreFailure::Fenced => Kept::Fenced,
            _ => Kept::Dropped,
        };
        for change in out {
            self.tell(change.purpose, told);
        }
        // With the cache given up there may be room; the same again would fail again.
        if dropped.is_none() || kept.len() == before {
            let delay_ms = STORE_RETRY_MS << self.failures.min(16);
            self.not_before_ms = now_ms + delay_ms.min(MAX_STORE_RETRY_MS);
            self.failures = self.failures.saturating_add(1);
        }
        self.put_back(kept);
        match failure {
            StoreFailure::Fenced => {
                self.fence = None;
                Some(Heard::Fenced)
            }
            StoreFailure::Full if !std::mem::replace(&mut self.is_full, true) => Some(Heard::Full),
            _ => None,
        }
    }

    /// Changes that were not made go before those that came after them.
    fn put_back(&mut self, mut changes: Vec<Change<V>>) {
        if !changes.is_empty() {
            changes.append(&mut self.gathered);
            self.gathered = changes;
        }
    }

    /// There is no store: whoever waits for a change is told so.
    fn give_up(&mut self, failure: StoreFailure) -> Heard<V> {
        for change in std::mem::take(&mut self.gathered) {
            self.tell(change.purpose, Kept::Nowhere);
        }
        self.start_over();
        self.stage = Stage::Memory;
        self.is_hidden = failure != StoreFailure::Unavailable;
        Heard::NoStore(failure)
    }

    /// The store was taken away: it is opened again, and everything has to be put anew.
    fn lost(&mut self, outputs: &mut VecDeque<Output<V>>) -> Option<Heard<V>> {
        let heard = match self.stage {
            Stage::Open => Heard::Lost,
            Stage::Memory => Heard::Found,
            Stage::Closed | Stage::Opening => return None,
        };
        let under_way = self.under_way.take().map(|(_, changes)| changes);
        let gathered = std::mem::take(&mut self.gathered);
        for change in under_way.into_iter().flatten().chain(gathered) {
            self.tell(change.purpose, Kept::Dropped);
        }
        let namespace = self.namespace.clone()?;
        self.stage = Stage::Closed;
        self.open(outputs, namespace);
        Some(heard)
    }
}

/// The changes to be made, without a room's record that a later one of them takes the place of,
/// nor one that is expected where the transaction itself has put it, or expects it, before.
fn newest_puts<V: Value>(changes: &[Change<V>]) -> Vec<StoreOp<V>> {
    let mut put: Vec<&str> = Vec::new();
    let mut ops = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate().rev() {
        let room = room_of(change);
        let is_known = |before: &Change<V>| room_of(before) == room;
        match (&change.op, room) {
            (StoreOp::Expect { .. }, _) if changes[..index].iter().any(is_known) => continue,
            (StoreOp::Put { .. }, Some(room)) if put.contains(&room) => continue,
            (StoreOp::Put { .. }, Some(room)) => put.push(room),
            _ => {}
        }
        ops.push(change.op.clone());
    }
    ops.reverse();
    ops
}

/// Of which room a change puts or expects the record.
fn room_of<V>(change: &Change<V>) -> Option<&str> {
    match &change.op {
        StoreOp::Put { table, key, .. } | StoreOp::Expect { table, key, .. }
            if *table == Table::Rooms =>
        {
            Some(key)
        }
        _ => None,
    }
}
