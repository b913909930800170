//! What has to hold: after every step, and once things are quiet.

use std::collections::BTreeSet;

use nchat_realtime::engine::error::ClientError;
use nchat_realtime::engine::input::RequestId;
use nchat_realtime::engine::snapshot::RealtimeConnectionState as State;
use nchat_realtime::engine::store::Namespace;
use nchat_realtime::wire::error::ErrorCode;
use serde_json::Value as Json;

use super::log::{Log, Shown};
use super::model::TEXT_MARK;
use super::network::LinkId;
use super::tab::TabId;
use super::world::World;

/// What every token begins with: the documents' own, and JSON Web Tokens.
const TOKEN_MARKS: [&str; 2] = ["user:", "eyJ"];

impl World {
    /// The rows that changed are in order, each once, and are the engine's own.
    pub(crate) fn check_mirrors(&mut self, id: TabId) {
        let tab = self.tab(id);
        let mut checks = 0;
        for (room, mirror) in &mut tab.mirrors {
            if !std::mem::take(&mut mirror.has_changed) {
                continue;
            }
            mirror.check();
            checks += 1;
            if mirror.is_comparison_due() {
                assert_eq!(
                    mirror.rows,
                    tab.engine.timeline(room),
                    "changes of {room} add up"
                );
            }
        }
        self.checked += checks;
    }

    /// No error says what a person wrote, or what lets somebody in.
    pub(crate) fn check_error(&mut self, id: TabId, error: &ClientError<Json>) {
        self.checked += 1;
        let text = format!("{error:?}");
        assert!(
            !text.contains(TEXT_MARK),
            "I14: {id:?} shows a text: {text}"
        );
        let has_token = TOKEN_MARKS.iter().any(|mark| text.contains(mark));
        assert!(!has_token, "I14: {id:?} shows a token: {text}");
        self.tab(id).is_too_old |= error.is(ErrorCode::SchemaTooNew);
    }

    /// What a tab shows in its queue was written by whom it is kept for.
    pub(crate) fn check_queued(&mut self, id: TabId, key: &Json) {
        let number = key.as_str().and_then(|key| key.strip_prefix('k'));
        let Some(number) = number.and_then(|number| number.parse().ok()) else {
            return;
        };
        let namespace = self.profiles[id.profile].tabs[id.tab]
            .disk
            .namespace
            .as_ref();
        let user = namespace.and_then(|of| of.user.as_deref());
        self.model.check_whose(id, number, user);
        self.checked += 1;
    }

    /// What goes up on a connection was written by its user, who has not logged out.
    pub(crate) fn check_sender(&mut self, link: LinkId, packets: &str) {
        let id = self.network.link(link).tab;
        let user = self.server.user_of(link);
        let texts = packets.split(TEXT_MARK).skip(1).step_by(2);
        for number in texts.filter_map(|text| text.parse().ok()) {
            self.model.check_whose(id, number, user);
            self.checked += 1;
        }
    }

    /// When a logout is done, nothing of its user is left in the browser; `is_done` as it says.
    pub(crate) fn check_logout(&mut self, id: TabId, request: RequestId, is_done: bool) {
        let profile = &mut self.profiles[id.profile];
        let is_it = |(tab, of, _): &mut (TabId, RequestId, Namespace)| *tab == id && *of == request;
        let Some((_, _, namespace)) = profile.logout.take_if(is_it) else {
            return;
        };
        if !is_done {
            return;
        }
        let user = profile.user;
        let nobodys = Namespace {
            user: None,
            ..namespace.clone()
        };
        for namespace in [namespace, nobodys] {
            assert!(
                !profile.disk.knows(&namespace),
                "I14: {id:?} leaves something of {namespace:?}"
            );
            self.checked += 1;
        }
        self.model.is_over_for(id.profile, user);
    }

    /// Everything has come right.
    pub(crate) fn check_quiet(&mut self) {
        self.model.check_acknowledged();
        self.check_queues();
        assert_eq!(self.model.unsettled(), 0, "every promise is settled");
        for room in super::people::ROOMS {
            let stored = self.server.log(room);
            let known = self.model.log(room);
            let head_seq = known.map_or(0, Log::head_seq);
            assert_eq!(
                stored.head_seq, head_seq,
                "I2: the store has what {room} was told"
            );
            let stored = stored
                .messages
                .iter()
                .map(|message| &message.place.message_id);
            let known = known.map(Log::messages).unwrap_or_default();
            let known = known.iter().map(|message| &message.message_id);
            assert!(stored.eq(known), "I2: the store has what {room} was told");
        }
        for id in self.tab_ids() {
            self.check_quiet_tab(id);
        }
        self.check_quiet_people();
    }

    /// Nothing waits any more: what is queued has failed, and the app can see it.
    fn check_queues(&mut self) {
        let mut kept = BTreeSet::new();
        // Where there is no store, only the next tab reads the journal.
        let disks = self.profiles.iter().map(|profile| &profile.disk);
        for disk in disks.filter(|disk| disk.is_absent || disk.has_newer()) {
            kept.extend(disk.journaled());
        }
        for profile in &self.profiles {
            // One without its store leaves to it what other tabs have put there.
            let tabs = profile.tabs.iter().filter(|tab| tab.is_open);
            let tabs = tabs.filter(|tab| tab.disk.is_open());
            let open: Vec<_> = tabs.map(|tab| tab.disk.namespace.clone()).collect();
            kept.extend(profile.disk.set_aside(&open));
        }
        for id in self.tab_ids() {
            for message in self.tab(id).engine.queued() {
                self.check_queued(id, &message["id"]);
                assert_eq!(
                    message["status"], "failed",
                    "I8: {id:?} still queues {message}"
                );
                kept.insert(message["id"].as_str().unwrap_or_default().to_owned());
            }
        }
        self.model.check_sent(&kept);
    }

    fn check_quiet_tab(&mut self, id: TabId) {
        let now = self.profiles[id.profile].clock.read(self.chaos.now_ms);
        let tab = &self.profiles[id.profile].tabs[id.tab];
        let namespace = tab.disk.namespace.as_ref();
        let is_newer = namespace.is_some_and(|of| self.profiles[id.profile].disk.is_newer(of));
        let is_known = tab.is_too_old || self.profiles[id.profile].disk.is_absent;
        assert!(
            !is_newer || is_known,
            "I19: {id:?} was told of the newer store"
        );
        let state = tab.engine.connection(now).state;
        assert_eq!(state, State::Authenticated, "I8: {id:?} is connected");
        let (_, wanted) = tab.engine.intent();
        let rooms = tab.engine.rooms();
        for name in &wanted {
            let room = rooms.iter().find(|room| room.name == *name);
            assert!(
                room.is_some_and(|room| room.is_joined),
                "I8: {id:?} is in {name}"
            );
            let rows = tab.engine.timeline(name);
            if let Some(mirror) = tab.mirrors.get(name) {
                assert_eq!(mirror.rows, rows, "changes of {name} add up");
            }
            let placed = rows.iter().filter(|row| !row["seq"].is_null());
            let placed: Vec<Shown> = placed.map(Shown::of_row).collect();
            let known = self.model.log(name).map(Log::messages).unwrap_or_default();
            let first = placed.first().map_or(0, |row| row.seq);
            let begin = known.partition_point(|message| message.seq < first);
            let differs = placed
                .iter()
                .zip(&known[begin..])
                .find(|(row, message)| row != message);
            assert_eq!(
                differs, None,
                "I8: {id:?} has what the server has in {name}"
            );
            let (rows_here, messages) = (placed.len(), known.len() - begin);
            assert_eq!(
                rows_here, messages,
                "I8: {id:?} has all that the server has in {name}"
            );
            assert_eq!(tab.engine.gaps(name), [], "I7: no gap is left in {name}");
            let is_failed = |row: &&Json| row["seq"].is_null() && row["state"] != "failed";
            let waiting = rows.iter().filter(is_failed).count();
            assert_eq!(waiting, 0, "I8: nothing of {id:?} waits in {name}");
        }
        for name in &wanted {
            self.check_quiet_receipts(id, name);
        }
        self.check_quiet_messages(id);
        self.checked += wanted.len() as u64;
    }
}
