//! Who is in a room, by the server's word.

use super::{Room, Rooms};
use crate::engine::config::MAX_TRACKED_MEMBERS;
use crate::engine::context::Context;
use crate::engine::output::Notification;
use crate::engine::time::iso8601;
use crate::socketio::Value;
use crate::wire::room::{MembershipChange, RoomMember};

impl<V: Value> Rooms<V> {
    /// The members known here, by user id.
    pub(crate) fn members(&self, name: &str) -> Vec<RoomMember> {
        self.get(name)
            .map(|room| room.members.values().cloned().collect())
            .unwrap_or_default()
    }

    /// `user:joined` came.
    pub(crate) fn user_joined(&mut self, ctx: &mut Context<'_, V>, change: MembershipChange) {
        let Some(room) = self.get_mut(&change.room_name) else {
            return;
        };
        let member = RoomMember {
            user_id: change.user_id,
            user_name: change.user_name,
            user_avatar: change.user_avatar,
            joined_at: change.timestamp.or_else(|| Some(iso8601(ctx.now.wall_ms))),
            role: None,
        };
        let known = room.members.contains_key(&member.user_id);
        if known || room.members.len() < MAX_TRACKED_MEMBERS {
            room.members.insert(member.user_id.clone(), member.clone());
        }
        room.count_members(change.member_count, if known { 0 } else { 1 });
        let label = room.label.clone();
        ctx.notify(Notification::Members {
            room: label.clone(),
        });
        ctx.notify(Notification::Rooms);
        ctx.notify(Notification::UserJoined {
            room: label,
            member,
        });
    }

    /// `user:left` came.
    pub(crate) fn user_left(&mut self, ctx: &mut Context<'_, V>, change: MembershipChange) {
        let Some(room) = self.get_mut(&change.room_name) else {
            return;
        };
        let known = room.members.remove(&change.user_id).is_some();
        room.count_members(change.member_count, if known { -1 } else { 0 });
        let label = room.label.clone();
        ctx.notify(Notification::Members {
            room: label.clone(),
        });
        ctx.notify(Notification::Rooms);
        ctx.notify(Notification::UserLeft {
            room: label,
            user_id: change.user_id,
        });
    }
}

impl<V: Value> Room<V> {
    /// The list that came with a join takes the place of what was known.
    /// Where a server does not say since when somebody is a member, it is since now.
    pub(super) fn replace_members(&mut self, ctx: &Context<'_, V>, members: Vec<RoomMember>) {
        let now = iso8601(ctx.now.wall_ms);
        self.members.clear();
        for mut member in members.into_iter().take(MAX_TRACKED_MEMBERS) {
            member.joined_at.get_or_insert_with(|| now.clone());
            self.members.insert(member.user_id.clone(), member);
        }
    }

    /// The server's count where it gives one; else the one known, changed by somebody who really
    /// came or went.
    fn count_members(&mut self, by_server: Option<u32>, change: i32) {
        if let Some(info) = &mut self.info {
            let counted = info
                .member_count
                .map(|count| count.saturating_add_signed(change));
            info.member_count = by_server.or(counted);
        }
    }
}
