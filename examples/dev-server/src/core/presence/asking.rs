//! Subscribing to presence, asking for it once, and paging through a room's.

use std::collections::BTreeSet;

use nchat_realtime::wire::error::{ErrorBody, ErrorCode};
use nchat_realtime::wire::ids::{check_room_name, check_user_id};
use nchat_realtime::wire::limits::{
    MAX_PRESENCE_IDS, MAX_PRESENCE_SUBSCRIPTIONS, MAX_ROOM_MEMBERS,
};
use nchat_realtime::wire::presence::{
    PresenceCounts, PresenceGet, PresenceStatus, PresenceSubscribe, PresenceUnsubscribe,
    PresenceWindow, PresenceWindowPage, Presences,
};
use serde_json::json;

use super::{InOrder, Now, State};
use crate::core::{Caller, Core, Refusal};
use crate::store::Store;

impl<S: Store> Core<S> {
    /// Tells this connection of these from now on; the answer is what they are now.
    pub async fn subscribe_presence(
        &self,
        caller: Caller<'_>,
        request: PresenceSubscribe,
    ) -> Result<(Presences, InOrder<'_>), Refusal> {
        let user_ids = request.user_ids;
        if user_ids.len() > MAX_PRESENCE_SUBSCRIPTIONS {
            return Err(too_many());
        }
        check_ids(&user_ids)?;
        let now = self.now();
        let (presences, in_order) = self
            .with_people(&with(&user_ids, caller), |state| {
                state.renew(caller.socket_id, now);
                let connection = state.connections.get(caller.socket_id);
                let all: Option<BTreeSet<&String>> = connection
                    .map(|connection| connection.subscriptions.keys().chain(&user_ids).collect());
                if all.is_some_and(|all| all.len() > MAX_PRESENCE_SUBSCRIPTIONS) {
                    return Err(too_many());
                }
                Ok(state.subscribe(caller.socket_id, &caller.user.id, &user_ids, now))
            })
            .await;
        let presences = presences?;
        Ok((Presences { presences }, in_order))
    }

    /// And no longer.
    pub fn unsubscribe_presence(
        &self,
        caller: Caller<'_>,
        request: PresenceUnsubscribe,
    ) -> Result<(), Refusal> {
        check_ids(&request.user_ids)?;
        let mut state = self.directory.state();
        state.unsubscribe(caller.socket_id, &request.user_ids);
        Ok(())
    }

    /// What these are now, as the caller sees them.
    pub async fn presences(
        &self,
        caller: Caller<'_>,
        request: PresenceGet,
    ) -> Result<(Presences, InOrder<'_>), Refusal> {
        let user_ids = request.user_ids;
        if user_ids.len() > MAX_PRESENCE_IDS {
            return Err(Refusal::too_large("userIds", MAX_PRESENCE_IDS, "items"));
        }
        check_ids(&user_ids)?;
        let now = self.now();
        let (presences, in_order) = self
            .with_people(&with(&user_ids, caller), |state| {
                let views = user_ids
                    .iter()
                    .map(|id| state.view(id, &caller.user.id, now));
                views.collect()
            })
            .await;
        Ok((Presences { presences }, in_order))
    }

    /// A part of a room's members, and how many are what, as the caller sees them.
    pub async fn presence_window(
        &self,
        caller: Caller<'_>,
        request: PresenceWindow,
    ) -> Result<(PresenceWindowPage, InOrder<'_>), Refusal> {
        let room_name = &request.room_name;
        check_room_name(room_name).map_err(Refusal::invalid_id("roomName"))?;
        let most = MAX_PRESENCE_IDS as u32;
        let limit = request.limit.unwrap_or(most).min(most);
        self.room_of_member(room_name, caller.user).await?;
        let members = self
            .store
            .members(room_name, &caller.user.id, 0, MAX_ROOM_MEMBERS)
            .await?;
        let members: Vec<String> = members.into_iter().map(|member| member.user.id).collect();
        let window = members
            .iter()
            .skip(request.offset as usize)
            .take(limit as usize);
        let window: Vec<String> = window.cloned().collect();
        let now = self.now();
        let (page, in_order) = self
            .with_people(&with(&window, caller), |state| {
                let viewer_id = &caller.user.id;
                let presences = window.iter().map(|id| state.view(id, viewer_id, now));
                PresenceWindowPage {
                    presences: presences.collect(),
                    offset: request.offset,
                    total: u32::try_from(members.len()).unwrap_or(u32::MAX),
                    counts: counts(state, &members, viewer_id, now),
                }
            })
            .await;
        Ok((page, in_order))
    }
}

/// Of members of whom the server does not know that they are there nobody needs to be looked up.
fn counts(state: &State, members: &[String], viewer_id: &str, now: Now) -> PresenceCounts {
    let mut counts = PresenceCounts::default();
    for id in members {
        let count = match state.status(id, viewer_id, now) {
            PresenceStatus::Online => &mut counts.online,
            PresenceStatus::Away => &mut counts.away,
            PresenceStatus::Busy => &mut counts.busy,
            PresenceStatus::Offline => &mut counts.offline,
        };
        *count += 1;
    }
    counts
}

/// The caller is looked up too: whom they block, they do not see.
fn with(user_ids: &[String], caller: Caller<'_>) -> Vec<String> {
    let own = std::iter::once(&caller.user.id);
    user_ids.iter().chain(own).cloned().collect()
}

fn check_ids(user_ids: &[String]) -> Result<(), Refusal> {
    for id in user_ids {
        check_user_id(id).map_err(Refusal::invalid_id("userIds"))?;
    }
    Ok(())
}

fn too_many() -> Refusal {
    let mut body = ErrorBody::new(ErrorCode::SubscriptionLimit);
    body.details = Some(json!({ "limit": MAX_PRESENCE_SUBSCRIPTIONS }));
    Refusal(body)
}
