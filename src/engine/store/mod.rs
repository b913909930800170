//! What outlives the engine: the vocabulary in which it asks for records to be kept, and hears
//! what became of that. Drivers answer it from IndexedDB and localStorage, from memory, or from
//! the simulation's disk; none of them decides anything.
//!
//! Two places, with different promises:
//! - the **journal** takes one record in the same instant ([`JournalCommand`]); it survives the
//!   page and its renderer. A driver without one (a worker) answers every `Put` with
//!   [`StoreEvent::JournalRefused`].
//! - the **store** commits transactions a little later ([`StoreCommand`]); once one is reported
//!   [`StoreEvent::Committed`] it survives the browser too.

#[cfg(test)]
pub(crate) mod conformance;
mod fence;
mod keeper;
mod memory;
mod purpose;
mod record;

pub(crate) use self::keeper::{Heard, Keeper};
pub use self::memory::{Connection, MemoryStore};
pub(crate) use self::purpose::{Kept, Purpose};
pub use self::record::{Record, SCHEMA, seal, unseal};

/// Whose records: of one server, of one user. Nothing of one is ever read under another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace {
    /// The server: origin, path and namespace of its address.
    pub server: String,
    /// The user; `None` until the server or the app has said who it is.
    pub user: Option<String>,
}

/// Tables of sealed records ([`seal`]), each under a text key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What waits to be sent, by `clientMessageId`.
    Outbox,
    /// What is known of a room (epoch, cursor), by its name.
    Rooms,
    /// Receipts: read and delivered cursors, by room; the states of own messages.
    Receipts,
    /// Single facts of this namespace.
    Meta,
    /// Records that could not be read, as they were found, by table and key.
    Quarantine,
}

impl Table {
    /// All of them: a driver declares every one, each time.
    pub const ALL: [Self; 5] = [
        Self::Outbox,
        Self::Rooms,
        Self::Receipts,
        Self::Meta,
        Self::Quarantine,
    ];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Rooms => "rooms",
            Self::Receipts => "receipts",
            Self::Meta => "meta",
            Self::Quarantine => "quarantine",
        }
    }
}

/// Names one command of the store, for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(pub u32);

/// One change within a transaction.
#[derive(Clone, Debug)]
pub enum StoreOp<V> {
    /// Changes nothing itself. Where this record is another as the transaction begins, nothing is
    /// changed by it, and the answer is `Failed` with `Stale`.
    Expect {
        /// Where.
        table: Table,
        /// Under which key.
        key: String,
        /// The sealed record; empty where none is expected.
        text: String,
    },
    /// Puts a record, in place of one under the same key.
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: String,
        /// The sealed record.
        text: String,
    },
    /// Deletes a record; none there is fine.
    Delete {
        /// Where.
        table: Table,
        /// Its key.
        key: String,
    },
    /// Puts a message, in place of one with the same `seq`. Its body stays what it is
    /// (structured clone in the browser).
    PutMessage {
        /// The room.
        room: String,
        /// Its place there.
        seq: u64,
        /// The message.
        body: V,
    },
    /// Deletes a room's messages before this `seq`; `u64::MAX` deletes all of them.
    DeleteMessages {
        /// The room.
        room: String,
        /// The first that stays.
        before_seq: u64,
    },
}

/// What the driver is to do with the store. One answer to each, in the order of the commands.
#[derive(Clone, Debug)]
pub enum StoreCommand<V> {
    /// Opens a namespace's database, in place of the one that is open. Answers:
    /// `Journaled` at once (in the same drain), then `Opened` or `Failed`.
    Open {
        /// For the answer.
        id: StoreId,
        /// Whose.
        namespace: Namespace,
    },
    /// Makes all changes, or none. Where `fence` is given and the namespace's fence is higher,
    /// none is made and the answer is `Failed` with `Fenced`. Answers: `Committed` once the
    /// transaction is complete, or `Failed`.
    Commit {
        /// For the answer.
        id: StoreId,
        /// The leader's epoch, where only the leader may make these changes.
        fence: Option<u64>,
        /// The changes, in order.
        ops: Vec<StoreOp<V>>,
    },
    /// Raises the namespace's fence, by one or to `at_least` where that is higher, and reads the
    /// outbox, in one transaction. Answers: `Led`, or `Failed`.
    Lead {
        /// For the answer.
        id: StoreId,
        /// The least fence that is of use: a server may have seen higher ones than a new database
        /// gave out. 0 where any will do.
        at_least: u64,
    },
    /// Reads the outbox again. Answers: `Outbox`, or `Failed`.
    ReadOutbox {
        /// For the answer.
        id: StoreId,
    },
    /// Reads a room's newest messages, or the newest before a `seq`. Answers: `Messages`, or
    /// `Failed`.
    ReadMessages {
        /// For the answer.
        id: StoreId,
        /// The room.
        room: String,
        /// Only messages before this one.
        before_seq: Option<u64>,
        /// Most messages.
        limit: u32,
    },
    /// Reads what another namespace's journal and outbox hold; what is open stays open. Answers:
    /// `Outbox`, the journal's records first and, where there is no store, alone; or `Failed`.
    ReadOther {
        /// For the answer.
        id: StoreId,
        /// Whose.
        namespace: Namespace,
    },
    /// Takes records out of another namespace's journal and outbox; what is open stays open. One
    /// that is another by now stays. Answers: `Committed`, or `Failed`.
    Forget {
        /// For the answer.
        id: StoreId,
        /// Whose.
        namespace: Namespace,
        /// Key and sealed record, as they were read.
        records: Vec<(String, String)>,
    },
    /// Deletes a namespace: database and journal. Answers: `Committed`, or `Failed`.
    Wipe {
        /// For the answer.
        id: StoreId,
        /// Whose.
        namespace: Namespace,
    },
    /// Closes what is open. No answer; what was under way may still be answered.
    Close,
}

/// What became of a command, or happened to the store by itself.
#[derive(Clone, Debug)]
pub enum StoreEvent<V> {
    /// The journal's records of the namespace being opened, from every tab, by key.
    Journaled {
        /// Which `Open`.
        id: StoreId,
        /// Key and sealed record.
        records: Vec<(String, String)>,
    },
    /// The journal as it is: its records from every tab, by key. The answer to `Read`.
    JournalRead {
        /// Key and sealed record.
        records: Vec<(String, String)>,
    },
    /// The journal did not take a record: refused, or full.
    JournalRefused {
        /// Its key.
        key: String,
    },
    /// The database is open. What it holds, table by table; messages are read by room.
    Opened {
        /// Which `Open`.
        id: StoreId,
        /// Every record of every table except the quarantine.
        records: Vec<(Table, String, String)>,
        /// The fence as it is.
        fence: u64,
        /// Whether it is a new one because the browser lost what was in it.
        is_loss: bool,
    },
    /// The transaction is complete.
    Committed {
        /// Which.
        id: StoreId,
    },
    /// This tab's fence, and the outbox's records, by key.
    Led {
        /// Which `Lead`.
        id: StoreId,
        /// The fence from now on.
        fence: u64,
        /// Key and sealed record.
        outbox: Vec<(String, String)>,
    },
    /// The outbox's records, by key.
    Outbox {
        /// Which `ReadOutbox`, or `ReadOther`.
        id: StoreId,
        /// Key and sealed record.
        outbox: Vec<(String, String)>,
    },
    /// A room's messages, ascending by `seq`.
    Messages {
        /// Which `ReadMessages`.
        id: StoreId,
        /// The room's sealed record as it is beside them: other tabs change both.
        record: Option<String>,
        /// The messages.
        messages: Vec<V>,
    },
    /// The command was not carried out, and changed nothing.
    Failed {
        /// Which.
        id: StoreId,
        /// Why.
        failure: StoreFailure,
    },
    /// The open database was taken away (deleted, or upgraded by another tab). What is not
    /// committed is not there; the engine opens again. Also told of one that was late, once it
    /// can be opened.
    Lost,
}

impl<V> StoreCommand<V> {
    /// The id that the command is answered under; `None` for one that is not answered.
    pub fn id(&self) -> Option<StoreId> {
        match self {
            Self::Open { id, .. }
            | Self::Commit { id, .. }
            | Self::Lead { id, .. }
            | Self::ReadOutbox { id }
            | Self::ReadMessages { id, .. }
            | Self::ReadOther { id, .. }
            | Self::Forget { id, .. }
            | Self::Wipe { id, .. } => Some(*id),
            Self::Close => None,
        }
    }
}

/// Why a command of the store failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFailure {
    /// There is no store here: refused, or absent.
    Unavailable,
    /// It took longer than is waited for. Should it open after all, `Lost` is told.
    Late,
    /// No room is left.
    Full,
    /// Another tab leads under a higher fence.
    Fenced,
    /// Another tab has put another record than the one expected.
    Stale,
    /// The database was written by a newer version of this package: it is left as it is.
    NewerSchema,
    /// The transaction was aborted, or failed in another way: trying again may help.
    Aborted,
}

/// What the driver is to do with the journal, in the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalCommand {
    /// Puts a sealed record into the open namespace.
    Put {
        /// Its key, unique among tabs.
        key: String,
        /// The sealed record.
        text: String,
    },
    /// Removes a record; none there is fine.
    Remove {
        /// Its key.
        key: String,
    },
    /// Reads the open namespace's records. Answered in the same drain.
    Read,
}
