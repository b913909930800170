//! What a store is asked to change in one transaction, and what came of it.

use super::{
    Answered, Moved, NewCursor, NewMessage, NewOperation, NewPresence, NewRelation, NewSettings,
    Place, StoredMessage, StoredOperation, UserChanged,
};

/// One change among those of a transaction.
#[derive(Clone, Debug)]
pub enum Change {
    /// A message more.
    Message(Box<NewMessage>),
    /// An operation on a message.
    Operation(Box<NewOperation>),
    /// A receipt.
    Cursor(NewCursor),
    /// A user's settings.
    Settings(NewSettings),
    /// What a user is.
    Presence(Box<NewPresence>),
    /// Somebody more or less on a user's list.
    Relation(NewRelation),
    /// A tab took over: what comes with a lower fence is refused from now on.
    Fence {
        /// Whose device.
        user_id: String,
        /// The tab's place.
        fence: Fence,
    },
}

/// The epoch of the tab that leads a device, by which an older leader is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// One browser profile.
    pub device_id: String,
    /// Grows with every leader.
    pub epoch: u64,
}

/// What came of one change.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The message is in the log.
    Appended(Place),
    /// The operation is in the log.
    Operated {
        /// The room.
        room_name: String,
        /// As it is in the log.
        operation: Box<StoredOperation>,
    },
    /// The sender's id was used before, or there was nothing to change: this was the answer.
    Answered(Answered),
    /// Where a cursor stands now, and whose messages it passed.
    Moved(Box<Moved>),
    /// The user's record is this now.
    User(Box<UserChanged>),
    /// The list is as it was asked for.
    Related,
    /// The fence is at least this far.
    Fenced,
    /// Nothing was changed.
    Refused(Refused),
}

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// No such room, or one that only members may find.
    RoomNotFound,
    /// No such message in a room that the user may find, or a deleted one.
    MessageNotFound,
    /// The user is no member.
    NotMember,
    /// The user's role does not allow it.
    Forbidden,
    /// The message has another version; this is how it is now.
    Stale {
        /// The room.
        room_name: String,
        /// The message.
        current: Box<StoredMessage>,
    },
    /// The message has as many reactions as it may have.
    TooManyReactions,
    /// The list is full.
    TooManyRelations,
    /// Another tab of the device has taken over.
    Fenced {
        /// Under this epoch.
        highest: u64,
    },
    /// What it has to follow is not stored.
    OutOfOrder,
}
