//! What a tab may show of others, by what has reached it: its engine may show less, and nothing
//! else.

use std::collections::BTreeMap;

use nchat_realtime::engine::snapshot::RealtimeConnectionState as State;
use nchat_realtime::engine::typing::Place;
use nchat_realtime::socketio::{Frame, TransportEvent, TransportId};
use nchat_realtime::wire::names;
use serde_json::{Map, Value as Json};

use crate::network::LinkId;
use crate::tab::TabId;
use crate::world::World;

/// One tab, as it may look.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// Who may be shown where, and until when by the steady clock of the tab's machine.
    typists: BTreeMap<(String, Option<String>), BTreeMap<String, u64>>,
    /// How each may look: as the server said last, or as an answer has it that came since. Whether
    /// such an answer was still waited for is the engine's to know.
    looks: BTreeMap<String, Vec<Json>>,
    /// The last transport that ended by itself.
    ended: Option<TransportId>,
}

impl Screen {
    /// A transport of the tab brought something.
    fn came(&mut self, event: &TransportEvent<Json>, now_ms: u64) {
        match event {
            TransportEvent::Frame(Frame::Text(text)) => self.packet_came(text, now_ms),
            TransportEvent::Got(payload) => {
                for packet in payload.split('\u{1e}') {
                    self.packet_came(packet, now_ms);
                }
            }
            _ => {}
        }
    }

    fn packet_came(&mut self, packet: &str, now_ms: u64) {
        let body = packet.get(2..).and_then(|rest| {
            let start = rest.find('[')?;
            serde_json::from_str::<Json>(&rest[start..]).ok()
        });
        match (packet.get(..2), body) {
            (Some("42"), Some(event)) => {
                let name = event[0].as_str().unwrap_or_default();
                self.event_came(name, &event[1], now_ms);
            }
            (Some("43"), Some(args)) => {
                let answered = args[0]["data"]["presences"].as_array();
                for presence in answered.into_iter().flatten() {
                    let looks = self.looks.entry(text(&presence["userId"]));
                    looks.or_default().push(look(presence));
                }
            }
            (Some("41"), _) => self.typists.clear(),
            _ => {}
        }
    }

    fn event_came(&mut self, name: &str, body: &Json, now_ms: u64) {
        match name {
            names::PRESENCE_CHANGED => {
                self.looks.insert(text(&body["userId"]), vec![look(body)]);
            }
            names::TYPING_EVENT => {
                let users = body["users"].as_array().into_iter().flatten();
                let users = users.map(|user| {
                    let left_ms = user["expiresInMs"].as_u64().expect("a lease");
                    (text(&user["userId"]), now_ms + left_ms)
                });
                self.typists.insert(place(body), users.collect());
            }
            names::MESSAGE_NEW => {
                if let Some(typists) = self.typists.get_mut(&place(body)) {
                    typists.remove(&text(&body["userId"]));
                }
            }
            names::USER_LEFT => {
                let in_room = self.typists.iter_mut();
                for (_, typists) in in_room.filter(|((room, _), _)| body["roomName"] == **room) {
                    typists.remove(&text(&body["userId"]));
                }
            }
            _ => {}
        }
    }
}

impl World {
    /// A transport of a tab brought something, which counts unless the tab was done with it.
    pub(crate) fn screen_sees(
        &mut self,
        id: TabId,
        transport: TransportId,
        event: &TransportEvent<Json>,
    ) {
        let profile = &mut self.profiles[id.profile];
        let now_ms = profile.clock.read(self.chaos.now_ms).mono_ms;
        let tab = &mut profile.tabs[id.tab];
        let link = self.network.link(tab.links[&transport]);
        let is_over = link.is_done || link.is_leaving || tab.screen.ended == Some(transport);
        // A WebSocket that is only tried brings nothing yet.
        let is_tried = |link: &LinkId| self.network.link(*link).probes_for.is_some();
        let links = tab.links.iter().filter(|(_, link)| !is_tried(link));
        if is_over || links.map(|(id, _)| *id).max() != Some(transport) {
            return;
        }
        match event {
            TransportEvent::Closed { .. } | TransportEvent::Failed { .. } => {
                tab.screen.ended = Some(transport);
            }
            event => tab.screen.came(event, now_ms),
        }
    }

    /// What a tab shows of others is what has reached it, and is not over.
    pub(crate) fn check_screen(&mut self, id: TabId) {
        if !self.has_people {
            return;
        }
        let now = self.profiles[id.profile].clock.read(self.chaos.now_ms);
        let true_ms = self.chaos.now_ms;
        let tab = &mut self.profiles[id.profile].tabs[id.tab];
        // Nobody looks at a page in the background, where what is over stays until it is woken.
        let is_seen = tab.is_open && tab.frozen.is_none() && !tab.is_throttled;
        if !is_seen || tab.wakes_by(true_ms) {
            return;
        }
        let state = tab.engine.connection(now).state;
        if !matches!(state, State::Connected | State::Authenticated) {
            tab.screen.typists.clear();
        }
        let places = tab.engine.typing_places();
        for place in places.as_array().into_iter().flatten() {
            let (room, thread) = self::place(place);
            let shown = tab.engine.typing(&Place {
                room: room.clone(),
                thread: thread.clone(),
            });
            let place = (room, thread);
            for user in shown["users"].as_array().into_iter().flatten() {
                let typists = tab.screen.typists.get(&place);
                let until_ms = typists.and_then(|typists| typists.get(&text(&user["userId"])));
                let left_ms = until_ms.map(|until_ms| until_ms.saturating_sub(now.mono_ms));
                assert!(
                    left_ms.is_some_and(|left_ms| left_ms > 0),
                    "I11: {id:?} shows that {user} types at {place:?}: {left_ms:?}"
                );
                self.checked += 1;
            }
        }
        for shown in tab.engine.presences() {
            let looks = tab.screen.looks.get(&text(&shown["userId"]));
            let mut looks = looks.into_iter().flatten();
            // A status that has had its time may be hidden before the server says so.
            let is_it = |look: &Json| *look == shown || without_custom_status(look) == shown;
            assert!(
                looks.any(is_it),
                "I13: {id:?} shows {shown}, which it was not told"
            );
            self.checked += 1;
        }
    }
}

/// A user as an app may see them, of what the server says.
pub(super) fn look(presence: &Json) -> Json {
    let is_there = presence["status"] != "offline";
    let mut look = Map::new();
    for field in ["userId", "status", "customStatus", "lastSeenAt", "device"] {
        let is_shown = is_there || !matches!(field, "customStatus" | "device");
        if let Some(value) = presence.get(field).filter(|it| is_shown && !it.is_null()) {
            look.insert(field.to_owned(), value.clone());
        }
    }
    Json::Object(look)
}

fn without_custom_status(look: &Json) -> Json {
    let mut look = look.clone();
    if look["customStatus"]["expiresAt"].is_string()
        && let Some(fields) = look.as_object_mut()
    {
        fields.remove("customStatus");
    }
    look
}

fn place(body: &Json) -> (String, Option<String>) {
    (
        text(&body["roomName"]),
        body["threadId"].as_str().map(str::to_owned),
    )
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
