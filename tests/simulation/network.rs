//! Between each transport of a client and the server: order is kept as TCP keeps it, and
//! everything else may go wrong.

use nchat_realtime::socketio::{Frame, TransportEvent, TransportId, TransportKind};
use serde_json::Value as Json;

use super::chaos::Chaos;
use super::fault::Fault;
use super::tab::TabId;
use super::world::{Event, World};

/// One transport of one client, as the network sees it; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkId(usize);

/// What goes up to the server.
#[derive(Clone, Debug)]
pub(crate) enum Upward {
    /// The connection is opened.
    Opens(TransportKind),
    /// A WebSocket is opened, to carry the session of another link.
    Probes(LinkId),
    /// A frame of a WebSocket.
    Frame(String),
    /// A long poll waits.
    Get,
    /// A payload was posted.
    Post(String),
    /// The connection is gone.
    Closes,
}

/// One direction of a link.
#[derive(Debug)]
struct Way {
    /// When the last thing planned arrives: the next one is not earlier.
    busy_until_ms: u64,
    state: WayState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WayState {
    Open,
    /// Frames are lost; that the connection is gone is learned.
    Broken,
    /// Nothing arrives, ever.
    Dead,
}

/// The connection under one transport.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) tab: TabId,
    pub(crate) transport: TransportId,
    kind: TransportKind,
    latency_ms: u64,
    jitter_ms: u64,
    up: Way,
    down: Way,
    pub(crate) is_open_at_client: bool,
    pub(crate) is_open_at_server: bool,
    /// The app has disconnected; a goodbye takes requests where there is no socket.
    pub(crate) is_leaving: bool,
    /// The client was done with it by itself.
    pub(crate) is_done: bool,
    /// A WebSocket for the session of this link, which it does not carry yet.
    pub(crate) probes_for: Option<LinkId>,
    /// What carries the session at the server's end.
    carrier: Option<LinkId>,
}

/// All links there ever were.
#[derive(Debug, Default)]
pub(crate) struct Network {
    links: Vec<Link>,
}

impl Network {
    pub(crate) fn link(&self, id: LinkId) -> &Link {
        &self.links[id.0]
    }

    fn link_mut(&mut self, id: LinkId) -> &mut Link {
        &mut self.links[id.0]
    }

    /// What carries the session of a link at the server's end.
    pub(crate) fn carrier(&self, id: LinkId) -> LinkId {
        self.link(id).carrier.unwrap_or(id)
    }

    /// Whether a client tries a WebSocket for a link.
    pub(crate) fn is_probed(&self, id: LinkId) -> bool {
        let mut links = self.links.iter();
        links.any(|link| link.is_open_at_client && link.probes_for == Some(id))
    }

    /// A WebSocket carries a session from now on, at the server's end.
    pub(crate) fn upgrade(&mut self, session: LinkId, id: LinkId) {
        let link = self.link_mut(session);
        link.carrier = Some(id);
        link.is_open_at_server = false;
    }

    /// A client has ended polling, and goes on over a WebSocket.
    pub(crate) fn switch(&mut self, polling: LinkId, id: LinkId) {
        let link = self.link_mut(polling);
        link.is_open_at_client = false;
        link.is_done = true;
        self.link_mut(id).probes_for = None;
    }

    /// The links of a tab are on their way out: the app wants no connection.
    pub(crate) fn leave(&mut self, tab: TabId) {
        for link in self.links.iter_mut().filter(|link| link.tab == tab) {
            link.is_leaving = true;
        }
    }

    /// Links are fast again.
    pub(crate) fn speed_up(&mut self) {
        for link in &mut self.links {
            link.latency_ms = link.latency_ms.min(80);
        }
    }

    /// The links that somebody still has.
    pub(crate) fn live(&self) -> Vec<LinkId> {
        let is_live = |link: &Link| link.is_open_at_client || link.is_open_at_server;
        let ids = self.links.iter().enumerate();
        ids.filter(|(_, link)| is_live(link))
            .map(|(index, _)| LinkId(index))
            .collect()
    }
}

impl Link {
    /// When something sent now in this direction arrives.
    fn arrival_ms(way: &mut Way, latency_ms: u64, jitter_ms: u64, chaos: &mut Chaos) -> u64 {
        let at_ms = chaos.now_ms + latency_ms + chaos.dice.below(jitter_ms + 1);
        way.busy_until_ms = way.busy_until_ms.max(at_ms);
        way.busy_until_ms
    }

    fn up_at_ms(&mut self, chaos: &mut Chaos) -> u64 {
        Self::arrival_ms(&mut self.up, self.latency_ms, self.jitter_ms, chaos)
    }

    fn down_at_ms(&mut self, chaos: &mut Chaos) -> u64 {
        Self::arrival_ms(&mut self.down, self.latency_ms, self.jitter_ms, chaos)
    }
}

impl World {
    /// A client opens a transport.
    pub(crate) fn open_link(
        &mut self,
        tab: TabId,
        transport: TransportId,
        kind: TransportKind,
        probes_for: Option<LinkId>,
    ) -> LinkId {
        let chaos = &mut self.chaos;
        let is_slow = chaos.strikes(Fault::SlowLink);
        let way = || Way {
            busy_until_ms: 0,
            state: WayState::Open,
        };
        let id = LinkId(self.network.links.len());
        let mut link = Link {
            tab,
            transport,
            kind,
            latency_ms: if is_slow {
                chaos.dice.between(1_000, 4_000)
            } else {
                chaos.dice.between(1, 80)
            },
            jitter_ms: chaos.dice.pick(&[0, 5, 50]),
            up: way(),
            down: way(),
            is_open_at_client: true,
            is_open_at_server: false,
            is_leaving: false,
            is_done: false,
            probes_for,
            carrier: None,
        };
        let fails = Event::ToClient(id, failure(kind));
        let at_ms = link.up_at_ms(chaos);
        let line = &self.profiles[tab.profile].line;
        if line.dead_until_ms > chaos.now_ms || chaos.strikes(Fault::StalledOpening) {
            link.up.state = WayState::Dead;
            link.down.state = WayState::Dead;
        } else if chaos.strikes(Fault::Refused) {
            self.agenda.plan(at_ms, fails);
        } else if chaos.strikes(Fault::CaptivePortal) {
            let html = "<!DOCTYPE html><title>Welcome</title>".to_owned();
            let event = match kind {
                TransportKind::WebSocket => fails,
                TransportKind::Polling => Event::ToClient(id, TransportEvent::Got(html)),
            };
            self.agenda.plan(at_ms, event);
        } else {
            if chaos.strikes(Fault::StalledHandshake) {
                link.down.state = WayState::Broken;
            }
            let opens = probes_for.map_or(Upward::Opens(kind), Upward::Probes);
            self.agenda.plan(at_ms, Event::ToServer(id, opens));
            if line.flaps_until_ms > chaos.now_ms {
                let breaks_at_ms = at_ms + chaos.dice.between(100, 2_000);
                self.agenda.plan(breaks_at_ms, Event::Break(id));
            }
        }
        self.network.links.push(link);
        id
    }

    /// A client sends, in order.
    pub(crate) fn client_sends(&mut self, id: LinkId, sent: Vec<Upward>) {
        // A goodbye may take what was handed over before it along.
        if !self.network.link(id).is_leaving {
            for upward in &sent {
                if let Upward::Frame(packets) | Upward::Post(packets) = upward {
                    self.check_sender(id, packets);
                }
            }
        }
        self.check_fences(id, &sent);
        let link = self.network.link_mut(id);
        let chaos = &mut self.chaos;
        if chaos.strikes(Fault::ResetBeforeSend) {
            link.up.state = WayState::Broken;
            return self.break_link(id);
        }
        let is_late = chaos.strikes(Fault::LateToServer);
        if is_late {
            link.up.busy_until_ms = chaos.now_ms + chaos.dice.between(5_000, 40_000);
        }
        for upward in sent {
            let at_ms = link.up_at_ms(chaos);
            let may_repeat = matches!(upward, Upward::Frame(_));
            if may_repeat && chaos.strikes(Fault::DuplicateToServer) {
                self.agenda.plan(at_ms, Event::ToServer(id, upward.clone()));
            }
            self.agenda.plan(at_ms, Event::ToServer(id, upward));
        }
        if is_late {
            // The client gives up on it; what was sent is still under way.
            let at_ms = chaos.now_ms + chaos.dice.between(10, 500);
            self.agenda.plan(at_ms, Event::ToClient(id, lost()));
        } else if chaos.strikes(Fault::ResetInFlight) {
            link.up.state = WayState::Broken;
            self.break_link(id);
        } else if chaos.strikes(Fault::AnswerLost) {
            link.down.state = WayState::Broken;
            let at_ms = link.up.busy_until_ms + chaos.dice.between(1, 500);
            self.agenda.plan(at_ms, Event::Break(id));
        }
    }

    /// A client is done with a transport.
    pub(crate) fn client_closes(&mut self, id: LinkId) {
        let link = self.network.link_mut(id);
        link.is_done = true;
        if !std::mem::take(&mut link.is_open_at_client) {
            return;
        }
        let at_ms = link.up_at_ms(&mut self.chaos);
        self.agenda.plan(at_ms, Event::ToServer(id, Upward::Closes));
    }

    /// The server sends something on a link.
    pub(crate) fn server_sends(&mut self, id: LinkId, event: TransportEvent<Json>) {
        let link = self.network.link_mut(id);
        if !link.is_open_at_server {
            return;
        }
        let before = self.chaos.turn_to(Some(link.tab.profile));
        let at_ms = link.down_at_ms(&mut self.chaos);
        let may_repeat = matches!(event, TransportEvent::Frame(_));
        if may_repeat && self.chaos.strikes(Fault::DuplicateToClient) {
            self.agenda.plan(at_ms, Event::ToClient(id, event.clone()));
        }
        self.chaos.turn_to(before);
        self.agenda.plan(at_ms, Event::ToClient(id, event));
    }

    /// The server ends a link, or does not have it.
    pub(crate) fn server_closes(&mut self, id: LinkId) {
        let link = self.network.link_mut(id);
        link.is_open_at_server = false;
        let at_ms = link.down_at_ms(&mut self.chaos);
        let event = failure(link.kind);
        self.agenda.plan(at_ms, Event::ToClient(id, event));
    }

    /// The server has taken a link.
    pub(crate) fn server_opens(&mut self, id: LinkId) {
        self.network.link_mut(id).is_open_at_server = true;
    }

    /// The connection breaks, and both sides learn of it, unless one cannot.
    pub(crate) fn break_link(&mut self, id: LinkId) {
        let id = self.network.carrier(id);
        let link = self.network.link_mut(id);
        let up_at_ms = link.up_at_ms(&mut self.chaos);
        let down_at_ms = link.down_at_ms(&mut self.chaos);
        self.agenda
            .plan(up_at_ms, Event::ToServer(id, Upward::Closes));
        self.agenda.plan(down_at_ms, Event::ToClient(id, lost()));
    }

    /// Nothing arrives any more, and nobody is told.
    pub(crate) fn cut_link(&mut self, id: LinkId) {
        let id = self.network.carrier(id);
        let link = self.network.link_mut(id);
        link.up.state = WayState::Dead;
        link.down.state = WayState::Dead;
    }

    /// Something arrives at the server's end.
    pub(crate) fn arrives_at_server(&mut self, id: LinkId, upward: Upward) {
        let link = self.network.link_mut(id);
        let is_frame = !matches!(upward, Upward::Closes);
        match link.up.state {
            WayState::Dead => {}
            WayState::Broken if is_frame => {}
            _ if matches!(upward, Upward::Opens(_) | Upward::Probes(_))
                || link.is_open_at_server =>
            {
                self.at_server(id, upward);
            }
            // The answer to a request for a session that is no more.
            _ if matches!(upward, Upward::Get | Upward::Post(_)) => self.server_closes(id),
            _ => {}
        }
    }

    /// Something arrives at the client's end.
    pub(crate) fn arrives_at_client(&mut self, id: LinkId, event: TransportEvent<Json>) {
        let link = self.network.link_mut(id);
        let is_end = matches!(
            event,
            TransportEvent::Closed { .. } | TransportEvent::Failed { .. }
        );
        match link.down.state {
            WayState::Dead => return,
            WayState::Broken if !is_end => return,
            _ => {}
        }
        let (tab, transport) = (link.tab, link.transport);
        if !link.is_open_at_client && !self.chaos.strikes(Fault::LateToClient) {
            return;
        }
        if is_end {
            self.network.link_mut(id).is_open_at_client = false;
        }
        self.transport_event(tab, transport, event);
    }
}

/// A frame of text.
pub(crate) fn text_frame(packet: String) -> TransportEvent<Json> {
    TransportEvent::Frame(Frame::Text(packet))
}

fn lost() -> TransportEvent<Json> {
    TransportEvent::Closed {
        code: 1006,
        detail: String::new(),
    }
}

fn failure(kind: TransportKind) -> TransportEvent<Json> {
    match kind {
        TransportKind::WebSocket => lost(),
        TransportKind::Polling => TransportEvent::Failed {
            detail: "the request failed".to_owned(),
        },
    }
}
