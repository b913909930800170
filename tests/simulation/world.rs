//! One world: a server, a network and people's browsers under one clock and one seed. A phase in
//! which things go wrong, then a quiet one, after which everything must have come right.

use nchat_realtime::engine::config::Settings;
use nchat_realtime::engine::input::Input;
use nchat_realtime::engine::store::{Namespace, StoreCommand, StoreEvent};
use nchat_realtime::socketio::{TransportEvent, TransportKind};
use serde_json::Value as Json;

use super::agenda::Agenda;
use super::chaos::Chaos;
use super::clock::Clock;
use super::dice::Dice;
use super::disk::Disk;
use super::fault::{Fault, Faults};
use super::lead::Fences;
use super::lives::MAX_TABS;
use super::lock::Locks;
use super::model::Model;
use super::network::{LinkId, Network, Upward};
use super::presence::{Choices, Twin};
use super::profile::{Line, Profile};
use super::server::{Said, Server};
use super::tab::TabId;
use super::trace::Trace;

/// Seeds of worlds in which something did not hold once: a reaction that another tab had
/// parked stayed on the screen (126, 602), and what a tab found out just before another led was
/// neither in the store nor forgotten (221).
pub(crate) const REGRESSIONS: [u64; 3] = [126, 221, 602];

/// How long after the last fault everything has to be right (I8), in milliseconds.
const QUIET_MS: u64 = 60_000;

/// How long somebody does nothing until they count as away, in milliseconds.
const IDLE_MS: u64 = 5_000;

const USERS: [&str; 3] = ["alice", "bob", "carol"];

/// Something planned.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A deadline of an engine.
    Wake(TabId),
    /// A person does something.
    Act(TabId),
    /// A frozen tab runs again.
    Thaw(TabId),
    /// A page in the background is in front again.
    Shown(TabId),
    /// The app's token callback answers.
    TokenAnswer(TabId, u32),
    /// Something arrives at the server.
    ToServer(LinkId, Upward),
    /// Something arrives at a client.
    ToClient(LinkId, TransportEvent<Json>),
    /// A connection breaks.
    Break(LinkId),
    /// The server says something that it had put off.
    Late(LinkId, String),
    /// The server commits what was submitted.
    Commit,
    /// The server's core is woken.
    Tick,
    /// A person shows or hides themselves, types, or looks at others.
    Mingle(TabId),
    /// The server looks at a heartbeat.
    Ping(LinkId),
    /// The server looks at a token.
    Expiry(LinkId),
    /// The server starts again.
    Restart,
    /// The browser says that there is a network.
    Online(usize),
    /// The dice are thrown for mishaps.
    Mishap,
    /// A tab's disk works.
    Disk(TabId),
    /// A tab's disk answers.
    Stored(TabId, StoreEvent<Json>),
    /// What a tab has given up waiting for is carried out at its disk.
    DiskLate(TabId, StoreCommand<Json>),
    /// Something reaches a tab of those who have this namespace open.
    Hears(TabId, Option<Namespace>, Box<Input<Json>>),
    /// A person opens the browser again.
    OpenTab(usize),
    /// A person signs in.
    SignIn(usize),
}

impl Event {
    /// On whose machine, or on whose connection it happens.
    fn profile(&self, network: &Network) -> Option<usize> {
        match self {
            Self::Wake(id)
            | Self::Act(id)
            | Self::Mingle(id)
            | Self::Thaw(id)
            | Self::Shown(id)
            | Self::TokenAnswer(id, _)
            | Self::Disk(id)
            | Self::Stored(id, _)
            | Self::DiskLate(id, _)
            | Self::Hears(id, ..) => Some(id.profile),
            Self::ToServer(link, _)
            | Self::ToClient(link, _)
            | Self::Break(link)
            | Self::Late(link, _)
            | Self::Ping(link)
            | Self::Expiry(link) => Some(network.link(*link).tab.profile),
            Self::Online(profile) | Self::OpenTab(profile) | Self::SignIn(profile) => {
                Some(*profile)
            }
            Self::Commit | Self::Tick | Self::Restart | Self::Mishap => None,
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) hash: u64,
    pub(crate) steps: u64,
    pub(crate) checked: u64,
    pub(crate) fired: Vec<u64>,
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) chaos: Chaos,
    pub(crate) agenda: Agenda<Event>,
    pub(crate) network: Network,
    pub(crate) server: Server,
    pub(crate) server_clock: Clock,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) model: Model,
    pub(crate) choices: Choices,
    /// Whether the server does presence, typing and lists of people.
    pub(crate) has_people: bool,
    /// What those see who must not be able to tell two worlds apart.
    pub(crate) twins: Option<Twin>,
    /// Comparisons made.
    pub(crate) checked: u64,
    steps: u64,
}

impl World {
    pub(crate) fn new(seed: u64, tells_story: bool) -> Self {
        let mut dice = Dice::new(seed);
        let names_users = dice.chance(500);
        let mut faults = Faults::new(&mut dice);
        if REGRESSIONS.contains(&seed) {
            // What they tell is what it was.
            faults = faults.without_later();
        }
        let has_people = seed % 2 == 1 && !REGRESSIONS.contains(&seed);
        let tabs = match faults.has(Fault::AnotherTab) {
            true => MAX_TABS,
            false => 1,
        };
        let server = Server::new(&mut dice, tabs, has_people);
        let offers_upgrade = faults.has(Fault::Upgrade);
        let server = server.offering_upgrade(offers_upgrade);
        let transports = dice.pick(&[
            &[TransportKind::WebSocket][..],
            &[TransportKind::WebSocket, TransportKind::Polling],
            &[TransportKind::Polling],
        ]);
        let skew_ms = |dice: &mut Dice| dice.pick(&[0, 0, -5_000, 90_000, -3_600_000]);
        let count = dice.between(2, 4) as usize;
        let profiles: Vec<Profile> = (0..count)
            .map(|profile| {
                let mut settings = Settings::new().expect("the default address is one");
                settings.transports = transports.to_vec();
                if offers_upgrade {
                    // What Socket.IO's clients do by default: to poll first.
                    settings.transports.reverse();
                }
                let user = USERS[profile % USERS.len()];
                settings.user_id = names_users.then(|| user.to_owned());
                settings.presence.idle_ms = IDLE_MS;
                let mut disk = Disk::default();
                disk.is_absent = faults.strike(Fault::NoStore, &mut dice);
                disk.refuses_journal = faults.strike(Fault::NoJournal, &mut dice);
                let mut locks = Locks::default();
                locks.are_absent = faults.strike(Fault::NoLocks, &mut dice);
                Profile {
                    settings,
                    disk,
                    locks,
                    fences: Fences::default(),
                    user,
                    users: [user, USERS[(profile + 1) % USERS.len()]],
                    is_signed_out: false,
                    may_change_user: false,
                    logout: None,
                    clock: Clock::new(dice.between(1, 1_000_000), skew_ms(&mut dice)),
                    line: Line::default(),
                    tabs: Vec::new(),
                }
            })
            .collect();
        let server_clock = Clock::new(0, skew_ms(&mut dice));
        let chaos = Chaos::new(dice, faults, Trace::new(tells_story));
        Self::of(chaos, server, server_clock, profiles, has_people)
    }

    /// Puts a world together.
    pub(crate) fn of(
        chaos: Chaos,
        server: Server,
        server_clock: Clock,
        profiles: Vec<Profile>,
        has_people: bool,
    ) -> Self {
        Self {
            chaos,
            agenda: Agenda::new(),
            network: Network::default(),
            server,
            server_clock,
            profiles,
            model: Model::default(),
            choices: Choices::default(),
            has_people,
            twins: None,
            checked: 0,
            steps: 0,
        }
    }

    /// Lives through both phases. Panics where something does not hold.
    pub(crate) fn run(&mut self) -> Outcome {
        for profile in 0..self.profiles.len() {
            self.open_tab(profile);
        }
        self.plan_mishap();
        let faults_ms = self.chaos.dice.between(10_000, 60_000);
        self.pass_until(faults_ms);
        self.calm();
        self.pass_until(faults_ms + QUIET_MS);
        self.check_quiet();
        Outcome {
            hash: self.chaos.trace.hash(),
            steps: self.steps,
            checked: self.checked,
            fired: self.chaos.faults.fired().to_vec(),
        }
    }

    pub(crate) fn tab_ids(&self) -> Vec<TabId> {
        let profiles = 0..self.profiles.len();
        profiles
            .flat_map(|profile| self.open_tabs(profile))
            .collect()
    }

    pub(crate) fn pass_until(&mut self, end_ms: u64) {
        while let Some((at_ms, event)) = self.agenda.next(end_ms) {
            self.chaos.now_ms = at_ms;
            self.steps += 1;
            self.happen(event);
        }
        self.chaos.now_ms = end_ms;
    }

    /// Nothing goes wrong any more, and people want to be connected.
    fn calm(&mut self) {
        self.chaos.record(&"WORLD", &"is quiet from here on");
        self.chaos.faults.stop();
        self.network.speed_up();
        if !self.server.is_up() {
            self.restart();
        }
        for profile in 0..self.profiles.len() {
            self.calm_profile(profile);
        }
    }

    fn happen(&mut self, event: Event) {
        let profile = event.profile(&self.network);
        let before = self.chaos.turn_to(profile);
        self.take_effect(event);
        self.chaos.turn_to(before);
    }

    fn take_effect(&mut self, event: Event) {
        match event {
            Event::Wake(id) => self.wake(id),
            Event::Act(id) => self.act(id),
            Event::Thaw(id) => self.thaw(id),
            Event::Shown(id) => self.show(id),
            Event::TokenAnswer(id, ask) => self.answer_token(id, ask),
            Event::ToServer(link, upward) => self.arrives_at_server(link, upward),
            Event::ToClient(link, event) => self.arrives_at_client(link, event),
            Event::Break(link) => self.break_link(link),
            Event::Late(link, packet) => self.server_says(link, packet),
            Event::Commit => self.with_server(|server, chaos| server.commit(chaos)),
            Event::Tick => self.with_server(|_, _| ()),
            Event::Mingle(id) => self.mingle(id),
            Event::Ping(link) => self.with_server(|server, chaos| server.ping(link, chaos)),
            Event::Expiry(link) => self.with_server(|server, _| server.expire(link)),
            Event::Restart => self.restart(),
            Event::Online(profile) => self.say_online(profile, true),
            Event::Mishap => self.mishap(),
            Event::Disk(id) => self.disk_works(id),
            Event::DiskLate(id, command) => self.disk_works_late(id, command),
            Event::Stored(id, event) => self.input(id, Input::Store(event)),
            Event::Hears(id, namespace, input) => {
                // What belonged to another namespace is closed.
                if self.tab(id).disk.namespace == namespace {
                    self.input(id, *input);
                }
            }
            Event::SignIn(profile) => self.sign_in(profile),
            Event::OpenTab(profile) => {
                if self.open_tabs(profile).is_empty() {
                    self.open_tab(profile);
                }
            }
        }
    }

    fn restart(&mut self) {
        if !self.server.is_up() {
            self.chaos.record(&"server", &"starts");
            self.with_server(|server, _| server.start());
        }
    }

    /// Something arrives at a server that may be down.
    pub(crate) fn at_server(&mut self, link: LinkId, upward: Upward) {
        self.chaos.record(&"server", &(link, &upward));
        self.with_server(|server, chaos| server.receive(link, upward, chaos));
    }

    fn with_server(&mut self, work: impl FnOnce(&mut Server, &mut Chaos)) {
        let now = self.server_clock.read(self.chaos.now_ms);
        self.server.set_time(now);
        // What is due comes first, whatever else is done in the same moment.
        self.server.tick();
        work(&mut self.server, &mut self.chaos);
        self.carry_out_server();
        self.server.check_people();
        self.checked += self.server.checked();
    }

    /// Carries out what the server does.
    pub(crate) fn carry_out_server(&mut self) {
        let now_ms = self.chaos.now_ms;
        while let Some(said) = self.server.next_said() {
            match said {
                Said::Opens(link) => self.server_opens(link),
                Said::Packet {
                    link,
                    packet,
                    delay_ms: 0,
                } => self.server_says(link, packet),
                Said::Packet {
                    link,
                    packet,
                    delay_ms,
                } => self
                    .agenda
                    .plan(now_ms + delay_ms, Event::Late(link, packet)),
                Said::Polled(link) => {
                    if let Some(event) = self.server.answer_poll(link) {
                        self.server_sends(link, event);
                    }
                }
                Said::Posted(link) => self.server_sends(link, TransportEvent::Posted),
                Said::Brings(link, event) => self.server_sends(link, event),
                Said::Upgrades { session, link } => {
                    self.chaos.faults.note(Fault::Upgrade);
                    self.network.upgrade(session, link);
                }
                Said::Closes(link) => self.server_closes(self.network.carrier(link)),
                Said::Ping { link, delay_ms } => {
                    self.agenda.plan(now_ms + delay_ms, Event::Ping(link));
                }
                Said::Expiry { link, delay_ms } => {
                    self.agenda.plan(now_ms + delay_ms, Event::Expiry(link));
                }
                Said::Commit { delay_ms } => self.agenda.plan(now_ms + delay_ms, Event::Commit),
                Said::Tick { delay_ms } => self.agenda.plan(now_ms + delay_ms, Event::Tick),
                Said::Published(entry) => {
                    self.chaos.record(&"log", &entry);
                    if self.twins.is_none() {
                        self.model.published(&entry);
                    }
                }
            }
        }
    }

    fn server_says(&mut self, link: LinkId, packet: String) {
        if let Some(event) = self.server.hand_over(link, packet) {
            self.server_sends(self.network.carrier(link), event);
        }
    }
}
