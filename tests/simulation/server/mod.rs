//! The server: its real core over its real memory store, behind the little of Socket.IO that the
//! simulation needs. A crash drops everything but the store.

mod commits;
mod environment;
mod fences;
mod people;
mod post;
mod requests;
mod socket;
mod upgrade;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;
use nchat_dev_server::core::{Core, Environment, Outlet, Times, TokenKeeper};
use nchat_dev_server::store::memory::MemoryStore;
use nchat_dev_server::store::{HistoryPage, HistoryRange, PageLimit, Standing, Store};
use nchat_realtime::engine::time::Now;
use nchat_realtime::wire::operation::Operation;

use self::commits::Waiting;
pub(crate) use self::environment::Shelf;
use self::fences::Fences;
use self::post::Post;
pub(crate) use self::requests::REFUSED_REPLY_TO;
use self::socket::Socket;
use self::upgrade::{Brought, Upgrades};
use super::chaos::Chaos;
use super::dice::Dice;
use super::network::{LinkId, Upward};
use super::presence::Ledger;
use super::receipts::Told;

/// Key of the tokens that the app's callback gives.
pub(crate) const TOKEN_KEY: &[u8] = b"a key of thirty-two bytes or more";

/// What the server does, for the world to carry out in order.
#[derive(Debug)]
pub(crate) enum Said {
    /// It accepts a link.
    Opens(LinkId),
    /// A packet, after so many milliseconds.
    Packet {
        link: LinkId,
        packet: String,
        delay_ms: u64,
    },
    /// Something on a link itself, whatever carries its session.
    Brings(LinkId, Brought),
    /// From now on a WebSocket carries the session of a link.
    Upgrades { session: LinkId, link: LinkId },
    /// A long poll waits.
    Polled(LinkId),
    /// A post is answered.
    Posted(LinkId),
    /// A link is ended.
    Closes(LinkId),
    /// It wants to look at a link's heartbeat after so many milliseconds.
    Ping { link: LinkId, delay_ms: u64 },
    /// It wants to look at a link's token after so many milliseconds.
    Expiry { link: LinkId, delay_ms: u64 },
    /// It wants to commit what was submitted, after so many milliseconds.
    Commit { delay_ms: u64 },
    /// It wants to be woken after so many milliseconds.
    Tick { delay_ms: u64 },
    /// An entry of a log was committed and told to its room.
    Published(Box<Operation>),
}

/// One server, which may be down.
pub(crate) struct Server {
    core: Option<Core<MemoryStore>>,
    /// What outlives the process.
    store: Option<MemoryStore>,
    post: Arc<Post>,
    environment: Arc<Shelf>,
    tokens: TokenKeeper,
    events_per_minute: NonZeroU32,
    sockets: BTreeMap<LinkId, Socket>,
    upgrades: Upgrades,
    offers_upgrade: bool,
    waiting: VecDeque<Waiting>,
    /// How many connections each user has had.
    connections: BTreeMap<String, u64>,
    said: VecDeque<Said>,
    /// Whether it does presence, typing and lists of people.
    has_people: bool,
    /// The wake-up that is planned for the core, by the steady clock.
    tick_at_ms: i64,
    /// How long a commit may take.
    commit_delays_ms: &'static [u64],
    /// Whether what is told is held against what may be known.
    is_audited: bool,
    ledger: Ledger,
    told: Told,
    fences: Fences,
}

impl Server {
    /// A server that lets each of a user's `tabs` say as much as one alone: what they say by
    /// themselves must not use up what all of them together may say, or nothing ever comes right.
    pub(crate) fn new(dice: &mut Dice, tabs: u32, has_people: bool) -> Self {
        let events_per_minute = tabs * dice.pick(&[150, 600, 6_000, 6_000]);
        let mut server = Self {
            core: None,
            store: Some(MemoryStore::default()),
            post: Arc::default(),
            environment: Arc::new(Shelf::new(dice.bytes())),
            tokens: TokenKeeper::new(TOKEN_KEY, true),
            events_per_minute: NonZeroU32::new(events_per_minute).expect("not zero"),
            sockets: BTreeMap::new(),
            upgrades: Upgrades::default(),
            offers_upgrade: false,
            waiting: VecDeque::new(),
            connections: BTreeMap::new(),
            said: VecDeque::new(),
            has_people,
            tick_at_ms: i64::MAX,
            commit_delays_ms: &[0, 1, 5, 30],
            is_audited: true,
            ledger: Ledger::default(),
            told: Told::default(),
            fences: Fences::default(),
        };
        server.start();
        server
    }

    /// For twins: one user's commits put off none of another's, and what anybody is told is
    /// compared by others.
    pub(crate) fn for_twins(mut self) -> Self {
        self.commit_delays_ms = &[0];
        self.is_audited = false;
        self
    }

    /// Whether it offers those who poll a WebSocket.
    pub(crate) fn offering_upgrade(mut self, offers_upgrade: bool) -> Self {
        self.offers_upgrade = offers_upgrade;
        self
    }

    /// Whether a user cannot be seen, by their own wish.
    pub(crate) fn is_invisible(&self, user: &str) -> bool {
        let Some(core) = &self.core else { return false };
        let profiles = at_once(core.store().profiles(&[user.to_owned()]));
        let profiles = profiles.expect("a memory store answers");
        profiles
            .iter()
            .any(|one| one.record.settings.invisible_mode)
    }

    /// The process starts over what the store has.
    pub(crate) fn start(&mut self) {
        let store = self.store.take().unwrap_or_default();
        let core = Core::start(
            store,
            Arc::clone(&self.post) as Arc<dyn Outlet>,
            Arc::clone(&self.environment) as Arc<_>,
            self.events_per_minute,
            Times::DEFAULT,
        );
        self.core = Some(at_once(core).expect("a memory store starts"));
    }

    /// The process is killed. Gives the links that it had.
    pub(crate) fn crash(&mut self) -> Vec<LinkId> {
        self.waiting.clear();
        self.said.clear();
        self.post.clear();
        self.environment.silence();
        self.tick_at_ms = i64::MAX;
        self.ledger.crashed(self.now_mono_ms());
        self.upgrades = Upgrades::default();
        self.fences.crashed();
        self.store = self.core.take().map(Core::into_store);
        std::mem::take(&mut self.sockets).into_keys().collect()
    }

    /// The store is lost with everything in it.
    pub(crate) fn lose_history(&mut self) {
        self.store = Some(MemoryStore::default());
        self.told.forget_all();
        self.fences.forget_all();
    }

    pub(crate) fn is_up(&self) -> bool {
        self.core.is_some()
    }

    /// The clocks that the process sees.
    pub(crate) fn set_time(&self, now: Now) {
        self.environment.set_time(now);
    }

    fn now_mono_ms(&self) -> i64 {
        Environment::mono_ms(&*self.environment)
    }

    /// The core, where it does presence.
    fn people(&self) -> Option<&Core<MemoryStore>> {
        self.core.as_ref().filter(|_| self.has_people)
    }

    /// The links of sockets that joined the namespace.
    pub(crate) fn joined(&self) -> Vec<LinkId> {
        let joined = self.sockets.iter().filter(|(_, socket)| socket.is_joined());
        joined.map(|(link, _)| *link).collect()
    }

    /// Who has joined over a link.
    pub(crate) fn user_of(&self, link: LinkId) -> Option<&str> {
        let session = self.session(self.upgrades.session_link(link))?;
        Some(&session.user.id)
    }

    /// Something arrived on a link.
    pub(crate) fn receive(&mut self, link: LinkId, upward: Upward, chaos: &mut Chaos) {
        let link = self.upgrades.session_link(link);
        match upward {
            Upward::Opens(kind) if self.is_up() => self.open(link, kind),
            Upward::Probes(session) if self.is_up() => self.probe_opens(link, session),
            Upward::Opens(_) | Upward::Probes(_) => self.said.push_back(Said::Closes(link)),
            Upward::Frame(packet) if self.is_upgrade(link, &packet) => {}
            Upward::Closes if self.probe_closes(link) => {}
            Upward::Frame(packet) => self.packet(link, &packet, chaos),
            Upward::Get => self.poll(link),
            Upward::Post(payload) => {
                for packet in payload.split('\u{1e}') {
                    self.packet(link, packet, chaos);
                }
                self.said.push_back(Said::Posted(link));
            }
            Upward::Closes => self.forget(link),
        }
    }

    /// The next thing that the server does.
    pub(crate) fn next_said(&mut self) -> Option<Said> {
        self.said.pop_front().or_else(|| self.next_tick())
    }

    /// What anybody was told of anybody is no more than they may know.
    pub(crate) fn check_people(&mut self) {
        let Some(core) = self.people().filter(|_| self.is_audited) else {
            return;
        };
        let profiles = at_once(core.store().profiles(&self.ledger.user_ids()));
        let profiles = profiles.expect("a memory store answers");
        let (mono_ms, wall_ms) = (self.now_mono_ms(), self.environment_now_ms());
        self.ledger.check(profiles, mono_ms, wall_ms);
    }

    /// How much of that was compared since it was asked last.
    pub(crate) fn checked(&mut self) -> u64 {
        std::mem::take(&mut self.ledger.checked) + std::mem::take(&mut self.told.checked)
    }

    /// A room's log as the store has it.
    pub(crate) fn log(&self, room: &str) -> HistoryPage {
        let Some(core) = &self.core else {
            return HistoryPage::default();
        };
        let limit = PageLimit {
            entries: u32::MAX,
            bytes: usize::MAX,
        };
        let page = at_once(core.store().history(room, HistoryRange::AfterSeq(0), limit));
        page.expect("a memory store answers")
    }

    /// How far a user has read in a room, as the store has it.
    pub(crate) fn standing(&self, user: &str, room: &str) -> Standing {
        let Some(core) = &self.core else {
            return Standing::default();
        };
        let standings = at_once(core.store().standings(user, &[room.to_owned()]));
        let standings = standings.expect("a memory store answers");
        standings.into_iter().next().unwrap_or_default()
    }

    /// Moves what the core told rooms onto the links of their sockets.
    fn take_post(&mut self) {
        for letter in self.post.take() {
            match letter {
                post::Letter::Packet { link, packet } => self.say(link, packet, 0),
                post::Letter::Told { link, event } => {
                    self.ledger.told(link, &event);
                    self.say(link, post::socket_packet(&event), 0);
                }
                post::Letter::Published(entry) => {
                    self.ledger.published(&entry);
                    self.said.push_back(Said::Published(entry));
                }
            }
        }
    }
}

/// The result of work over the memory store, which never waits for anything.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("the memory store never waits")
}
