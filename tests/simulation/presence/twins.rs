//! Twins: two worlds that differ only in what an invisible user does. Whoever is looked at has to
//! get the same frames and show the same, byte for byte, at the same times.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use nchat_realtime::engine::config::Settings;
use nchat_realtime::engine::input::{Input, TokenSource};
use nchat_realtime::engine::presence::PresenceCommand;
use nchat_realtime::engine::typing::{Place, TypingCommand};
use nchat_realtime::socketio::TransportKind;
use nchat_realtime::wire::names;
use nchat_realtime::wire::presence::ChosenStatus;
use serde_json::json;

use crate::chaos::Chaos;
use crate::clock::Clock;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::fault::Faults;
use crate::lead::Fences;
use crate::lock::Locks;
use crate::number_of;
use crate::profile::{Line, Profile};
use crate::runner::{say, watched};
use crate::server::Server;
use crate::tab::TabId;
use crate::trace::Trace;
use crate::world::World;

/// Pairs of worlds of a run without `PAIRS`: all of them in release, a taste in debug.
const DEFAULT_PAIRS: u64 = if cfg!(debug_assertions) { 30 } else { 2_000 };
/// What an invisible user does at least in each.
const MIN_DEEDS: u32 = 20;
/// Profiles of those who look on, of whom each other's deeds are seen.
const WATCHERS: [usize; 2] = [0, 1];
const HIDDEN: usize = 2;
/// In the order of profiles. The last one is only there to be written to.
const CAST: [&str; 4] = ["alice", "carol", "bob", "dave"];
/// Where the watchers are, and where they are not.
const SEEN_ROOM: &str = "general";
const OTHER_ROOM: &str = "announcements";
/// How long the invisible user is, in milliseconds.
const HIDDEN_MS: u64 = 40_000;
const QUIET_MS: u64 = 20_000;

/// One of two worlds.
#[derive(Debug, Default)]
pub(crate) struct Twin {
    /// Everything that the watchers got, did and showed.
    seen: Vec<String>,
    /// As each looked last.
    looks: [String; WATCHERS.len()],
    /// Whether the invisible user does anything.
    is_active: bool,
    is_hidden: bool,
    pub(super) is_over: bool,
    deeds: u32,
}

impl World {
    /// A world whose people each have chance of their own.
    fn of_twins(seed: u64, is_active: bool) -> Self {
        let mut dice = Dice::new(seed);
        let mut faults = Faults::new(&mut dice).without_tabs();
        faults.stop();
        let server = Server::new(&mut dice, 1, true).for_twins();
        let transports = dice.pick(&[
            &[TransportKind::WebSocket][..],
            &[TransportKind::WebSocket, TransportKind::Polling],
            &[TransportKind::Polling],
        ]);
        let skews_ms = [0, -5_000, 90_000, -3_600_000];
        let mut profile = |user| {
            let mut settings = Settings::new().expect("the default address is one");
            settings.transports = transports.to_vec();
            settings.presence.idle_ms = 5_000;
            Profile {
                user,
                users: [user; 2],
                is_signed_out: false,
                may_change_user: false,
                logout: None,
                clock: Clock::new(dice.between(1, 1_000_000), dice.pick(&skews_ms)),
                line: Line::default(),
                settings,
                disk: Disk::default(),
                locks: Locks::default(),
                fences: Fences::default(),
                tabs: Vec::new(),
            }
        };
        let profiles: Vec<Profile> = CAST.into_iter().map(&mut profile).collect();
        let server_clock = Clock::new(0, dice.pick(&skews_ms));
        let mut chaos = Chaos::new(dice, faults, Trace::new(false));
        chaos.streams = (0..=CAST.len() as u64)
            .map(|number| Dice::new(seed ^ (number + 1) << 40))
            .collect();
        let mut world = Self::of(chaos, server, server_clock, profiles, true);
        world.twins = Some(Twin {
            is_active,
            ..Twin::default()
        });
        world
    }

    /// Lives through it: what the watchers saw, and how much the invisible user did; `None` where
    /// they did not come to hide.
    fn run_as_twin(mut self) -> Option<(Vec<String>, u32)> {
        for profile in 0..CAST.len() {
            self.chaos.turn_to(Some(profile));
            self.open_tab(profile);
            self.chaos.turn_to(None);
        }
        let first_ms = self.chaos.dice.between(3_000, 9_000);
        self.pass_until(first_ms);
        self.hide()?;
        self.chaos.faults.resume();
        let end_ms = self.chaos.now_ms + HIDDEN_MS;
        self.pass_until(end_ms);
        self.chaos.faults.stop();
        self.twin()?.is_over = true;
        self.pass_until(end_ms + QUIET_MS);
        let twin = self.twins?;
        Some((twin.seen, twin.deeds))
    }

    /// Up to here both worlds are one.
    fn hide(&mut self) -> Option<()> {
        let id = TabId {
            profile: HIDDEN,
            tab: 0,
        };
        self.emit(
            id,
            names::PRESENCE_SETTINGS_UPDATE,
            &json!({ "invisibleMode": true }),
        );
        let deadline_ms = self.chaos.now_ms + 1_000;
        self.pass_until(deadline_ms);
        if !self.server.is_invisible(CAST[HIDDEN]) {
            return None;
        }
        let twin = self.twin()?;
        twin.is_hidden = true;
        if !twin.is_active {
            self.chaos.turn_to(Some(HIDDEN));
            self.end_tab(id);
            self.chaos.turn_to(None);
        }
        Some(())
    }

    fn twin(&mut self) -> Option<&mut Twin> {
        self.twins.as_mut()
    }

    /// A person opens the app, in a world of twins.
    pub(crate) fn begin_as_twin(&mut self, id: TabId) {
        let user = self.profiles[id.profile].user;
        let source = TokenSource::Fixed(format!("user:{user}"));
        let refresh = false;
        self.input(id, Input::TokenSourceChanged { source, refresh });
        self.request(id, Input::ConnectRequested);
        let rooms: &[&str] = match id.profile {
            HIDDEN if self.chaos.dice.chance(300) => &[OTHER_ROOM],
            HIDDEN => &[SEEN_ROOM, OTHER_ROOM],
            profile if WATCHERS.contains(&profile) => &[SEEN_ROOM],
            _ => &[OTHER_ROOM],
        };
        for room in rooms {
            self.join(id, room);
        }
        if id.profile <= HIDDEN {
            self.look_around(id);
            self.plan_mingle(id);
        }
    }

    /// A person does something.
    pub(super) fn act_as_twin(&mut self, id: TabId) {
        let is_hidden = self.twins.as_ref().is_some_and(|twin| twin.is_hidden);
        match id.profile {
            HIDDEN if is_hidden => {
                self.twins.iter_mut().for_each(|twin| twin.deeds += 1);
                self.act_unseen(id);
            }
            HIDDEN => self.act_among_people_but_hide(id),
            _ => self.act_seen(id),
        }
    }

    /// What watchers do.
    fn act_seen(&mut self, id: TabId) {
        let everybody = || super::acts::EVERYBODY.map(str::to_owned).to_vec();
        let room = SEEN_ROOM.to_owned();
        match self.chaos.dice.below(100) {
            0..50 => self.act_among_people(id),
            50..65 => self.write(id, SEEN_ROOM),
            65..72 => self.emit(id, names::ROOM_MEMBERS, &json!({ "roomName": room })),
            72..78 => self.emit(id, names::PRESENCE_WINDOW, &json!({ "roomName": room })),
            78..82 => self.presence(id, PresenceCommand::Wanted(everybody())),
            82..87 => self.input(id, Input::ReadUpToAcknowledged { room, seq: None }),
            87..90 => self.leave(id, SEEN_ROOM),
            90..95 => self.join(id, SEEN_ROOM),
            _ => self.reconnect(id),
        }
    }

    /// What an invisible user does: anything but what is addressed to those who watch, and what
    /// ends their being invisible.
    fn act_unseen(&mut self, id: TabId) {
        let room = self.chaos.dice.pick(&[SEEN_ROOM, OTHER_ROOM]).to_owned();
        match self.chaos.dice.below(100) {
            0..36 => self.act_among_people_but_hide(id),
            36..52 => self.input(id, Input::ReadUpToAcknowledged { room, seq: None }),
            52..64 => self.write(id, OTHER_ROOM),
            64..70 => self.leave(id, &room),
            70..82 => self.join(id, &room),
            82..86 => drop(self.request(id, Input::SyncRequested)),
            86..90 => self.emit(id, names::ROOM_MEMBERS, &json!({ "roomName": room })),
            90..96 => self.reconnect(id),
            _ if self.open_tabs(id.profile).len() < 3 => self.open_tab(id.profile),
            _ if id.tab > 0 => self.end_tab(id),
            _ => {}
        }
    }

    /// As everybody acts, less what makes invisible and ends it.
    fn act_among_people_but_hide(&mut self, id: TabId) {
        let other = self.chaos.dice.pick(&super::acts::EVERYBODY);
        match self.chaos.dice.below(100) {
            0..35 => self.type_something(id),
            35..40 => self.input(id, Input::Typing(TypingCommand::Stopped(None))),
            40..52 => {
                let chosen = self.chaos.dice.pick(&[
                    ChosenStatus::Online,
                    ChosenStatus::Away,
                    ChosenStatus::Busy,
                    ChosenStatus::Offline,
                ]);
                self.presence(id, PresenceCommand::StatusChosen(chosen));
            }
            52..60 => self.say_status(id),
            60..66 => self.presence(id, PresenceCommand::Active),
            66..72 => {
                let is_hidden = self.chaos.dice.chance(500);
                self.presence(id, PresenceCommand::Hidden(is_hidden));
            }
            72..86 => {
                let whom = self.chaos.dice.pick(&["everyone", "contacts", "nobody"]);
                let yes = self.chaos.dice.chance(500);
                let body = self.chaos.dice.pick(&[0, 1, 2, 3, 4]);
                let body = match body {
                    0 => json!({ "visibility": whom }),
                    1 => json!({ "typingVisibility": whom }),
                    2 => json!({ "showLastSeen": yes }),
                    3 => json!({ "showOnlineStatus": yes, "broadcastTyping": !yes }),
                    _ => json!({ "allowReadReceipts": yes }),
                };
                self.emit(id, names::PRESENCE_SETTINGS_UPDATE, &body);
            }
            _ => self.relate(id, other),
        }
    }

    fn write(&mut self, id: TabId, room: &str) {
        let room = room.to_owned();
        self.request(id, |request| Input::SendRequested {
            room,
            content: json!(format!("of {request:?}")),
            options: json!({}),
            request,
        });
    }

    fn reconnect(&mut self, id: TabId) {
        match self.chaos.dice.below(3) {
            0 => self.input(id, Input::DisconnectRequested),
            1 => drop(self.request(id, Input::ReconnectRequested)),
            _ => {}
        }
        self.request(id, Input::ConnectRequested);
    }

    /// Something that a watcher's engine is given, or does.
    pub(crate) fn twin_sees(&mut self, id: TabId, what: &dyn Debug) {
        let now_ms = self.chaos.now_ms;
        if let Some(twin) = self
            .twins
            .as_mut()
            .filter(|_| WATCHERS.contains(&id.profile))
        {
            twin.seen.push(format!("{now_ms} {id:?} {what:?}"));
        }
    }

    /// How things look to a watcher.
    pub(crate) fn twin_looks(&mut self, id: TabId) {
        let Some(twin) = self.twins.as_mut() else {
            return;
        };
        let Some(watcher) = WATCHERS.iter().position(|profile| *profile == id.profile) else {
            return;
        };
        let profile = &self.profiles[id.profile];
        let engine = &profile.tabs[id.tab].engine;
        let now = profile.clock.read(self.chaos.now_ms);
        let typing = |thread: Option<&str>| {
            engine.typing(&Place {
                room: SEEN_ROOM.to_owned(),
                thread: thread.map(str::to_owned),
            })
        };
        let look = format!(
            "{:?} {} {:?} {} {} {} {:?} {:?} {:?} {:?} {:?} {}",
            engine.presences(),
            engine.own_presence(),
            engine.connection(now).state,
            engine.typing_places(),
            typing(None),
            typing(Some("thread")),
            engine.rooms(),
            engine.members(SEEN_ROOM),
            engine.timeline(SEEN_ROOM),
            engine.unread(SEEN_ROOM),
            engine.sync(),
            engine.queue_snapshot(),
        );
        if twin.looks[watcher] != look {
            twin.seen.push(look.clone());
            twin.looks[watcher] = look;
        }
    }
}

/// What is different for the watchers, where something is; whether the pair counts, else.
fn differ(seed: u64) -> Result<bool, String> {
    let run = |is_active| {
        let result = watched(|| World::of_twins(seed, is_active).run_as_twin());
        result.map_err(|what| format!("seed {seed}: {what}"))
    };
    let (absent, present) = (run(false)?, run(true)?);
    let (Some((absent, _)), Some((present, deeds))) = (absent, present) else {
        return Ok(false);
    };
    let mut lines = absent.iter().zip(&present);
    if let Some((one, other)) = lines.find(|(one, other)| one != other) {
        return Err(format!("seed {seed}:\n{one}\n{other}"));
    }
    match absent.len() == present.len() {
        true => Ok(deeds >= MIN_DEEDS),
        false => Err(format!(
            "seed {seed}: {} and {} lines",
            absent.len(),
            present.len()
        )),
    }
}

#[test]
fn no_client_can_tell_an_invisible_user_from_one_who_is_gone() {
    let wanted = number_of("PAIRS").unwrap_or(DEFAULT_PAIRS);
    let next = AtomicU64::new(0);
    let pairs = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while pairs.load(Ordering::Relaxed) < wanted {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    assert!(seed < 2 * wanted, "few pairs come to anything");
                    let counts = differ(seed).unwrap_or_else(|what| panic!("{what}"));
                    pairs.fetch_add(u64::from(counts), Ordering::Relaxed);
                }
            });
        }
    });
    let pairs = pairs.into_inner();
    say(&format!(
        "{pairs} pairs of worlds are the same to whoever looks on"
    ));
}

#[cfg(feature = "planted-bugs")]
#[test]
fn each_planted_leak_is_seen_through_a_client() {
    use nchat_realtime::wire::planted::{PlantedBug, plant};

    for bug in PlantedBug::LEAKS {
        plant(Some(bug));
        let found = (0..1_000).find_map(|seed| differ(seed).err());
        plant(None);
        let found = found.unwrap_or_else(|| panic!("{bug:?} is not seen"));
        let seed = found.lines().next().unwrap_or_default();
        say(&format!("{bug:?}: seen with {seed}"));
    }
}
