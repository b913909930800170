//! What people do with their apps.

use jsonwebtoken::{EncodingKey, Header, encode};
use nchat_realtime::engine::input::{Input, Reply, TokenSource};
use nchat_realtime::wire::names;
use serde_json::json;

use super::clock::BEGIN_WALL_MS;
use super::fault::Fault;
use super::log::Shown;
use super::model::TEXT_MARK;
use super::server::{REFUSED_REPLY_TO, TOKEN_KEY};
use super::tab::TabId;
use super::world::{Event, World};

/// The rooms that everybody may be in; they exist from the start.
pub(crate) const ROOMS: [&str; 2] = ["general", "announcements"];

impl World {
    /// A person opens the app.
    pub(crate) fn begin(&mut self, id: TabId) {
        let user = self.profiles[id.profile].user;
        let source = match self.chaos.dice.chance(500) {
            true => TokenSource::Callback,
            false => TokenSource::Fixed(format!("user:{user}")),
        };
        let refresh = false;
        self.input(id, Input::TokenSourceChanged { source, refresh });
        self.request(id, Input::ConnectRequested);
        for room in ROOMS {
            if self.chaos.dice.chance(750) {
                self.join(id, room);
            }
        }
        self.plan_act(id);
    }

    fn plan_act(&mut self, id: TabId) {
        let at_ms = self.chaos.now_ms + self.chaos.dice.between(20, 2_000);
        self.agenda.plan(at_ms, Event::Act(id));
    }

    /// A person does something.
    pub(crate) fn act(&mut self, id: TabId) {
        if self.chaos.faults.is_calm() {
            return;
        }
        let room = self.chaos.dice.pick(&ROOMS);
        match self.chaos.dice.below(100) {
            0..45 => self.send(id, room),
            45..60 => self.change_message(id, room),
            60..70 => self.join(id, room),
            70..74 => self.leave(id, room),
            74..77 => drop(self.request(id, Input::ConnectRequested)),
            77..79 => drop(self.request(id, Input::ReconnectRequested)),
            79..81 => self.input(id, Input::DisconnectRequested),
            81..84 => self.input(id, Input::Resumed),
            84..86 => self.input(id, Input::WasOfflineCleared),
            86..89 => self.load_older(id, room),
            _ => {}
        }
        self.plan_act(id);
    }

    fn join(&mut self, id: TabId, room: &str) {
        let tab = self.tab(id);
        let is_new = !tab.wants(room);
        if let Some(mirror) = tab.mirrors.get_mut(room).filter(|_| is_new) {
            mirror.forget_heard();
        }
        let room = room.to_owned();
        self.request(id, |request| Input::JoinRequested { room, request });
    }

    fn leave(&mut self, id: TabId, room: &str) {
        // A membership is the user's: leaving on one device would end it on the other.
        let user = self.profiles[id.profile].user;
        let devices = self.profiles.iter().filter(|profile| profile.user == user);
        if devices.map(|profile| profile.tabs.len()).sum::<usize>() > 1 {
            return;
        }
        let room = room.to_owned();
        self.input(id, Input::LeaveRequested { room });
    }

    fn send(&mut self, id: TabId, room: &str) {
        let is_bad = self.chaos.strikes(Fault::RefusedForGood);
        let (number, text) = self.model.sends(id, room, is_bad);
        let options = match is_bad {
            true => json!({"replyTo": REFUSED_REPLY_TO}),
            false => json!({}),
        };
        let tab = self.tab(id);
        let request = tab.next_request();
        self.model.asked(id, request);
        self.model.promised(id, request, number);
        let room = room.to_owned();
        let input = Input::SendRequested {
            room,
            content: json!(text),
            options,
            request,
        };
        self.input(id, input);
    }

    /// Somebody changes one of the messages that they may see: the newest are the likeliest.
    fn change_message(&mut self, id: TabId, room: &str) {
        let newest = self
            .model
            .log(room)
            .into_iter()
            .flat_map(|log| log.messages().iter().rev());
        let newest: Vec<Shown> = newest.take(6).cloned().collect();
        if newest.is_empty() {
            return;
        }
        let message = &newest[self.chaos.dice.below(newest.len() as u64) as usize];
        let message_id = &message.message_id;
        let is_own = message.user_id == self.profiles[id.profile].user;
        let emoji = self.chaos.dice.pick(&["+1", "tada"]);
        let text = format!("{TEXT_MARK}edited{TEXT_MARK}");
        let (name, body) = match self.chaos.dice.below(6) {
            0 | 1 if is_own => (names::MESSAGE_EDIT, json!({"content": text})),
            2 if is_own => (names::MESSAGE_DELETE, json!({})),
            3 => (names::REACTION_REMOVE, json!({"emoji": emoji})),
            _ => (names::REACTION_ADD, json!({"emoji": emoji})),
        };
        let mut body = body;
        body["roomName"] = json!(room);
        body["messageId"] = json!(message_id);
        let name = name.to_owned();
        self.request(id, |request| Input::Emitted {
            packet: json!([name, body]),
            name,
            reply: Reply::Request(request),
            timeout_ms: None,
        });
    }

    fn load_older(&mut self, id: TabId, room: &str) {
        let room = room.to_owned();
        self.request(id, |request| Input::LoadOlderRequested { room, request });
    }

    /// The app's token callback is called.
    pub(crate) fn asked_for_token(&mut self, id: TabId, ask: u32) {
        let delay_ms = match self.chaos.strikes(Fault::TokenSlow) {
            true => self.chaos.dice.between(5_000, 30_000),
            false => self.chaos.dice.between(0, 300),
        };
        let at_ms = self.chaos.now_ms + delay_ms;
        self.agenda.plan(at_ms, Event::TokenAnswer(id, ask));
    }

    /// The app's token callback answers.
    pub(crate) fn answer_token(&mut self, id: TabId, ask: u32) {
        let token = match self.chaos.strikes(Fault::TokenFailure) {
            true => Err("the token service is down".to_owned()),
            false => Ok(Some(self.new_token(id))),
        };
        self.input(id, Input::TokenAnswered { ask, token });
    }

    fn new_token(&mut self, id: TabId) -> String {
        let lifetime_s = match self.chaos.strikes(Fault::TokenExpiry) {
            true => self.chaos.dice.between(1, 90),
            false => 86_400,
        };
        let now_s = self
            .server_clock
            .read(self.chaos.now_ms)
            .wall_ms
            .max(BEGIN_WALL_MS)
            / 1_000;
        let user = self.profiles[id.profile].user;
        let claims = json!({"sub": user, "exp": now_s + lifetime_s});
        let key = EncodingKey::from_secret(TOKEN_KEY);
        encode(&Header::default(), &claims, &key).expect("claims are JSON")
    }
}
