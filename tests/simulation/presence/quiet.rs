//! When things are quiet: every client shows of others what the server answers that client's user,
//! knows of its own user what the server knows, and shows nobody who types.

use nchat_realtime::wire::presence::PresenceChanged;
use serde_json::{Value as Json, json};

use super::screen::look;
use crate::tab::TabId;
use crate::world::World;

impl World {
    /// All of presence and typing has come right.
    pub(crate) fn check_quiet_people(&mut self) {
        if !self.has_people {
            return;
        }
        for id in self.tab_ids() {
            self.check_quiet_person(id);
        }
    }

    fn check_quiet_person(&mut self, id: TabId) {
        let user = self.profiles[id.profile].user;
        let engine = &self.profiles[id.profile].tabs[id.tab].engine;
        assert_eq!(
            engine.typing_places(),
            json!([]),
            "I11: {id:?} shows nobody who types"
        );
        let wanted = engine.wanted_presences();
        let answered = self.server.presences_for(user, &wanted);
        for presence in answered.iter().filter(|one| one.user_id != user) {
            let shown = engine.presence(&presence.user_id).unwrap_or_default();
            assert_eq!(shown, seen(presence), "I8: what {id:?} shows of another");
        }
        let own = self.server.presences_for(user, &[user.to_owned()]);
        let [own] = own.as_slice() else {
            panic!("one answer for one user");
        };
        let shown = engine.own_presence();
        let chosen = own.chosen_status.expect("one knows what one chose");
        assert_eq!(
            shown["chosenStatus"],
            chosen.as_str(),
            "I8: what the user of {id:?} chose"
        );
        if let Some(last) = self.choices.of(user) {
            assert_eq!(chosen, last, "I8: what the user of {id:?} chose last");
        }
        self.checked += wanted.len() as u64 + 1;
    }
}

fn seen(presence: &PresenceChanged) -> Json {
    look(&serde_json::to_value(presence).expect("wire types are JSON"))
}
