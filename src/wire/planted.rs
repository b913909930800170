//! Bugs that can be planted, in the client and in the server, so that the simulation can show
//! that it finds them. Without the feature `planted-bugs` there are none, and nothing of them is
//! compiled.

/// One bug, at one place of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantedBug {
    /// Client: a message that came before is shown and told again.
    SkipsDuplicateCheck,
    /// Client: the newest of a channel is sent first.
    SendsNewestFirst,
    /// Client: a message sent again gets another key.
    MakesKeyAnew,
    /// Client: what lies before a live message counts as here.
    TakesGapForCovered,
    /// Client: what was under way when the connection was lost is forgotten.
    ForgetsWhatWasInFlight,
    /// Client: a message that was put off lets the next one pass.
    LetsLaterPass,
    /// Client: rooms are not joined again on a new connection.
    DoesNotRejoin,
    /// Client: an error says what was written.
    SaysTextInError,
    /// Client: rows stand in the order of arrival.
    OrdersByArrival,
    /// Client: an operation counts as here, and has no effect.
    DropsOperation,
    /// Client: a promise is settled twice.
    SettlesTwice,
    /// Client: a full queue drops its oldest.
    DropsOldest,
    /// Client: another epoch changes nothing.
    IgnoresEpoch,
    /// Client: a row that moves is not told to have left its place.
    ForgetsToTellRemoval,
    /// Client: a message that failed leaves the queue.
    ParksInSilence,
    /// Server: a repeated key is a new message.
    StoreSkipsKeys,
    /// Server: some messages reach nobody.
    SkipsPublish,
    /// Server: a repeated message is told again.
    PublishesRepeats,
    /// Server: a socket that joins hears nothing.
    DoesNotSubscribe,
    /// Server: the acknowledgement names another place.
    AcksWrongPlace,
    /// Server: a page loses its last message after it was cut.
    FiltersAfterPage,
    /// Server: what comes before the one that it has to follow is taken.
    IgnoresPredecessor,
    /// Client: whoever types is shown until the server says otherwise.
    TypingOutlivesLease,
    /// Client: a message ends no typing of its author.
    TypingOutlivesMessage,
    /// Client: whoever types is shown when the connection is gone.
    TypingOutlivesConnection,
    /// Client: a new connection's server is not asked to tell of anybody.
    ForgetsWhomItFollows,
    /// Client: a status that was under way when the connection was lost is not told again.
    ForgetsOwnStatus,
    /// Server: a socket that is gone ends no typing.
    KeepsTypingOfSocket,
    /// Server: a message ends no typing of its author.
    KeepsTypingOfAuthor,
    /// Server: nobody is told that a lease has ended.
    EndsTypingInSilence,
    /// Server: who may no longer see somebody is not told so.
    HidesInSilence,
    /// Server: the blocked see as much as others.
    IgnoresBlocks,
    /// Server: whom one counts among one's contacts, one sees as theirs.
    TrustsTheViewersContacts,
    /// Server: who sees somebody sees too when they were last there.
    TellsLastSeenToAll,
    /// Server: who is gone is shown as they were.
    ForgetsDeparture,
    /// Client: a receipt of delivery takes back that of reading.
    DeliveredUndoesRead,
    /// Client: the counts of a message are the ones that came last.
    CountsGoBack,
    /// Client: the own cursor is where it was said to be last.
    CursorGoesBack,
    /// Server: a receipt moves a cursor back.
    MovesCursorBack,
    /// Server: what was read need not have arrived.
    ReadsUndelivered,
    /// Client: a tab that does not lead sends what is queued.
    FollowerSends,
    /// Browser's store: what a former leader writes is taken.
    StoreTakesStaleWrites,
    /// Server: what a former leader sends is taken.
    IgnoresFence,
    /// Server: an invisible user is shown as they are.
    ShowsInvisible,
    /// Server: what an invisible user types is shown.
    ShowsInvisibleTyping,
    /// Server: what an invisible user received and read is told.
    TellsInvisibleReceipts,
    /// Server: a room that an invisible user joins lists them.
    ListsInvisible,
    /// Server: what an invisible user changes of who may know what takes effect at once.
    ThawsPolicy,
}

impl PlantedBug {
    /// Those that tell something of a user who is invisible: twin runs find them.
    pub const LEAKS: [Self; 5] = [
        Self::ShowsInvisible,
        Self::ShowsInvisibleTyping,
        Self::TellsInvisibleReceipts,
        Self::ListsInvisible,
        Self::ThawsPolicy,
    ];

    /// All others: the simulation finds them.
    pub const ALL: [Self; 43] = [
        Self::SkipsDuplicateCheck,
        Self::SendsNewestFirst,
        Self::MakesKeyAnew,
        Self::TakesGapForCovered,
        Self::ForgetsWhatWasInFlight,
        Self::LetsLaterPass,
        Self::DoesNotRejoin,
        Self::SaysTextInError,
        Self::OrdersByArrival,
        Self::DropsOperation,
        Self::SettlesTwice,
        Self::DropsOldest,
        Self::IgnoresEpoch,
        Self::ForgetsToTellRemoval,
        Self::ParksInSilence,
        Self::StoreSkipsKeys,
        Self::SkipsPublish,
        Self::PublishesRepeats,
        Self::DoesNotSubscribe,
        Self::AcksWrongPlace,
        Self::FiltersAfterPage,
        Self::IgnoresPredecessor,
        Self::TypingOutlivesLease,
        Self::TypingOutlivesMessage,
        Self::TypingOutlivesConnection,
        Self::ForgetsWhomItFollows,
        Self::ForgetsOwnStatus,
        Self::KeepsTypingOfSocket,
        Self::KeepsTypingOfAuthor,
        Self::EndsTypingInSilence,
        Self::HidesInSilence,
        Self::IgnoresBlocks,
        Self::TrustsTheViewersContacts,
        Self::TellsLastSeenToAll,
        Self::ForgetsDeparture,
        Self::DeliveredUndoesRead,
        Self::CountsGoBack,
        Self::CursorGoesBack,
        Self::MovesCursorBack,
        Self::ReadsUndelivered,
        Self::FollowerSends,
        Self::StoreTakesStaleWrites,
        Self::IgnoresFence,
    ];
}

#[cfg(feature = "planted-bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<PlantedBug>> = const { std::cell::Cell::new(None) };
}

/// Plants a bug in everything that runs on this thread, or takes it out.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<PlantedBug>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted.
#[cfg(feature = "planted-bugs")]
pub fn is_planted(bug: PlantedBug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether this bug is planted: none is.
#[cfg(not(feature = "planted-bugs"))]
pub const fn is_planted(_: PlantedBug) -> bool {
    false
}
