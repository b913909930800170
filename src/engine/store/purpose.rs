//! Why something is kept, and what became of it: whoever asked is told once it is known.

/// Why a change of the store was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nobody waits for it.
    Nobody,
    /// This revision of an entry of the outbox.
    Entry { key: String, revision: u32 },
    /// An entry left the outbox.
    EntryGone { key: String },
    /// A room's messages up to here, with its record; `generation` counts beginnings anew.
    Room {
        name: String,
        generation: u32,
        up_to_seq: u64,
    },
    /// Everything that was queued before the user was known is the user's now.
    Moved,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The transaction that it was part of is complete.
    Committed,
    /// There is no store: what is in memory is all there is.
    Nowhere,
    /// It was given up: no room, or the store was taken away.
    Dropped,
    /// It was given up: another tab leads.
    Fenced,
}

/// How much depends on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// A cache: it may wait a little, and be given up where there is no room.
    Lazy,
    /// It goes with the next transaction, and is tried again until it is in.
    Urgent,
    /// As `Urgent`, and only the leader may make it.
    Fenced,
}
