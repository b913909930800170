//! What users say they are, and what becomes of it in the store.

use nchat_realtime::wire::ids::check_id;
use nchat_realtime::wire::limits::{MAX_CUSTOM_STATUS_CHARS, MAX_EMOJI_CHARS};
use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::presence::{
    ChosenStatus, GivenParts, GivenStatus, Moment, PresenceStatus, PresenceUpdate,
};
use nchat_realtime::wire::room::MembershipChange;
use nchat_realtime::wire::settings::PresenceSettings;

use super::person::Person;
use super::{Now, State};
use crate::core::outlet::{RoomEvent, SocketEvent};
use crate::core::time::{iso8601, parse_iso8601};
use crate::core::{Caller, Core, Refusal};
use crate::store::{
    Change, NewPresence, NewRelation, RelationKind, Revealed, Store, StoredStatus, UserChanged,
    UserRecord,
};

impl<S: Store> Core<S> {
    /// Takes what a connection says of its user and of itself.
    pub async fn update_presence(
        &self,
        caller: Caller<'_>,
        update: PresenceUpdate,
    ) -> Result<(), Refusal> {
        if let Some(device) = &update.device {
            check_id(device).map_err(Refusal::invalid_id("device"))?;
        }
        let custom_status = custom_status(&update)?;
        let now = self.now();
        let change = self
            .directory
            .state()
            .say(caller, &update, custom_status, now);
        if let Some(change) = change {
            let change = Change::Presence(Box::new(change));
            let submitted = self.writes.push(change, caller.socket_id)?;
            self.settle(submitted).await?;
        }
        self.tell_all().await;
        Ok(())
    }

    /// The connection lives.
    pub async fn heartbeat(&self, caller: Caller<'_>) {
        let now = self.now();
        self.directory.state().lease(caller.socket_id, now);
        self.tell_all().await;
    }

    /// A user's record was changed, and is committed.
    pub(in crate::core) async fn user_changed(&self, user_id: &str, changed: UserChanged) {
        let UserChanged { record, revealed } = changed;
        self.directory
            .state()
            .user_changed(user_id, record, self.now());
        for one in revealed {
            let (room_name, has_joined) = (one.room_name.clone(), one.has_joined);
            let change = revealed_change(one, self.now_ms());
            let event = match has_joined {
                true => RoomEvent::Joined(change),
                false => RoomEvent::Left(change),
            };
            self.outlet.publish(&room_name, None, event).await;
        }
        self.tell_all().await;
    }

    /// Somebody is on a list of a user, or no longer.
    pub(in crate::core) async fn related(&self, change: &NewRelation) {
        self.directory.state().related(change, self.now());
        self.tell_all().await;
    }
}

impl State {
    /// What a connection says: what has to be kept of it is given back.
    fn say(
        &mut self,
        caller: Caller<'_>,
        update: &PresenceUpdate,
        custom_status: Option<Option<StoredStatus>>,
        now: Now,
    ) -> Option<NewPresence> {
        self.renew(caller.socket_id, now);
        let user_id = &caller.user.id;
        let record = self.people.get(user_id).and_then(|person| {
            let profile = person.profile.as_ref()?;
            Some(profile.record.clone())
        });
        let connection = self.connections.get_mut(caller.socket_id)?;
        if update.device.is_some() {
            connection.device.clone_from(&update.device);
        }
        connection.idle = update.idle.or(connection.idle);
        let mut chosen = None;
        match update.status {
            None => {}
            Some(status) if connection.idle.is_some() => chosen = Some(status),
            Some(ChosenStatus::Invisible) => {
                (connection.hides, connection.own_status) = (true, None);
                chosen = Some(ChosenStatus::Invisible);
            }
            Some(status) => {
                // Another connection's status must not show whom this one hides.
                if std::mem::take(&mut connection.hides) {
                    chosen = Some(ChosenStatus::Online);
                }
                connection.own_status = Some(own_status(status));
            }
        }
        let is_new = |chosen: &ChosenStatus| {
            let known = record.as_ref().map(|record| record.chosen);
            known != Some(*chosen)
        };
        let chosen = chosen.filter(is_new);
        let is_new = |custom: &Option<StoredStatus>| {
            let known = record.as_ref().map(|record| &record.custom_status);
            known != Some(custom)
        };
        let custom_status = custom_status.filter(is_new);
        let is_change = chosen.is_some() || custom_status.is_some();
        if !is_change {
            // Else all of it is told at once, when it is kept.
            self.refresh(user_id, now);
        }
        is_change.then(|| NewPresence {
            user_id: user_id.clone(),
            chosen,
            custom_status,
            last_seen_ms: None,
            now_ms: now.wall_ms,
        })
    }

    fn user_changed(&mut self, user_id: &str, record: UserRecord, now: Now) {
        let person = self.people.get_mut(user_id);
        let Some((person, before)) = person.and_then(|person| {
            let before = person.profile.as_ref()?.record.clone();
            Some((person, before))
        }) else {
            self.generation += 1;
            return;
        };
        let is_stamp = before
            == UserRecord {
                last_seen_ms: before.last_seen_ms,
                ..record.clone()
            };
        person.has_changed |= !is_stamp;
        let settings = record.settings;
        let told = presence_settings(user_id, &record);
        if person.changed(record) {
            // What was typed before is not shown to anybody who may see it only now.
            self.end_typing_of(user_id, now);
        }
        self.look_anew(user_id, now);
        if before.settings != settings {
            for socket_id in self.sockets_of(user_id) {
                let event = SocketEvent::Settings(told.clone());
                self.letters.push_back((socket_id, event));
            }
        }
    }

    fn related(&mut self, change: &NewRelation, now: Now) {
        let user_id = &change.user_id;
        let person = self.known(user_id);
        if let Some(profile) = person.and_then(|person| person.profile.as_mut()) {
            let list = match change.kind {
                RelationKind::Contact => &mut profile.contacts,
                RelationKind::Block => &mut profile.blocked,
            };
            match change.is_there {
                true => list.insert(change.other_id.clone()),
                false => list.remove(&change.other_id),
            };
            self.policy_changed(user_id, now);
        }
    }

    /// Somebody of whom something changes. What is known of them is changed in its place; what is
    /// just being looked up of others has to be looked up again.
    fn known(&mut self, user_id: &str) -> Option<&mut Person> {
        let person = self.people.get_mut(user_id);
        let person = person.filter(|person| person.profile.is_some());
        match person {
            Some(person) => {
                person.has_changed = true;
                Some(person)
            }
            None => {
                self.generation += 1;
                None
            }
        }
    }

    /// Whether a user who is here writes in a direct conversation for the first time.
    pub(in crate::core) fn writes_first(&mut self, user_id: &str, room_name: &str) -> bool {
        let person = self.people.get_mut(user_id);
        person.is_some_and(|person| person.wrote_in.insert(room_name.to_owned()))
    }

    /// A user wrote to another in a direct conversation.
    pub(in crate::core) fn wrote_to(&mut self, user_id: &str, other_id: &str, now: Now) {
        let profile = self
            .known(user_id)
            .and_then(|person| person.profile.as_mut());
        if profile.is_some_and(|profile| profile.written_to.insert(other_id.to_owned())) {
            self.policy_changed(user_id, now);
        }
    }

    /// Others may know more or less of a user, and the user of others.
    fn policy_changed(&mut self, user_id: &str, now: Now) {
        if is_planted(PlantedBug::HidesInSilence) {
            return;
        }
        self.look_anew(user_id, now);
        self.refresh_viewer(user_id, now);
        self.refresh_typing(user_id, now);
    }
}

/// The settings of a user as they are told to them.
pub(in crate::core) fn presence_settings(user_id: &str, record: &UserRecord) -> PresenceSettings {
    let settings = &record.settings;
    PresenceSettings {
        user_id: user_id.to_owned(),
        visibility: settings.visibility,
        show_last_seen: settings.show_last_seen,
        show_online_status: settings.show_online_status,
        allow_read_receipts: settings.allow_read_receipts,
        invisible_mode: settings.invisible_mode,
        broadcast_typing: settings.broadcast_typing,
        typing_visibility: settings.typing_visibility,
        created_at: settings.created_at_ms.map(iso8601),
        updated_at: settings.updated_at_ms.map(iso8601),
    }
}

const fn own_status(status: ChosenStatus) -> PresenceStatus {
    match status {
        ChosenStatus::Online | ChosenStatus::Invisible => PresenceStatus::Online,
        ChosenStatus::Away => PresenceStatus::Away,
        ChosenStatus::Busy => PresenceStatus::Busy,
        ChosenStatus::Offline => PresenceStatus::Offline,
    }
}

fn revealed_change(revealed: Revealed, now_ms: i64) -> MembershipChange {
    MembershipChange {
        room_name: revealed.room_name,
        user_id: revealed.member.user.id,
        user_name: revealed.member.user.name,
        user_avatar: revealed.member.user.avatar,
        timestamp: Some(iso8601(now_ms)),
        member_count: Some(revealed.member_count),
    }
}

/// The custom status that an update asks for, whatever its dialect; `None` where it stays.
fn custom_status(update: &PresenceUpdate) -> Result<Option<Option<StoredStatus>>, Refusal> {
    let parts = match &update.custom_status {
        None if update.custom_emoji.is_none() => return Ok(None),
        Some(GivenStatus::Nothing) => return Ok(Some(None)),
        None => parts(None, update),
        Some(GivenStatus::Text(text)) => parts(Some(text), update),
        Some(GivenStatus::Parts(parts)) => parts.clone(),
    };
    let says = |text: &String| !text.is_empty();
    let (text, emoji) = (parts.text.filter(says), parts.emoji.filter(says));
    check_length(
        "customStatus.text",
        text.as_deref(),
        MAX_CUSTOM_STATUS_CHARS,
    )?;
    check_length("customStatus.emoji", emoji.as_deref(), MAX_EMOJI_CHARS)?;
    if text.is_none() && emoji.is_none() {
        return Ok(Some(None));
    }
    let expires_at_ms = parts.expires_at.as_ref().map(moment).transpose()?;
    Ok(Some(Some(StoredStatus {
        text,
        emoji,
        expires_at_ms,
    })))
}

fn parts(text: Option<&String>, update: &PresenceUpdate) -> GivenParts {
    GivenParts {
        text: text.cloned(),
        emoji: update.custom_emoji.clone(),
        expires_at: update.expires_at.clone(),
    }
}

fn check_length(field: &'static str, text: Option<&str>, max: usize) -> Result<(), Refusal> {
    match text.is_some_and(|text| text.chars().nth(max).is_some()) {
        true => Err(Refusal::too_large(field, max, "characters")),
        false => Ok(()),
    }
}

fn moment(moment: &Moment) -> Result<i64, Refusal> {
    let at_ms = match moment {
        Moment::Ms(at_ms) => Some(*at_ms),
        Moment::Text(text) => parse_iso8601(text),
    };
    // Later than that no reader understands.
    const YEAR_10000_MS: i64 = 253_402_300_800_000;
    at_ms
        .filter(|at_ms| (0..YEAR_10000_MS).contains(at_ms))
        .ok_or_else(|| Refusal::invalid("customStatus.expiresAt", "is no time"))
}
