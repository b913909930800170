//! How far one message of ours has come. Everything a server says is a fact, and facts only add
//! up: whatever their order, however often they are repeated, the same ones give the same record.

use crate::engine::config::MAX_TRACKED_RECIPIENTS;
use crate::engine::sorted_map::SortedMap;
use crate::wire::planted::{PlantedBug, is_planted};

/// How far a message has come. Later ones imply the earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// It waits to be sent.
    #[default]
    Pending,
    /// It is on its way to the server.
    Sending,
    /// It was given up, and the server does not have it. A message that is sent again leaves this.
    Failed,
    /// The server has it.
    Sent,
    /// It reached somebody.
    Delivered,
    /// Somebody read it.
    Read,
}

/// What somebody did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// It is in their store.
    Delivered,
    /// They read it.
    Read,
}

/// How far one recipient is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) is_read: bool,
    /// When it reached them, as the server wrote it, where it said so: the earliest it said.
    pub(crate) delivered_at: Option<String>,
    pub(crate) read_at: Option<String>,
}

/// The server's counts: each the highest that it said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) delivered: u32,
    pub(crate) read: u32,
    pub(crate) total: u32,
}

/// Why a message failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// One message of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) client_message_id: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) room: Option<String>,
    pub(crate) seq: Option<u64>,
    /// Whether it is known to be ours, and not only named in a receipt.
    pub(crate) is_own: bool,
    /// When anything last changed, milliseconds since the epoch.
    pub(crate) updated_ms: u64,
    /// Counts uses, for whichever leaves first.
    pub(super) used: u64,
    /// Recipients as the app claimed them, until the server counts.
    claimed_total: u32,
    local: Local,
    reached: State,
    counts: Counts,
    recipients: SortedMap<String, Recipient>,
}

/// Where it stands before the server has it: our own doing, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Local {
    #[default]
    Pending,
    Sending,
    Failed(Failure),
}

impl Record {
    /// A message that will be sent, to this many others as far as the app knows.
    pub(crate) fn claim(&mut self, total_recipients: u32) {
        self.is_own = true;
        self.claimed_total = self.claimed_total.max(total_recipients);
    }

    /// It is on its way: also one that had failed.
    pub(crate) fn sending(&mut self) {
        self.local = Local::Sending;
    }

    /// It waits to be sent, again.
    pub(crate) fn waiting(&mut self) {
        self.local = Local::Pending;
    }

    /// It was given up. What the server has cannot fail.
    pub(crate) fn fail(&mut self, failure: Failure) {
        if !self.is_accepted() {
            self.local = Local::Failed(failure);
        }
    }

    /// The server said that it has come this far.
    pub(crate) fn reach(&mut self, state: State) {
        self.reached = self.reached.max(state.max(State::Sent));
    }

    /// The server said what a recipient did, and perhaps when.
    pub(crate) fn receive(&mut self, user_id: &str, level: Level, at: Option<&str>) {
        self.reach(State::Sent);
        let recipient = self.recipients.get_or_default(user_id.to_owned());
        match level {
            Level::Delivered => {
                recipient.is_read &= !is_planted(PlantedBug::DeliveredUndoesRead);
                earliest(&mut recipient.delivered_at, at);
            }
            Level::Read => {
                recipient.is_read = true;
                earliest(&mut recipient.read_at, at);
            }
        }
        self.keep_bound();
    }

    /// The server counted.
    pub(crate) fn count(&mut self, counts: Counts) {
        self.reach(State::Sent);
        if is_planted(PlantedBug::CountsGoBack) {
            self.counts = counts;
        }
        self.counts.delivered = self.counts.delivered.max(counts.delivered);
        self.counts.read = self.counts.read.max(counts.read);
        self.counts.total = self.counts.total.max(counts.total);
    }

    /// Adds everything that is known of the same message under another id.
    pub(crate) fn join(&mut self, other: Self) {
        self.client_message_id = self.client_message_id.take().or(other.client_message_id);
        self.message_id = self.message_id.take().or(other.message_id);
        self.room = self.room.take().or(other.room);
        self.seq = self.seq.or(other.seq);
        self.is_own |= other.is_own;
        self.updated_ms = self.updated_ms.max(other.updated_ms);
        self.used = self.used.max(other.used);
        self.claimed_total = self.claimed_total.max(other.claimed_total);
        self.reached = self.reached.max(other.reached);
        if other.reached >= State::Sent {
            self.count(other.counts);
        }
        for (user_id, theirs) in other.recipients {
            let ours = self.recipients.get_or_default(user_id);
            ours.is_read |= theirs.is_read;
            earliest(&mut ours.delivered_at, theirs.delivered_at.as_deref());
            earliest(&mut ours.read_at, theirs.read_at.as_deref());
        }
        self.keep_bound();
    }

    /// Whether the server has it.
    pub(crate) fn is_accepted(&self) -> bool {
        self.reached >= State::Sent
    }

    /// How far it has come.
    pub(crate) fn state(&self) -> State {
        if !self.is_accepted() {
            return match self.local {
                Local::Pending => State::Pending,
                Local::Sending => State::Sending,
                Local::Failed(_) => State::Failed,
            };
        }
        let counts = self.counts();
        let counted = match (counts.read, counts.delivered) {
            (1.., _) => State::Read,
            (0, 1..) => State::Delivered,
            (0, 0) => State::Sent,
        };
        self.reached.max(counted)
    }

    /// The counts: the server's, or what is known of single recipients where that is more.
    pub(crate) fn counts(&self) -> Counts {
        let readers = self.recipients.values().filter(|one| one.is_read).count() as u32;
        let read = self.counts.read.max(readers);
        let delivered = self.counts.delivered.max(self.recipients.len() as u32);
        let delivered = delivered.max(read);
        let total = match self.counts.total {
            0 => self.claimed_total,
            counted => counted,
        };
        Counts {
            delivered,
            read,
            total: total.max(delivered),
        }
    }

    /// The recipients that are known, by user id.
    pub(crate) fn recipients(&self) -> impl Iterator<Item = (&String, &Recipient)> {
        self.recipients.iter()
    }

    /// Whether a recipient is known to have come this far.
    pub(crate) fn has_reached(&self, user_id: &str, level: Level) -> bool {
        let has_reached = self
            .recipients
            .get(user_id)
            .is_some_and(|one| one.is_read || level == Level::Delivered);
        has_reached && !is_planted(PlantedBug::DeliveredUndoesRead)
    }

    /// Why it failed, while it has.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.local {
            Local::Failed(failure) if !self.is_accepted() => Some(failure),
            _ => None,
        }
    }

    /// Which recipients stay must not depend on who came first.
    fn keep_bound(&mut self) {
        while self.recipients.len() > MAX_TRACKED_RECIPIENTS {
            let last = self.recipients.last().map(|(user_id, _)| user_id.clone());
            let Some(last) = last else { return };
            self.recipients.remove(&last);
        }
    }
}

/// Times of servers compare as text: ISO 8601 in UTC.
fn earliest(known: &mut Option<String>, said: Option<&str>) {
    if let Some(said) = said
        && known.as_deref().is_none_or(|known| said < known)
    {
        *known = Some(said.to_owned());
    }
}
