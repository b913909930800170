//! A user as their connections make them, and as others see them.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::presence::PresenceStatus;

use super::connection::Connection;
use super::{Now, Times};
use crate::core::privacy::Appearance;
use crate::store::{Profile, StoredStatus, UserRecord};

/// One user who is connected, or whom somebody looks at.
#[derive(Debug, Default)]
pub(in crate::core) struct Person {
    /// `None` while a look-up has not succeeded: nothing is shown of them.
    pub(super) profile: Option<Profile>,
    /// While they are invisible, who might know what when they became so: what they change since
    /// is to show nobody that they are there.
    frozen: Option<Box<Profile>>,
    pub(super) sockets: BTreeSet<String>,
    /// Whether their profile is another than the one that was looked up.
    pub(super) has_changed: bool,
    /// Direct conversations in which they wrote since they came.
    pub(super) wrote_in: BTreeSet<String>,
    /// As others see them.
    pub(super) shown: Appearance,
    /// They are gone, and others are not told yet.
    pub(super) leaving: Option<Leaving>,
    /// When they are to be looked at again by themselves, by the steady clock.
    pub(super) due_ms: Option<i64>,
}

/// The time of grace between being gone and being shown as gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaving {
    pub(super) until_mono_ms: i64,
    pub(super) last_seen_ms: Option<i64>,
}

impl Person {
    /// Who may know what of them.
    pub(in crate::core) fn policy(&self) -> Option<&Profile> {
        let frozen = self.frozen.as_deref();
        let frozen = frozen.filter(|_| !is_planted(PlantedBug::ThawsPolicy));
        frozen.or(self.profile.as_ref())
    }

    pub(in crate::core) fn is_invisible(&self) -> bool {
        let profile = self.profile.as_ref();
        profile.is_none_or(|profile| profile.record.settings.invisible_mode)
    }

    /// What is known of them now, for the first time or anew.
    pub(super) fn learn(&mut self, profile: Profile) {
        self.shown.last_seen_ms = profile.record.last_seen_ms;
        self.frozen = frozen(&profile);
        self.profile = Some(profile);
    }

    /// Their record is another now. Says whether what they type is to end.
    pub(super) fn changed(&mut self, record: UserRecord) -> bool {
        let Some(profile) = &mut self.profile else {
            return true;
        };
        let before = std::mem::replace(&mut profile.record, record);
        let record = &profile.record;
        self.frozen = frozen(profile);
        if !record.settings.invisible_mode {
            if record.last_seen_ms.is_none()
                && let Some(leaving) = &mut self.leaving
            {
                leaving.last_seen_ms = None;
            }
            if self.shown.status == PresenceStatus::Offline {
                self.shown.last_seen_ms = record.last_seen_ms;
            }
        }
        record.settings != before.settings
    }

    /// The most available of their live connections, and what that runs on.
    pub(super) fn most_available<'a>(
        &self,
        connections: &'a BTreeMap<String, Connection>,
        mono_ms: i64,
    ) -> (PresenceStatus, Option<&'a str>) {
        let Some(profile) = &self.profile else {
            return (PresenceStatus::Offline, None);
        };
        let live = self.sockets.iter().filter_map(|id| {
            let connection = connections.get(id)?;
            connection.is_live(mono_ms).then_some(connection)
        });
        let mut most = (PresenceStatus::Offline, None);
        for connection in live {
            let status = connection.status(profile.record.chosen);
            if status > most.0 {
                most = (status, connection.device.as_deref());
            }
        }
        most
    }

    /// As they look to themselves.
    pub(super) fn own_appearance(
        &self,
        connections: &BTreeMap<String, Connection>,
        now: Now,
    ) -> Appearance {
        let (status, device) = self.most_available(connections, now.mono_ms);
        Appearance {
            status,
            device: device.map(str::to_owned),
            custom_status: self.custom_status(now),
            last_seen_ms: None,
        }
    }

    /// Brings what others see up to date. Whoever becomes offline, for whatever reason, is shown
    /// so after a time of grace: it tells a reload, a lost connection, a closed page and
    /// somebody who turns invisible apart for nobody. Says when they were last there, where that
    /// has to be kept.
    pub(super) fn settle(
        &mut self,
        connections: &BTreeMap<String, Connection>,
        now: Now,
        times: Times,
    ) -> Option<i64> {
        let is_hidden = self.is_invisible() && !is_planted(PlantedBug::ShowsInvisible);
        let (status, device) = match is_hidden {
            true => (PresenceStatus::Offline, None),
            false => self.most_available(connections, now.mono_ms),
        };
        let was_there = self.shown.status != PresenceStatus::Offline;
        let mut last_seen_ms = None;
        if status != PresenceStatus::Offline {
            self.leaving = None;
            self.shown = Appearance {
                status,
                device: device.map(str::to_owned),
                custom_status: self.custom_status(now),
                last_seen_ms: self.shown.last_seen_ms,
            };
            last_seen_ms = (!was_there).then_some(now.wall_ms);
        } else if was_there {
            let is_news = self.leaving.is_none();
            last_seen_ms = is_news.then_some(now.wall_ms);
            let leaving = *self.leaving.get_or_insert(Leaving {
                until_mono_ms: now.mono_ms + times.grace_ms,
                last_seen_ms: Some(now.wall_ms),
            });
            if leaving.until_mono_ms <= now.mono_ms {
                self.leaving = None;
                self.shown = Appearance {
                    last_seen_ms: leaving.last_seen_ms,
                    ..Appearance::default()
                };
            }
            let is_over = |custom: &StoredStatus| is_over(custom, now);
            if self.shown.custom_status.as_ref().is_some_and(is_over) {
                self.shown.custom_status = None;
            }
        }
        last_seen_ms
    }

    fn custom_status(&self, now: Now) -> Option<StoredStatus> {
        let custom = self.profile.as_ref()?.record.custom_status.as_ref()?;
        (!is_over(custom, now)).then(|| custom.clone())
    }

    /// When to look at them again by themselves, by the steady clock.
    pub(super) fn due(&self, now: Now) -> Option<i64> {
        let record = self.profile.as_ref().map(|profile| &profile.record);
        let own = record.and_then(|record| record.custom_status.as_ref());
        let ends = [own, self.shown.custom_status.as_ref()];
        let ends = ends.into_iter().flatten().filter_map(|custom| {
            let left_ms = custom.expires_at_ms? - now.wall_ms;
            (left_ms > 0).then(|| now.mono_ms.saturating_add(left_ms))
        });
        let leaving = self.leaving.map(|leaving| leaving.until_mono_ms);
        ends.chain(leaving).min()
    }
}

fn frozen(profile: &Profile) -> Option<Box<Profile>> {
    let frozen = profile.record.frozen.as_ref()?;
    Some(Box::new(frozen.to_profile(&profile.user_id)))
}

fn is_over(custom: &StoredStatus, now: Now) -> bool {
    custom.expires_at_ms.is_some_and(|end| end <= now.wall_ms)
}
