//! One thing that waits to be sent, and what is known of it.

use crate::engine::delivery::Step;
use crate::engine::error::ClientError;
use crate::engine::store::JournalCommand;
use crate::socketio::Value;
use crate::wire::names;

/// What an entry does at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Edit,
    Delete,
    ReactionAdd,
    ReactionRemove,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Message,
        Self::Edit,
        Self::Delete,
        Self::ReactionAdd,
        Self::ReactionRemove,
    ];

    /// The event that carries it, which also names it in records.
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::Message => names::MESSAGE_SEND,
            Self::Edit => names::MESSAGE_EDIT,
            Self::Delete => names::MESSAGE_DELETE,
            Self::ReactionAdd => names::REACTION_ADD,
            Self::ReactionRemove => names::REACTION_REMOVE,
        }
    }

    pub(super) fn parse(event: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.event() == event)
    }
}

/// How far an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// To be sent, not before this moment.
    Waiting { not_before_ms: u64 },
    /// To be answered under this id, and sent under this fence. Whether it was sent on the heels
    /// of another one, which the server has to have first.
    InFlight {
        ack: u64,
        sent_ms: u64,
        fence: Option<u64>,
        is_chained: bool,
    },
    /// Failed for good, until the app decides.
    Parked,
}

/// Where an entry's newest revision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Safe {
    /// In memory only.
    Memory,
    /// Where it was kept before the user was known.
    Nobodys,
    /// In the journal.
    Journal,
    /// In the store.
    Store,
}

/// Orders above it were given before it was known what the store holds: such an entry comes after
/// everything that is in the store. All orders are whole, as a double holds them.
pub(crate) const UNKNOWN_ORDER: u64 = 1 << 50;

/// Added to the orders of what was kept before the user was known, until it is known what is theirs:
/// it comes after all of that, of which earlier pages may have moved some here, too.
pub(super) const MOVED_ORDER: u64 = 1 << 51;

/// The place of an entry among those of its channel. No clock has a say in it, nor any tab but the
/// one that queued the entry: two tabs would number what they know, and not what they do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) order: u64,
    pub(crate) tab_id: String,
    pub(crate) tab_seq: u64,
}

impl Place {
    /// Behind all that is the user's, as what was queued before they were known.
    pub(crate) fn move_back(&mut self) {
        if self.order < MOVED_ORDER {
            self.order += MOVED_ORDER;
        }
    }
}

/// One entry of the outbox.
#[derive(Clone, Debug)]
pub(crate) struct Entry<V> {
    /// The idempotency key, under which everything of it is kept.
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) room: String,
    /// Who queued it, where that was known before their store was open: nobody else sends it.
    pub(crate) user: Option<String>,
    /// As it will be sent, without what only the sending tab knows.
    pub(crate) payload: V,
    pub(crate) place: Place,
    /// Tells this entry from an earlier or later one under the same key.
    pub(crate) nonce: u64,
    /// Counts changes of the record.
    pub(crate) revision: u32,
    pub(crate) created_ms: u64,
    /// Attempts that failed while connected.
    pub(crate) retries: u32,
    pub(crate) last_retry_ms: Option<u64>,
    pub(crate) error: Option<ClientError<V>>,
    /// It was sent, and not answered: the server may have it, as it was then. Sent again to one
    /// that does not know keys, it could be two.
    pub(crate) is_tried: bool,
    pub(crate) stage: Stage,
    pub(crate) safe: Safe,
    /// Whether the app was told that it is in the store.
    pub(crate) is_told: bool,
    /// The store was read and did not have it. It may have come in since then, and is not sent
    /// before that is known.
    pub(crate) is_missed: bool,
}

impl<V: Value> Entry<V> {
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Waiting { .. })
    }

    pub(crate) fn is_in_flight(&self) -> bool {
        matches!(self.stage, Stage::InFlight { .. })
    }

    pub(crate) fn is_parked(&self) -> bool {
        self.stage == Stage::Parked
    }

    /// What those who follow its message are told.
    pub(super) fn step(&self) -> Step {
        match (self.stage, &self.error) {
            (Stage::Waiting { .. }, _) => Step::Waiting,
            (Stage::InFlight { .. }, _) => Step::Sending,
            (Stage::Parked, error) => {
                let (code, message) = match error {
                    Some(error) => (error.code.clone(), error.message.clone()),
                    None => Default::default(),
                };
                Step::Failed { code, message }
            }
        }
    }

    /// Whether the server may have it, or is about to.
    pub(crate) fn is_out(&self) -> bool {
        self.is_in_flight() || (self.is_tried && self.is_waiting())
    }

    pub(super) fn journal_put(&self, text: String) -> JournalCommand {
        let key = self.key.clone();
        JournalCommand::Put { key, text }
    }

    /// The message that an operation is about.
    pub(crate) fn message_id(&self) -> Option<String> {
        self.payload.field("messageId")?.as_text()
    }
}
