//! What people do with their apps.

use jsonwebtoken::{EncodingKey, Header, encode};
use nchat_realtime::engine::input::{Input, Operation, QueueCommand};
use serde_json::json;

use super::clock::BEGIN_WALL_MS;
use super::fault::Fault;
use super::log::Shown;
use super::model::{TEXT_MARK, key_of};
use super::server::{REFUSED_REPLY_TO, TOKEN_KEY};
use super::tab::TabId;
use super::world::{Event, World};

/// The rooms that everybody may be in; they exist from the start.
pub(crate) const ROOMS: [&str; 2] = ["general", "announcements"];

impl World {
    /// A person opens the app.
    pub(crate) fn begin(&mut self, id: TabId) {
        if self.twins.is_some() {
            return self.begin_as_twin(id);
        }
        if !self.profiles[id.profile].is_signed_out {
            self.enter(id);
        }
        self.plan_act(id);
        self.plan_mingle(id);
    }

    fn plan_act(&mut self, id: TabId) {
        let at_ms = self.chaos.now_ms + self.chaos.dice.between(20, 2_000);
        self.agenda.plan(at_ms, Event::Act(id));
    }

    /// A person does something.
    pub(crate) fn act(&mut self, id: TabId) {
        if self.chaos.faults.is_calm() || !self.tab(id).is_open {
            return;
        }
        if self.tab(id).frozen.is_some() || self.profiles[id.profile].is_signed_out {
            return self.plan_act(id);
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
            89..92 => self.remove_one(id),
            92..94 => self.retry_one(id),
            _ => self.read(id, room),
        }
        self.plan_act(id);
    }

    pub(crate) fn join(&mut self, id: TabId, room: &str) {
        let tab = self.tab(id);
        let is_new = !tab.wants(room);
        if let Some(mirror) = tab.mirrors.get_mut(room).filter(|_| is_new) {
            mirror.forget_heard();
        }
        let room = room.to_owned();
        self.request(id, |request| Input::JoinRequested { room, request });
    }

    pub(crate) fn leave(&mut self, id: TabId, room: &str) {
        let room = room.to_owned();
        self.input(id, Input::LeaveRequested { room });
    }

    fn send(&mut self, id: TabId, room: &str) {
        let is_bad = self.chaos.strikes(Fault::RefusedForGood);
        let user = self.profiles[id.profile].user;
        let (number, text) = self.model.sends(id, user, room, is_bad);
        let key = key_of(number);
        let mut options = json!({"clientMessageId": key});
        if is_bad {
            options["replyTo"] = json!(REFUSED_REPLY_TO);
        }
        if self.chaos.dice.chance(300) {
            options["channelId"] = json!(room);
            options["content"] = json!(text);
            let answer = self.queue(id, QueueCommand::Add(options));
            if !matches!(answer, Some(Ok(_))) {
                self.model.not_queued(number);
            }
            return;
        }
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
        let newest = self.model.log(room);
        let newest = newest
            .into_iter()
            .flat_map(|log| log.messages().iter().rev());
        let newest: Vec<Shown> = newest.take(6).cloned().collect();
        if newest.is_empty() {
            return;
        }
        let message = &newest[self.chaos.dice.below(newest.len() as u64) as usize];
        let message_id = message.message_id.clone();
        let is_own = message.user_id == self.profiles[id.profile].user;
        let emoji = self.chaos.dice.pick(&["+1", "tada"]).to_owned();
        let operation = match self.chaos.dice.below(6) {
            0 | 1 if is_own => Operation::Edit {
                message_id,
                content: json!(format!("{TEXT_MARK}edited{TEXT_MARK}")),
                base_version: None,
            },
            2 if is_own => Operation::Delete { message_id },
            3 => Operation::RemoveReaction { message_id, emoji },
            _ => Operation::AddReaction { message_id, emoji },
        };
        let room = room.to_owned();
        self.request(id, |request| Input::OperationRequested {
            room,
            operation,
            request,
        });
    }

    fn load_older(&mut self, id: TabId, room: &str) {
        let room = room.to_owned();
        self.request(id, |request| Input::LoadOlderRequested { room, request });
    }

    /// One of the messages that a tab's app sees in its queue.
    fn queued(&mut self, id: TabId) -> Option<String> {
        let queued = self.tab(id).engine.queued();
        let index = self.chaos.dice.below(queued.len() as u64) as usize;
        queued.get(index)?["id"].as_str().map(str::to_owned)
    }

    fn remove_one(&mut self, id: TabId) {
        let Some(key) = self.queued(id) else { return };
        let answer = self.queue(id, QueueCommand::Remove(key.clone()));
        let number = key.strip_prefix('k').and_then(|number| number.parse().ok());
        if let (Some(Ok(answer)), Some(number)) = (answer, number) {
            // Without a store, tabs that hear nothing of each other promise nothing; nor do they
            // before the user is known: whichever learns it first takes on what all have queued.
            let namespace = self.tab(id).disk.namespace.as_ref();
            let is_users = namespace.is_some_and(|of| of.user.is_some());
            let is_shared = match self.has_no_store(id) {
                true => self.open_tabs(id.profile).len() > 1,
                false => !is_users && self.profiles[id.profile].tabs.len() > 1,
            };
            self.model.removed(number, answer == true && !is_shared);
        }
    }

    fn retry_one(&mut self, id: TabId) {
        if let Some(key) = self.queued(id) {
            self.queue(id, QueueCommand::Retry(key));
        }
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
