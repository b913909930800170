//! What people do that others may see of them: come and go, hide, type, know and block each other.

use nchat_realtime::engine::input::{Input, Reply};
use nchat_realtime::engine::presence::PresenceCommand;
use nchat_realtime::engine::typing::{Place, TypingCommand};
use nchat_realtime::wire::names;
use nchat_realtime::wire::presence::{ChosenStatus, CustomStatus};
use nchat_realtime::wire::typing::TypingRoomType;
use serde_json::{Value as Json, json};

use crate::people::ROOMS;
use crate::tab::TabId;
use crate::world::{Event, World};

/// Whom an app may ask after; nobody has ever seen the last one.
pub(crate) const EVERYBODY: [&str; 4] = ["alice", "bob", "carol", "nobody"];

impl World {
    /// A person opens the app, and looks who is there.
    pub(crate) fn look_around(&mut self, id: TabId) {
        if !self.has_people {
            return;
        }
        self.presence(id, PresenceCommand::Started);
        let everybody = EVERYBODY.map(str::to_owned).to_vec();
        self.presence(id, PresenceCommand::Wanted(everybody));
    }

    pub(crate) fn plan_mingle(&mut self, id: TabId) {
        if !self.has_people {
            return;
        }
        let at_ms = self.chaos.now_ms + self.chaos.dice.between(20, 2_000);
        self.agenda.plan(at_ms, Event::Mingle(id));
    }

    /// A person does something of this kind.
    pub(crate) fn mingle(&mut self, id: TabId) {
        if self.is_over() || !self.tab(id).is_open {
            return;
        }
        if self.tab(id).frozen.is_none() && !self.profiles[id.profile].is_signed_out {
            match self.twins {
                Some(_) => self.act_as_twin(id),
                None => self.act_among_people(id),
            }
        }
        self.plan_mingle(id);
    }

    /// Whether nobody does anything any more.
    fn is_over(&self) -> bool {
        match &self.twins {
            Some(twin) => twin.is_over,
            None => self.chaos.faults.is_calm(),
        }
    }

    pub(super) fn act_among_people(&mut self, id: TabId) {
        let other = self.chaos.dice.pick(&EVERYBODY);
        match self.chaos.dice.below(100) {
            0..35 => self.type_something(id),
            35..40 => self.input(id, Input::Typing(TypingCommand::Stopped(None))),
            40..48 => self.choose_status(id),
            48..54 => self.say_status(id),
            54..60 => self.presence(id, PresenceCommand::Active),
            60..66 => {
                let is_hidden = self.chaos.dice.chance(500);
                self.presence(id, PresenceCommand::Hidden(is_hidden));
            }
            66..70 => self.presence(id, PresenceCommand::Unwanted(vec![other.to_owned()])),
            70..76 => self.presence(id, PresenceCommand::Wanted(vec![other.to_owned()])),
            76..80 => {
                let ids = EVERYBODY.map(str::to_owned).to_vec();
                self.request(id, |request| {
                    Input::Presence(PresenceCommand::Asked { ids, request })
                });
            }
            80..92 => self.change_settings(id),
            _ => self.relate(id, other),
        }
    }

    pub(super) fn presence(&mut self, id: TabId, command: PresenceCommand) {
        self.input(id, Input::Presence(command));
    }

    pub(super) fn type_something(&mut self, id: TabId) {
        let room = self.chaos.dice.pick(&ROOMS).to_owned();
        let thread = self.chaos.dice.chance(200).then(|| "thread".to_owned());
        let kind = match thread {
            Some(_) => TypingRoomType::Thread,
            None => TypingRoomType::Channel,
        };
        let command = TypingCommand::Typed {
            place: Place { room, thread },
            kind,
            recipient: None,
        };
        self.input(id, Input::Typing(command));
    }

    fn choose_status(&mut self, id: TabId) {
        let chosen = self.chaos.dice.pick(&[
            ChosenStatus::Online,
            ChosenStatus::Online,
            ChosenStatus::Away,
            ChosenStatus::Busy,
            ChosenStatus::Offline,
            ChosenStatus::Invisible,
        ]);
        let user = self.profiles[id.profile].user;
        self.choices.chose(user, id, chosen);
        self.presence(id, PresenceCommand::StatusChosen(chosen));
    }

    /// A status in one's own words, which may end soon.
    pub(super) fn say_status(&mut self, id: TabId) {
        let server_now = self.server_clock.read(self.chaos.now_ms).wall_ms;
        let lasts_ms = self.chaos.dice.pick(&[1_000, 4_000, 15_000, 86_400_000]);
        let ends = self.chaos.dice.chance(600);
        let custom = CustomStatus {
            text: Some(self.chaos.dice.pick(&["Lunch", "In a meeting"]).to_owned()),
            emoji: self.chaos.dice.chance(300).then(|| "🍜".to_owned()),
            expires_at: ends.then(|| {
                let at_ms = i64::try_from(server_now + lasts_ms).expect("a time of this age");
                nchat_dev_server::core::iso8601(at_ms)
            }),
        };
        let custom = Some(custom).filter(|_| self.chaos.dice.chance(750));
        self.presence(id, PresenceCommand::CustomStatusSet(custom));
    }

    fn change_settings(&mut self, id: TabId) {
        let yes = self.chaos.dice.chance(600);
        let whom = self
            .chaos
            .dice
            .pick(&["everyone", "everyone", "contacts", "nobody"]);
        let change = self.chaos.dice.pick(&[
            "visibility",
            "typingVisibility",
            "showLastSeen",
            "showOnlineStatus",
            "broadcastTyping",
            "allowReadReceipts",
            "invisibleMode",
        ]);
        let body = match change {
            "visibility" | "typingVisibility" => json!({ change: whom }),
            "invisibleMode" => json!({ change: !yes }),
            _ => json!({ change: yes }),
        };
        if change == "invisibleMode" {
            // Turned on or off by itself, it may end being invisible by choice.
            self.choices.forget(self.profiles[id.profile].user);
        }
        self.emit(id, names::PRESENCE_SETTINGS_UPDATE, &body);
    }

    pub(super) fn relate(&mut self, id: TabId, other: &str) {
        let name = self.chaos.dice.pick(&[
            names::CONTACTS_ADD,
            names::CONTACTS_ADD,
            names::CONTACTS_REMOVE,
            names::BLOCK_ADD,
            names::BLOCK_REMOVE,
            names::BLOCK_REMOVE,
        ]);
        self.emit(id, name, &json!({ "userId": other }));
    }

    /// As an app emits an event and awaits its answer.
    pub(super) fn emit(&mut self, id: TabId, name: &str, body: &Json) {
        let (name, packet) = (name.to_owned(), json!([name, body]));
        self.request(id, |request| Input::Emitted {
            name,
            packet,
            reply: Reply::Request(request),
            timeout_ms: None,
        });
    }
}
