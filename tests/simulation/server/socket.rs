//! One connection at the server's end: Engine.IO's heartbeat, Socket.IO's CONNECT, and events cut
//! out of packets.

use nchat_dev_server::core::{Caller, Identity, User, iso8601};
use nchat_realtime::socketio::{TransportEvent, TransportKind};
use nchat_realtime::wire::connection::{
    AuthExpired, Authenticated, Connected, PROTOCOL_VERSION, capability,
};
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::names;
use serde_json::{Value as Json, json};

use super::post::event_packet;
use super::{Said, Server, at_once};
use crate::chaos::Chaos;
use crate::fault::Fault;
use crate::network::{LinkId, text_frame};

/// Between two pings of the server.
const PING_INTERVAL_MS: u64 = 25_000;
/// For the answer to a ping.
const PING_TIMEOUT_MS: u64 = 20_000;
/// What this server announces that it can do.
const CAPABILITIES: [&str; 14] = [
    capability::MESSAGES,
    capability::HISTORY,
    capability::ROOMS,
    capability::AUTH_REFRESH,
    capability::PING_ACK,
    capability::OPERATIONS,
    capability::RESUME,
    capability::RECEIPTS,
    capability::FENCE,
    capability::PIPELINE,
    capability::PRESENCE,
    capability::PRESENCE_SETTINGS,
    capability::CONTACTS,
    capability::TYPING,
];
/// How many of them are left where it knows nothing of people.
const CAPABILITIES_WITHOUT_PEOPLE: usize = 10;

/// One link that is open.
pub(super) struct Socket {
    is_polling: bool,
    /// A long poll waits.
    polls: bool,
    /// What waits for a long poll.
    unpolled: Vec<String>,
    /// A ping was not answered yet.
    pinged: bool,
    /// The device and the tab, as they named themselves.
    tab: Option<(Json, Json)>,
    session: Option<Session>,
}

/// One link in the namespace.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) socket_id: String,
    pub(super) user: User,
    pub(super) device_id: Option<String>,
    pub(super) expires_at_ms: Option<i64>,
}

impl Session {
    /// Who calls, as the core wants to know it.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            user: &self.user,
            socket_id: &self.socket_id,
            device_id: self.device_id.as_deref(),
        }
    }
}

impl Socket {
    pub(super) fn is_joined(&self) -> bool {
        self.session.is_some()
    }
}

impl Server {
    pub(super) fn open(&mut self, link: LinkId, kind: TransportKind) {
        let is_polling = kind == TransportKind::Polling;
        let socket = Socket {
            is_polling,
            // The request that opens a polling session waits for the open packet.
            polls: is_polling,
            unpolled: Vec::new(),
            pinged: false,
            tab: None,
            session: None,
        };
        self.sockets.insert(link, socket);
        self.said.push_back(Said::Opens(link));
        let upgrades: &[&str] = match is_polling && self.offers_upgrade {
            true => &["websocket"],
            false => &[],
        };
        let handshake = json!({
            "sid": "e", "upgrades": upgrades, "pingInterval": PING_INTERVAL_MS,
            "pingTimeout": PING_TIMEOUT_MS, "maxPayload": 1_000_000,
        });
        self.say(link, format!("0{handshake}"), 0);
        let delay_ms = PING_INTERVAL_MS;
        self.said.push_back(Said::Ping { link, delay_ms });
    }

    pub(super) fn say(&mut self, link: LinkId, packet: String, delay_ms: u64) {
        let session = self
            .sockets
            .get(&link)
            .and_then(|socket| socket.session.as_ref());
        if let Some(session) = session {
            self.told.says(&session.user.id, &packet);
        }
        self.said.push_back(Said::Packet {
            link,
            packet,
            delay_ms,
        });
    }

    /// A long poll came.
    pub(super) fn poll(&mut self, link: LinkId) {
        if let Some(socket) = self.sockets.get_mut(&link) {
            socket.polls = true;
        }
        self.said.push_back(Said::Polled(link));
        self.end_poll(link);
    }

    /// Whether a link is open, and polled.
    pub(super) fn is_polled(&self, link: LinkId) -> bool {
        let socket = self.sockets.get(&link);
        socket.is_some_and(|socket| socket.is_polling)
    }

    /// A link is polled no more: what waits for that, if it is open.
    pub(super) fn take_unpolled(&mut self, link: LinkId) -> Option<Vec<String>> {
        let socket = self.sockets.get_mut(&link)?;
        socket.is_polling = false;
        Some(std::mem::take(&mut socket.unpolled))
    }

    /// How a packet travels: as a frame, or once a long poll is there.
    pub(crate) fn hand_over(
        &mut self,
        link: LinkId,
        packet: String,
    ) -> Option<TransportEvent<Json>> {
        let socket = self.sockets.get_mut(&link)?;
        if !socket.is_polling {
            return Some(text_frame(packet));
        }
        socket.unpolled.push(packet);
        self.answer_poll(link)
    }

    /// The answer to a long poll, if there is something to say.
    pub(crate) fn answer_poll(&mut self, link: LinkId) -> Option<TransportEvent<Json>> {
        let socket = self.sockets.get_mut(&link)?;
        if socket.unpolled.is_empty() || !std::mem::take(&mut socket.polls) {
            return None;
        }
        let payload = std::mem::take(&mut socket.unpolled).join("\u{1e}");
        Some(TransportEvent::Got(payload))
    }

    /// The link is gone.
    pub(super) fn forget(&mut self, link: LinkId) {
        self.leave(link);
        self.sockets.remove(&link);
    }

    fn leave(&mut self, link: LinkId) {
        let session = self
            .sockets
            .get_mut(&link)
            .and_then(|socket| socket.session.take());
        if let Some(session) = session {
            self.post.detach(&session.socket_id);
            self.depart(link, &session.socket_id);
        }
    }

    pub(super) fn session(&self, link: LinkId) -> Option<&Session> {
        self.sockets.get(&link)?.session.as_ref()
    }

    pub(super) fn session_mut(&mut self, link: LinkId) -> Option<&mut Session> {
        self.sockets.get_mut(&link)?.session.as_mut()
    }

    /// The heartbeat of a link is due.
    pub(crate) fn ping(&mut self, link: LinkId, chaos: &mut Chaos) {
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        if std::mem::replace(&mut socket.pinged, true) {
            self.forget(link);
            return self.said.push_back(Said::Closes(link));
        }
        let late_ms = match chaos.strikes(Fault::SlowPing) {
            true => chaos.dice.between(1_000, 19_000),
            false => 0,
        };
        self.say(link, "2".to_owned(), late_ms);
        let delay_ms = PING_TIMEOUT_MS + late_ms;
        self.said.push_back(Said::Ping { link, delay_ms });
    }

    /// A packet came.
    pub(super) fn packet(&mut self, link: LinkId, packet: &str, chaos: &mut Chaos) {
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        let is_joined = socket.is_joined();
        match packet.get(..2).unwrap_or(packet) {
            "3" => socket.pinged = false,
            "1" => self.forget(link),
            "40" if !is_joined => self.connect(link, &packet[2..]),
            "41" => self.leave(link),
            "42" if is_joined => self.event(link, &packet[2..], chaos),
            _ => {}
        }
    }

    fn connect(&mut self, link: LinkId, auth: &str) {
        let auth: Json = serde_json::from_str(auth).unwrap_or_default();
        let now_ms = self.environment_now_ms();
        match self.tokens.verify(auth["token"].as_str(), now_ms) {
            Ok(identity) => {
                let client = &auth["client"];
                self.take_over(link, (client["deviceId"].clone(), client["tabId"].clone()));
                self.greet(link, identity, client, now_ms);
            }
            Err(code) => {
                let refusal = json!({"message": code.message()});
                self.say(link, format!("44{refusal}"), 0);
            }
        }
    }

    /// A tab has one connection: what still comes on its older ones is too late.
    fn take_over(&mut self, link: LinkId, tab: (Json, Json)) {
        let older: Vec<LinkId> = self
            .sockets
            .iter()
            .filter(|(other, socket)| **other != link && socket.tab.as_ref() == Some(&tab))
            .map(|(other, _)| *other)
            .collect();
        for other in older {
            self.kick(other);
        }
        if let Some(socket) = self.sockets.get_mut(&link) {
            socket.tab = Some(tab);
        }
    }

    fn greet(&mut self, link: LinkId, identity: Identity, client: &Json, now_ms: i64) {
        let device_id = client["deviceId"].as_str().map(str::to_owned);
        let count = self
            .connections
            .entry(identity.user.id.clone())
            .or_default();
        *count += 1;
        let socket_id = format!("{}-{count}", identity.user.id);
        self.post.attach(&socket_id, link, &identity.user.id);
        self.ledger.arrived(link, &identity.user.id);
        if let Some(core) = self.people() {
            let caller = Caller {
                user: &identity.user,
                socket_id: &socket_id,
                device_id: device_id.as_deref(),
            };
            core.open(caller, Some("web"));
        }
        if let (Some(core), Some(epoch)) = (&self.core, client["fence"].as_u64()) {
            let caller = Caller {
                user: &identity.user,
                socket_id: &socket_id,
                device_id: device_id.as_deref(),
            };
            // Where it is not stored, what the tab sends says it again.
            let raised = at_once(core.raise_fence(caller, epoch));
            if let (Ok(()), Some(device_id)) = (raised, &device_id) {
                let owner = (identity.user.id.clone(), device_id.clone());
                self.fences.greeted(owner, epoch);
            }
        }
        let connected = Connected {
            socket_id: socket_id.clone(),
            server_time: iso8601(now_ms),
            protocol_version: PROTOCOL_VERSION.to_owned(),
            capabilities: self.capabilities(),
            limits: None,
        };
        let rooms = self
            .core
            .as_ref()
            .map(|core| core.room_names(&identity.user));
        let authenticated = Authenticated {
            user_id: identity.user.id.clone(),
            session_id: socket_id.clone(),
            rooms: rooms
                .and_then(|rooms| at_once(rooms).ok())
                .unwrap_or_default(),
            expires_at: identity.expires_at_ms.map(iso8601),
        };
        self.say(link, format!("40{}", json!({"sid": socket_id})), 0);
        self.say(link, event_packet(names::CONNECTED, &connected), 0);
        self.say(link, event_packet(names::AUTHENTICATED, &authenticated), 0);
        self.arrive(&identity.user, &socket_id);
        if let Some(socket) = self.sockets.get_mut(&link) {
            socket.session = Some(Session {
                socket_id,
                user: identity.user,
                device_id,
                expires_at_ms: identity.expires_at_ms,
            });
        }
        self.watch_expiry(link);
    }

    fn capabilities(&self) -> Vec<String> {
        let count = match self.has_people {
            true => CAPABILITIES.len(),
            false => CAPABILITIES_WITHOUT_PEOPLE,
        };
        let names = CAPABILITIES.iter().take(count);
        names.map(|&name| name.to_owned()).collect()
    }

    pub(super) fn watch_expiry(&mut self, link: LinkId) {
        let expires_at_ms = self.session(link).and_then(|session| session.expires_at_ms);
        if let Some(expires_at_ms) = expires_at_ms {
            let delay_ms = (expires_at_ms - self.environment_now_ms()).clamp(0, 30_000);
            let delay_ms = delay_ms.unsigned_abs();
            self.said.push_back(Said::Expiry { link, delay_ms });
        }
    }

    /// A link's token may have run out.
    pub(crate) fn expire(&mut self, link: LinkId) {
        let expires_at_ms = self.session(link).and_then(|session| session.expires_at_ms);
        let Some(expires_at_ms) = expires_at_ms else {
            return;
        };
        if expires_at_ms > self.environment_now_ms() {
            return self.watch_expiry(link);
        }
        let notice = AuthExpired {
            code: ErrorCode::TokenExpired.as_str().to_owned(),
            message: ErrorCode::TokenExpired.message().to_owned(),
            expired_at: iso8601(expires_at_ms),
        };
        self.say(link, event_packet(names::AUTH_EXPIRED, &notice), 0);
        self.kick(link);
    }

    /// Ends a link's namespace.
    pub(crate) fn kick(&mut self, link: LinkId) {
        self.leave(link);
        self.say(link, "41".to_owned(), 0);
    }

    pub(super) fn environment_now_ms(&self) -> i64 {
        nchat_dev_server::core::Environment::now_ms(&*self.environment)
    }
}
