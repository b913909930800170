//! Making, joining and leaving rooms.

use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::ids::{check_room_name, check_user_id};
use nchat_realtime::wire::limits::{JOIN_MEMBERS, MAX_INVITED, MAX_MEMBERS_PAGE, MAX_ROOM_MEMBERS};
use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::room::{
    MembershipChange, RoomCreate, RoomJoin, RoomJoined, RoomLeave, RoomMember, RoomMembers,
    RoomMembersPage, RoomRole, RoomType, RoomVisibility,
};
use sha2::{Digest, Sha256};

use super::outlet::{RoomEvent, UserEvent};
use super::time::iso8601;
use super::{Caller, Core, Refusal, User};
use crate::store::{
    CreateOutcome, JoinOutcome, LeaveOutcome, Listing, Member, NewRoom, Room, Store,
};

/// Beginning of the names of direct conversations.
pub(super) const DM_PREFIX: &str = "dm:";
/// Beginnings of names that the server gives out itself.
const RESERVED_PREFIXES: [&str; 2] = [DM_PREFIX, "user:"];

impl<S: Store> Core<S> {
    /// Makes the caller a member and their socket a receiver.
    pub async fn join_room(
        &self,
        caller: Caller<'_>,
        request: RoomJoin,
    ) -> Result<RoomJoined, Refusal> {
        check_room_name(&request.room_name).map_err(Refusal::invalid_id("roomName"))?;
        self.join(caller, &request.room_name, false).await
    }

    /// Ends the caller's membership, and the room's events on all their sockets; the others of
    /// them are told.
    pub async fn leave_room(&self, caller: Caller<'_>, request: RoomLeave) -> Result<(), Refusal> {
        let room_name = request.room_name;
        check_room_name(&room_name).map_err(Refusal::invalid_id("roomName"))?;
        let left = self.store.leave(&room_name, &caller.user.id).await?;
        match left {
            LeaveOutcome::NotFound => return Err(ErrorCode::RoomNotFound.into()),
            LeaveOutcome::NotMember => return Ok(()),
            LeaveOutcome::LeftUnseen | LeaveOutcome::Left => {}
        }
        let change = self.membership_change(&room_name, caller.user, None);
        let told = UserEvent::Left(change.clone());
        self.outlet
            .tell(&caller.user.id, Some(caller.socket_id), told)
            .await;
        self.unsubscribe(caller.user, &room_name).await;
        if left == LeaveOutcome::Left {
            let room = self.store.room(&room_name).await?;
            let change = MembershipChange {
                member_count: room.map(|room| room.member_count),
                ..change
            };
            self.outlet
                .publish(&room_name, None, RoomEvent::Left(change))
                .await;
        }
        Ok(())
    }

    /// Makes a room, or finds the one of two people.
    pub async fn create_room(
        &self,
        caller: Caller<'_>,
        request: RoomCreate,
    ) -> Result<RoomJoined, Refusal> {
        check_create(&request)?;
        let is_dm = request.kind == RoomType::Dm;
        let room_name = match request.room_name {
            Some(name) if !is_dm => name,
            _ => dm_name(&caller.user.id, &request.members)?,
        };
        let visibility = match request.visibility {
            _ if is_dm => RoomVisibility::Secret,
            visibility => visibility.unwrap_or_default(),
        };
        let room = NewRoom {
            name: room_name.clone(),
            kind: request.kind,
            visibility,
            max_members: request.max_members,
            epoch: self.new_epoch(),
        };
        let members = self.first_members(caller.user, request.members);
        match self.store.create_room(room, members).await? {
            CreateOutcome::Exists if is_dm => self.join(caller, &room_name, true).await,
            CreateOutcome::Exists => Err(ErrorCode::RoomExists.into()),
            CreateOutcome::Created => self.subscribe(caller, &room_name).await,
        }
    }

    /// A page of members.
    pub async fn room_members(
        &self,
        user: &User,
        request: RoomMembers,
    ) -> Result<RoomMembersPage, Refusal> {
        let RoomMembers {
            room_name,
            offset,
            limit,
        } = request;
        check_room_name(&room_name).map_err(Refusal::invalid_id("roomName"))?;
        let limit = limit.unwrap_or(MAX_MEMBERS_PAGE).min(MAX_MEMBERS_PAGE);
        let room = self.room_of_member(&room_name, user).await?;
        let members = self
            .store
            .members(&room_name, &user.id, offset, limit)
            .await?;
        let member_count = self.member_count(&room, user).await?;
        Ok(RoomMembersPage {
            room_name,
            members: members.into_iter().map(room_member).collect(),
            member_count,
            offset,
        })
    }

    async fn join(
        &self,
        caller: Caller<'_>,
        room_name: &str,
        is_invited: bool,
    ) -> Result<RoomJoined, Refusal> {
        let now_ms = self.now_ms();
        let outcome = self
            .store
            .join(room_name, caller.user, is_invited, now_ms)
            .await?;
        match outcome {
            JoinOutcome::Joined | JoinOutcome::JoinedUnseen | JoinOutcome::AlreadyMember => {}
            JoinOutcome::NotFound => return Err(ErrorCode::RoomNotFound.into()),
            JoinOutcome::Full => return Err(ErrorCode::RoomFull.into()),
        }
        let joined = self.subscribe(caller, room_name).await?;
        if outcome == JoinOutcome::Joined {
            let change = self.membership_change(room_name, caller.user, joined.member_count);
            let event = RoomEvent::Joined(change);
            self.outlet
                .publish(room_name, Some(caller.socket_id), event)
                .await;
        }
        Ok(joined)
    }

    /// Subscribes first and reads the head after it: no message falls between the two.
    async fn subscribe(&self, caller: Caller<'_>, room_name: &str) -> Result<RoomJoined, Refusal> {
        if !is_planted(PlantedBug::DoesNotSubscribe) {
            self.outlet.subscribe(caller.socket_id, room_name).await;
        }
        self.hear(caller, room_name).await;
        let room = self
            .store
            .room(room_name)
            .await?
            .ok_or(ErrorCode::RoomNotFound)?;
        let members = self
            .store
            .members(room_name, &caller.user.id, 0, JOIN_MEMBERS as u32)
            .await?;
        let member_count = self.member_count(&room, caller.user).await?;
        let names = [room_name.to_owned()];
        let standings = self.store.standings(&caller.user.id, &names).await?;
        let Some(standing) = standings.into_iter().next() else {
            // They left meanwhile on another socket: this one must not go on hearing the room.
            self.unsubscribe(caller.user, room_name).await;
            return Err(ErrorCode::NotInRoom.into());
        };
        Ok(RoomJoined {
            room_name: room.name,
            kind: room.kind,
            visibility: room.visibility,
            member_count: Some(member_count),
            members: Some(members.into_iter().map(room_member).collect()),
            head_seq: Some(standing.head_seq.max(room.head_seq)),
            epoch: Some(room.epoch),
            read_up_to_seq: Some(standing.read_up_to),
            unread_count: Some(standing.unread_count),
            mention_count: Some(standing.mention_count),
        })
    }

    /// The caller's connection is told who types there.
    async fn hear(&self, caller: Caller<'_>, room_name: &str) {
        {
            let now = self.now();
            let mut state = self.directory.state();
            state.hear(caller.socket_id, room_name);
            state.tell_typing_in(caller.socket_id, room_name, now);
        }
        self.tell_all().await;
    }

    async fn unsubscribe(&self, user: &User, room_name: &str) {
        self.outlet.unsubscribe(&user.id, room_name).await;
        {
            let now = self.now();
            let mut state = self.directory.state();
            for socket_id in state.sockets_of(&user.id) {
                state.unhear(&socket_id, room_name);
            }
            state.end_typing(&user.id, |context| context.room_name == room_name, now);
        }
        self.tell_all().await;
    }

    /// Members in all, as the user sees them: themselves too where others do not see them.
    async fn member_count(&self, room: &Room, user: &User) -> Result<u32, Refusal> {
        if !self.is_invisible(user) {
            return Ok(room.member_count);
        }
        let own = self.store.member(&room.name, &user.id).await?;
        let is_unseen = own.is_some_and(|own| own.listing == Listing::NotYet);
        Ok(room.member_count + u32::from(is_unseen))
    }

    fn first_members(&self, creator: &User, invited: Vec<String>) -> Vec<Member> {
        let joined_at_ms = self.now_ms();
        let mut members = vec![Member {
            user: creator.clone(),
            role: RoomRole::Admin,
            joined_at_ms,
            listing: Listing::Shown,
        }];
        for id in invited {
            if members.iter().all(|member| member.user.id != id) {
                let user = User::from_id(id);
                members.push(Member {
                    user,
                    role: RoomRole::Member,
                    joined_at_ms,
                    listing: Listing::Shown,
                });
            }
        }
        members
    }

    fn membership_change(
        &self,
        room_name: &str,
        user: &User,
        member_count: Option<u32>,
    ) -> MembershipChange {
        MembershipChange {
            room_name: room_name.to_owned(),
            user_id: user.id.clone(),
            user_name: user.name.clone(),
            user_avatar: user.avatar.clone(),
            timestamp: Some(iso8601(self.now_ms())),
            member_count,
        }
    }
}

fn check_create(request: &RoomCreate) -> Result<(), Refusal> {
    if request.kind != RoomType::Dm {
        let name = request.room_name.as_deref().unwrap_or_default();
        check_room_name(name).map_err(Refusal::invalid_id("roomName"))?;
        if RESERVED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            return Err(Refusal::invalid(
                "roomName",
                "begins with a reserved prefix",
            ));
        }
    }
    if request.members.len() > MAX_INVITED {
        return Err(Refusal::too_large("members", MAX_INVITED, "items"));
    }
    for member in &request.members {
        check_user_id(member).map_err(Refusal::invalid_id("members"))?;
    }
    let members = u32::try_from(request.members.len()).unwrap_or(u32::MAX) + 1;
    match request.max_members {
        Some(max) if max == 0 || max > MAX_ROOM_MEMBERS => {
            Err(Refusal::invalid("maxMembers", "must be from 1 to 100000"))
        }
        Some(max) if max < members => Err(Refusal::invalid(
            "maxMembers",
            "is less than the number of first members",
        )),
        _ => Ok(()),
    }
}

/// One name for two people, whichever of them asks, that says nothing about them.
fn dm_name(caller_id: &str, members: &[String]) -> Result<String, Refusal> {
    let [other] = members else {
        return Err(Refusal::invalid("members", "must name one other user"));
    };
    if other == caller_id {
        return Err(Refusal::invalid("members", "must name another user"));
    }
    let mut ids = [caller_id, other];
    ids.sort_unstable();
    let mut hash = Sha256::new();
    for id in ids {
        hash.update((id.len() as u64).to_be_bytes());
        hash.update(id);
    }
    let digest = hash.finalize();
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{DM_PREFIX}{hex}"))
}

fn room_member(member: Member) -> RoomMember {
    RoomMember {
        user_id: member.user.id,
        user_name: member.user.name,
        user_avatar: member.user.avatar,
        joined_at: Some(iso8601(member.joined_at_ms)),
        role: Some(member.role),
    }
}
