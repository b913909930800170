//! One tab: the real engine, woken and fed.

use std::collections::{BTreeMap, VecDeque};

use nchat_realtime::engine::config::Settings;
use nchat_realtime::engine::error::ClientError;
use nchat_realtime::engine::input::{Input, QueueCommand, RequestId};
use nchat_realtime::engine::store::Namespace;
use nchat_realtime::engine::{Engine, Identity, Start};
use nchat_realtime::socketio::{Frame, TransportEvent, TransportId};
use serde_json::Value as Json;

use super::disk::Handle;
use super::lead::Lead;
use super::mirror::Mirror;
use super::network::LinkId;
use super::presence::Screen;
use super::receipts::Shown;
use super::world::{Event, World};

/// Wake-ups at one moment after which the engine is taken to spin.
const MAX_WAKES: u32 = 200;

/// How often a page in the background is woken, in milliseconds.
const THROTTLED_WAKE_MS: u64 = 60_000;

/// Names a tab, for as long as the world lasts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TabId {
    pub(crate) profile: usize,
    pub(crate) tab: usize,
}

impl std::fmt::Debug for TabId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tab {}.{}", self.profile, self.tab)
    }
}

/// One tab with its engine.
pub(crate) struct Tab {
    pub(crate) engine: Engine<Json>,
    pub(crate) links: BTreeMap<TransportId, LinkId>,
    /// Polling that has ended, for good or to go on over a WebSocket.
    pub(crate) switching: Option<LinkId>,
    /// True time of the wake-up that is planned.
    wake_at_ms: Option<u64>,
    wakes: (u64, u32),
    /// What the changes of each room's timeline add up to.
    pub(crate) mirrors: BTreeMap<String, Mirror>,
    pub(crate) screen: Screen,
    pub(crate) shown: Shown,
    requests: u32,
    pub(crate) disk: Handle,
    pub(crate) lead: Lead,
    /// Inputs that come before anything else.
    pub(crate) soon: VecDeque<Input<Json>>,
    pub(crate) is_open: bool,
    /// The app was told that a newer version has its database.
    pub(crate) is_too_old: bool,
    /// Inputs that wait until the tab runs again, and what it had open as they came.
    pub(crate) frozen: Option<VecDeque<(Option<Namespace>, Input<Json>)>>,
    /// It is in the background, where timers run late.
    pub(crate) is_throttled: bool,
}

impl Tab {
    pub(crate) fn new(
        id: TabId,
        seed: [u8; 32],
        settings: Settings,
        known_users: Vec<(String, String)>,
    ) -> Self {
        let start = Start {
            seed,
            identity: Identity {
                device_id: format!("device-{}", id.profile),
                tab_id: format!("tab-{}-{}", id.profile, id.tab),
                ..Identity::default()
            },
            online: true,
            is_hidden: false,
            settings,
            known_users,
        };
        Self {
            engine: Engine::new(start),
            links: BTreeMap::new(),
            switching: None,
            wake_at_ms: None,
            wakes: (0, 0),
            mirrors: BTreeMap::new(),
            screen: Screen::default(),
            shown: Shown::default(),
            requests: 0,
            disk: Handle::default(),
            lead: Lead::default(),
            soon: VecDeque::new(),
            is_open: true,
            is_too_old: false,
            frozen: None,
            is_throttled: false,
        }
    }

    /// Whether a wake-up is planned that is due.
    pub(crate) fn wakes_by(&self, true_ms: u64) -> bool {
        self.wake_at_ms.is_some_and(|at_ms| at_ms <= true_ms)
    }

    /// Whether the app has joined a room, and not left it.
    pub(crate) fn wants(&self, room: &str) -> bool {
        self.engine.intent().1.iter().any(|wanted| wanted == room)
    }

    /// Promises that are not settled yet are counted by the model; this gives the next name.
    pub(crate) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}

impl World {
    pub(crate) fn tab(&mut self, id: TabId) -> &mut Tab {
        &mut self.profiles[id.profile].tabs[id.tab]
    }

    /// Hands over an input that is answered by a promise.
    pub(crate) fn request(
        &mut self,
        id: TabId,
        input: impl FnOnce(RequestId) -> Input<Json>,
    ) -> RequestId {
        let request = self.tab(id).next_request();
        self.model.asked(id, request);
        self.input(id, input(request));
        request
    }

    /// Hands over one input, and carries out everything that follows.
    pub(crate) fn input(&mut self, id: TabId, input: Input<Json>) {
        let tab = self.tab(id);
        if !tab.is_open {
            return;
        }
        if let Some(frozen) = &mut tab.frozen {
            return frozen.push_back((tab.disk.namespace.clone(), input));
        }
        self.chaos.record(&id, &Brief(&input));
        self.twin_sees(id, &Brief(&input));
        self.lead_hears(id, &input);
        if matches!(
            input,
            Input::DisconnectRequested | Input::ReconnectRequested(_) | Input::LogoutRequested(_)
        ) || is_logout(&input)
        {
            self.network.leave(id);
        }
        if let Input::Transport {
            id: transport,
            event,
        } = &input
        {
            self.screen_sees(id, *transport, event);
        }
        let now = self.profiles[id.profile].clock.read(self.chaos.now_ms);
        let taken = match &input {
            Input::Transport {
                id: transport,
                event,
            } => self.take_next(id, *transport, event),
            _ => false,
        };
        if !taken {
            self.tab(id).engine.handle(now, input);
        }
        self.drain(id);
    }

    /// Asks something of the queue, and carries out everything that follows.
    pub(crate) fn queue(
        &mut self,
        id: TabId,
        command: QueueCommand<Json>,
    ) -> Option<Result<Json, ClientError<Json>>> {
        let now = self.profiles[id.profile].clock.read(self.chaos.now_ms);
        let tab = self.tab(id);
        if !tab.is_open || tab.frozen.is_some() {
            return None;
        }
        let told = format!("{command:?}");
        let answer = tab.engine.queue(now, command);
        self.chaos.record(&id, &(told, &answer));
        self.drain(id);
        Some(answer)
    }

    fn drain(&mut self, id: TabId) {
        while let Some(output) = self.tab(id).engine.poll_output() {
            self.twin_sees(id, &output);
            self.carry_out(id, output);
        }
        self.check_mirrors(id);
        if let Some(input) = self.tab(id).soon.pop_front() {
            return self.input(id, input);
        }
        self.plan_wake(id);
        self.check_screen(id);
        self.check_receipts(id);
        self.twin_looks(id);
    }

    /// Something came from a transport of this tab.
    pub(crate) fn transport_event(
        &mut self,
        tab: TabId,
        id: TransportId,
        event: TransportEvent<Json>,
    ) {
        self.input(tab, Input::Transport { id, event });
    }

    /// The deadline that was planned has come.
    pub(crate) fn wake(&mut self, id: TabId) {
        let now_ms = self.chaos.now_ms;
        let tab = self.tab(id);
        if tab.wake_at_ms != Some(now_ms) {
            return;
        }
        tab.wake_at_ms = None;
        tab.wakes = match tab.wakes {
            (at_ms, count) if at_ms == now_ms => (now_ms, count + 1),
            _ => (now_ms, 1),
        };
        assert!(
            tab.wakes.1 < MAX_WAKES,
            "{id:?} is woken without end: {:?}",
            tab.engine.poll_timeout()
        );
        self.input(id, Input::TimedOut);
    }

    /// Plans the wake-up that the engine asks for, anew where the clock has jumped.
    pub(crate) fn plan_wake(&mut self, id: TabId) {
        let clock = self.profiles[id.profile].clock;
        let now_ms = self.chaos.now_ms;
        let tab = self.tab(id);
        let Some((due_ms, _)) = tab.engine.poll_timeout() else {
            return;
        };
        let mut at_ms = clock.true_ms(due_ms).max(now_ms);
        if tab.is_throttled {
            at_ms = at_ms.next_multiple_of(THROTTLED_WAKE_MS);
        }
        if tab
            .wake_at_ms
            .is_none_or(|planned| at_ms < planned || planned < now_ms)
        {
            tab.wake_at_ms = Some(at_ms);
            self.agenda.plan(at_ms, Event::Wake(id));
        }
    }
}

/// Another tab says that the user has logged out.
fn is_logout(input: &Input<Json>) -> bool {
    matches!(input, Input::TabMessage(message) if message["type"] == "logout")
}

/// An input, with the text of frames: a story is nothing without it.
struct Brief<'a>(&'a Input<Json>);

impl std::fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Input::Transport {
                id,
                event: TransportEvent::Frame(Frame::Text(text)) | TransportEvent::Got(text),
            } => write!(f, "{id:?} <- {text}"),
            input => write!(f, "{input:?}"),
        }
    }
}
