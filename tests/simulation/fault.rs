//! Everything that can go wrong, how often it does in one world, and how often it did.

use super::dice::Dice;

macro_rules! faults {
    ($($(#[$doc:meta])+ $variant:ident, $rate:literal, $name:literal;)+) => {
        /// One kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Fault {
            $($(#[$doc])+ $variant,)+
        }

        impl Fault {
            /// All of them, in the order of the report.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As the report calls it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Whether it begins or ends tabs, or comes between them.
            pub(crate) const fn is_of_tabs(self) -> bool {
                matches!(
                    self,
                    Self::Evicted
                        | Self::PostLost
                        | Self::AnotherTab
                        | Self::TabClosed
                        | Self::BrowserKilled
                        | Self::StolenLock
                        | Self::Panicked
                        | Self::DoubleMount
                )
            }

            /// Whether it came to the list later: what a seed tells of worlds without it has not
            /// changed by that.
            const fn is_drawn_apart(self) -> bool {
                self as usize >= Self::Logout as usize
            }

            /// In a world that has it: so many times in a thousand opportunities.
            const fn rate(self) -> u64 {
                match self { $(Self::$variant => $rate,)+ }
            }
        }
    };
}

faults! {
    /// The server's machine refuses the connection.
    Refused, 200, "network: connection refused";
    /// The transport never opens.
    StalledOpening, 100, "network: stall before the transport opens";
    /// The transport opens, and the server says nothing.
    StalledHandshake, 100, "network: stall in the handshake";
    /// A captive portal answers.
    CaptivePortal, 100, "network: HTML of a captive portal";
    /// The connection breaks before what is sent leaves.
    ResetBeforeSend, 40, "network: reset before send";
    /// The connection breaks after it was sent and before it arrives.
    ResetInFlight, 40, "network: reset after send, before receipt";
    /// What was sent arrives, the answer does not.
    AnswerLost, 60, "network: answer lost after the server acted";
    /// Nothing arrives any more in either direction, and nobody is told.
    HalfOpen, 15, "network: half-open connection";
    /// A frame arrives twice.
    DuplicateToServer, 60, "network: duplicate frame to the server";
    /// A frame arrives twice.
    DuplicateToClient, 40, "network: duplicate frame to the client";
    /// A frame of a connection that the client gave up arrives at the client.
    LateToClient, 300, "network: late frame of an old connection, to the client";
    /// A frame of a connection that the client gave up arrives at the server.
    LateToServer, 30, "network: late frame of an old connection, to the server";
    /// Frames take seconds.
    SlowLink, 150, "network: slow link";
    /// Each connection lives for a second or so.
    Flapping, 30, "network: flapping";
    /// The browser says offline, and the link works.
    FalseOffline, 40, "network: navigator.onLine says offline, and it works";
    /// The browser says online, and nothing goes through.
    FalseOnline, 40, "network: navigator.onLine says online, and nothing works";
    /// The server dies and starts again.
    ServerCrash, 25, "server: crash and restart";
    /// The server commits, and dies before it answers.
    CrashAfterCommit, 15, "server: crash after a commit, before its answer";
    /// The server comes back without its history.
    HistoryLost, 150, "server: lost history (epoch change)";
    /// The server is busy, and says so without having acted.
    RefusedForNow, 60, "server: transient refusal";
    /// The server acts, and says that it failed.
    RefusedAfterCommit, 40, "server: transient refusal after the commit";
    /// The server asks to wait.
    RateLimited, 50, "server: rate limit with retry-after";
    /// A message that the server will never take.
    RefusedForGood, 60, "server: permanent refusal";
    /// The answer comes after the client has stopped waiting.
    LateAck, 30, "server: late acknowledgement";
    /// The answer comes twice.
    DoubleAck, 60, "server: double acknowledgement";
    /// The server's ping is late.
    SlowPing, 500, "server: slow ping";
    /// The server ends a socket's namespace.
    Kick, 20, "server: namespace kick";
    /// The server closes all connections at once.
    MassKick, 10, "server: mass kick";
    /// A token runs out while it is in use.
    TokenExpiry, 500, "server: token expiry in mid-session";
    /// The app's token callback fails.
    TokenFailure, 150, "app: the token callback fails";
    /// The app's token callback takes longer than an attempt.
    TokenSlow, 80, "app: the token callback takes its time";
    /// The wall clock is set back an hour.
    ClockBack, 20, "clock: an hour back";
    /// The wall clock is set forward a day.
    ClockForward, 20, "clock: a day forward";
    /// The machine sleeps for eight hours.
    Sleep, 15, "clock: eight hours of sleep";
    /// The disk takes seconds.
    SlowDisk, 60, "storage: slow transaction";
    /// A transaction is aborted.
    DiskAborted, 40, "storage: aborted transaction";
    /// There is no room.
    DiskFull, 30, "storage: quota";
    /// The browser deletes the databases.
    Evicted, 6, "storage: eviction";
    /// A record is junk.
    CorruptRow, 20, "storage: corrupt row";
    /// The browser has no IndexedDB.
    NoStore, 200, "storage: no IndexedDB";
    /// localStorage takes nothing.
    NoJournal, 200, "storage: no localStorage";
    /// The browser has no Web Locks.
    NoLocks, 200, "tabs: no Web Locks";
    /// What one tab says does not reach another.
    PostLost, 100, "tabs: lost channel message";
    /// One more tab is opened.
    AnotherTab, 60, "tabs: one more tab";
    /// A tab is closed, or its renderer crashes.
    TabClosed, 40, "tabs: closed or crashed";
    /// The whole browser is killed.
    BrowserKilled, 20, "tabs: SIGKILL of the browser";
    /// A tab does not run for a while.
    Freeze, 25, "tab: freeze and thaw";
    /// A user signs out: everything of theirs goes.
    Logout, 12, "users: logout";
    /// Somebody else signs in after it.
    AnotherUser, 700, "users: another user in the same profile, after a logout";
    /// Somebody else takes over, whose app says who they are. What the first one queued is kept.
    UserTakesOver, 12, "users: another user in the same profile, without a logout";
    /// Another page holds the database as it is: it does not open for a while, nor is it deleted.
    BlockedStore, 60, "storage: blocked by another connection, and late";
    /// A newer version of the package takes the database on.
    NewerSchema, 5, "storage: a database of a newer schema";
    /// The server offers those who poll a WebSocket, and it is taken.
    Upgrade, 1_000, "network: polling upgraded to a WebSocket";
    /// A page in the background gets one wake-up a minute.
    Throttled, 25, "tab: throttled to one wake-up a minute";
    /// A page is left, kept whole without its connections, and come back to.
    BackForward, 20, "tab: back-forward cache";
    /// The browser ends the connection to a database.
    StoreLost, 30, "storage: connection to the database lost";
    /// Something else in the page's origin takes the lock, and gives it back.
    StolenLock, 40, "tabs: a stolen lock";
    /// An engine panics, and the app recovers: the page goes on with a new one.
    Panicked, 20, "tab: a panic, and recovery";
    /// A page makes a client, destroys it at once, and makes another, as StrictMode does.
    DoubleMount, 300, "tab: made, destroyed and made again at once";
}

/// The faults of one world: a random few, at their own rates.
#[derive(Debug)]
pub(crate) struct Faults {
    rates: Vec<u64>,
    fired: Vec<u64>,
    is_calm: bool,
}

impl Faults {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        // Some worlds have few faults, some nearly all: rare coincidences need room.
        let share = dice.pick(&[100, 250, 250, 400, 700]);
        let mut apart = dice.apart();
        let rates = Fault::ALL.iter().map(|fault| {
            let dice = match fault.is_drawn_apart() {
                true => &mut apart,
                false => &mut *dice,
            };
            let is_here = dice.chance(share);
            let factor = dice.pick(&[1, 2, 3]);
            if is_here { fault.rate() * factor } else { 0 }
        });
        let mut rates: Vec<u64> = rates.collect();
        if rates[Fault::Logout as usize] > 0 {
            // Nobody takes over where nobody leaves.
            rates[Fault::AnotherUser as usize] = Fault::AnotherUser.rate();
        }
        Self {
            rates,
            fired: vec![0; Fault::ALL.len()],
            is_calm: false,
        }
    }

    /// Without those that begin or end tabs, or come between them.
    pub(crate) fn without_tabs(mut self) -> Self {
        for fault in Fault::ALL.iter().filter(|fault| fault.is_of_tabs()) {
            self.rates[*fault as usize] = 0;
        }
        self
    }

    /// Without those that came to the list later.
    pub(crate) fn without_later(mut self) -> Self {
        for fault in Fault::ALL.iter().filter(|fault| fault.is_drawn_apart()) {
            self.rates[*fault as usize] = 0;
        }
        self
    }

    /// Whether the fault strikes, here and now.
    pub(crate) fn strike(&mut self, fault: Fault, dice: &mut Dice) -> bool {
        let rate = self.rates[fault as usize];
        let strikes = !self.is_calm && rate > 0 && dice.chance(rate);
        self.fired[fault as usize] += u64::from(strikes);
        strikes
    }

    /// Whether this world has it.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.rates[fault as usize] > 0
    }

    /// It came to pass by itself.
    pub(crate) fn note(&mut self, fault: Fault) {
        self.fired[fault as usize] += 1;
    }

    /// From now on things go wrong again.
    pub(crate) fn resume(&mut self) {
        self.is_calm = false;
    }

    /// From now on nothing goes wrong.
    pub(crate) fn stop(&mut self) {
        self.is_calm = true;
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.is_calm
    }

    /// How often each struck, in the order of [`Fault::ALL`].
    pub(crate) fn fired(&self) -> &[u64] {
        &self.fired
    }
}
