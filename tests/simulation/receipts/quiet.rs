//! When things are quiet: a tab that has read as much of a room as its server knows counts as many
//! unread messages, and none shows less of the user's messages than before. What was read and not
//! told before the room was left is refused, and the app is told: then the two do not know the same.

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
        assert!(
            up_to_seq >= standing.read_up_to,
            "I8: {id:?} has read {room} up to {up_to_seq}, says its app: {standing:?}"
        );
        if up_to_seq == standing.read_up_to {
            assert_eq!(
                shown.count, standing.unread_count,
                "I8: what {id:?} has not read of {room}"
            );
        }
        self.checked += 1;
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
