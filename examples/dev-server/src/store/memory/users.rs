//! What is kept of a user beside rooms, in memory.

use std::collections::BTreeSet;

use nchat_realtime::wire::limits::MAX_CONTACTS;
use nchat_realtime::wire::room::RoomType;

use super::{RoomState, State};
use crate::store::{
    Listing, NewRelation, Outcome, Profile, Refused, RelationKind, Revealed, UserChanged,
    UserRecord, UserSettings,
};

impl State {
    pub(super) fn settings_of(&self, user_id: &str) -> UserSettings {
        let record = self.records.get(user_id);
        record.map(|record| record.settings).unwrap_or_default()
    }

    pub(super) fn record_of(&self, user_id: &str) -> UserRecord {
        self.records.get(user_id).cloned().unwrap_or_default()
    }

    pub(super) fn put_record(&mut self, user_id: &str, record: UserRecord, now_ms: i64) -> Outcome {
        let was_invisible = self.settings_of(user_id).invisible_mode;
        let record = record.concluded(self.profile(user_id));
        self.records.insert(user_id.to_owned(), record.clone());
        let revealed = match was_invisible && !record.settings.invisible_mode {
            true => self.reveal(user_id, now_ms),
            false => Vec::new(),
        };
        Outcome::User(Box::new(UserChanged { record, revealed }))
    }

    /// Makes the memberships of a user who is visible again what they are.
    fn reveal(&mut self, user_id: &str, now_ms: i64) -> Vec<Revealed> {
        let revealed = self.rooms.iter_mut().filter_map(|(name, room)| {
            let member = room.members.get_mut(user_id)?;
            let has_joined = match member.listing {
                Listing::Shown => return None,
                Listing::NotYet => true,
                Listing::Still => false,
            };
            member.listing = Listing::Shown;
            member.joined_at_ms = now_ms;
            let member = member.clone();
            if !has_joined {
                room.members.remove(user_id);
            }
            Some(Revealed {
                room_name: name.clone(),
                member,
                has_joined,
                member_count: room.member_count(),
            })
        });
        let mut revealed: Vec<_> = revealed.collect();
        revealed.sort_by(|a, b| a.room_name.cmp(&b.room_name));
        revealed
    }

    pub(super) fn relate(&mut self, change: NewRelation) -> Outcome {
        let list = self
            .relations
            .entry((change.user_id, change.kind))
            .or_default();
        if !change.is_there {
            list.remove(&change.other_id);
        } else if !list.contains(&change.other_id) {
            if list.len() >= MAX_CONTACTS as usize {
                return Outcome::Refused(Refused::TooManyRelations);
            }
            list.insert(change.other_id);
        }
        Outcome::Related
    }

    /// The members of a room who block this user, or whom they block.
    pub(super) fn blocked_in(&self, room: &RoomState, user_id: &str) -> BTreeSet<String> {
        let blocks = |one: &str, other: &str| {
            let list = self.relations.get(&(one.to_owned(), RelationKind::Block));
            list.is_some_and(|list| list.contains(other))
        };
        let members = room.members.keys();
        members
            .filter(|id| blocks(user_id, id) || blocks(id, user_id))
            .cloned()
            .collect()
    }

    pub(super) fn profile(&self, user_id: &str) -> Profile {
        let list = |kind| {
            let list = self.relations.get(&(user_id.to_owned(), kind));
            list.cloned().unwrap_or_default()
        };
        let partners = self
            .rooms
            .values()
            .filter(|room| room.is_written_by(user_id));
        let others = partners.flat_map(|room| room.members.keys());
        Profile {
            user_id: user_id.to_owned(),
            record: self.record_of(user_id),
            contacts: list(RelationKind::Contact),
            blocked: list(RelationKind::Block),
            written_to: others.filter(|id| *id != user_id).cloned().collect(),
        }
    }
}

impl RoomState {
    /// Whether it is a direct conversation in which this member wrote.
    fn is_written_by(&self, user_id: &str) -> bool {
        self.room.kind == RoomType::Dm
            && self.members.contains_key(user_id)
            && self
                .messages
                .iter()
                .any(|message| message.body.user.id == user_id)
    }
}
