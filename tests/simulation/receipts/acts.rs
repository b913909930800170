//! What people do with messages that they see: they read them.

use nchat_realtime::engine::input::Input;
use serde_json::Value as Json;

use crate::tab::TabId;
use crate::world::World;

impl World {
    /// A person has read all that there is, or up to a message that they see.
    pub(crate) fn read(&mut self, id: TabId, room: &str) {
        let reads_all = self.chaos.dice.chance(300);
        let rows = self.tab(id).mirrors.get(room).map(|mirror| &mirror.rows);
        let seen: Vec<Json> = rows.into_iter().flatten().cloned().collect();
        let room = room.to_owned();
        if reads_all || seen.is_empty() {
            return self.input(id, Input::ReadUpToAcknowledged { room, seq: None });
        }
        let row = &seen[self.chaos.dice.below(seen.len() as u64) as usize];
        let input = match (row["messageId"].as_str(), row["seq"].as_u64()) {
            (_, Some(seq)) if seq.is_multiple_of(2) => Input::ReadUpToAcknowledged {
                room,
                seq: Some(seq),
            },
            (Some(message_id), _) => Input::ReadAcknowledged {
                room,
                message_id: message_id.to_owned(),
            },
            _ => return,
        };
        self.input(id, input);
    }
}
