//! When things are quiet: a tab and its server know alike how far the user has read a room, and how
//! many messages are unread, and none shows less of the user's messages than before.

use crate::model::key_of;
use crate::tab::TabId;
use crate::world::World;

impl World {
    /// A tab's unread messages have come right in a room that it is in.
    pub(crate) fn check_quiet_receipts(&mut self, id: TabId, room: &str) {
        let user = self.profiles[id.profile].user;
        let shown = self.tab(id).engine.unread(room);
        let standing = self.server.standing(user, room);
        let up_to_seq = shown.read_up_to_seq as u64;
        assert_eq!(
            up_to_seq, standing.read_up_to,
            "I8: how far {id:?} has read {room}: {standing:?}"
        );
        assert_eq!(
            shown.count, standing.unread_count,
            "I8: what {id:?} has not read of {room}"
        );
        self.checked += 2;
    }

    /// All that a tab shows of its user's messages.
    pub(crate) fn check_quiet_messages(&mut self, id: TabId) {
        for number in 0..self.model.count() {
            let record = self.tab(id).engine.delivery_record(&key_of(number));
            self.tab(id).shown.check_message(id, number, record);
        }
        self.checked += self.model.count() as u64;
    }
}
