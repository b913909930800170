//! What people do with their apps.

use jsonwebtoken::{EncodingKey, Header, encode};
use nchat_realtime::engine::input::{Input, TokenSource};
use serde_json::json;

use super::clock::BEGIN_WALL_MS;
use super::fault::Fault;
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
            0..60 => self.send(id, room),
            60..70 => self.join(id, room),
            70..74 => self.leave(id, room),
            74..77 => drop(self.request(id, Input::ConnectRequested)),
            77..79 => drop(self.request(id, Input::ReconnectRequested)),
            79..81 => self.input(id, Input::DisconnectRequested),
            81..84 => self.input(id, Input::Resumed),
            84..86 => self.input(id, Input::WasOfflineCleared),
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
