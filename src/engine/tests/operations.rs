//! Edits, deletions and reactions: in whatever way and order they come, rows are what the log
//! says, and our own show before the server has answered.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::log::{Deed, Log, plain};
use super::peer::joined;
use super::world::World;
use crate::engine::context::Context;
use crate::engine::output::Notification;
use crate::engine::rooms::Rooms;
use crate::engine::uplink::Uplink;
use crate::wire::change::MessageChange;
use crate::wire::operation::OperationAckHead;
use crate::wire::resume::{ResumeRoomHead, items};

impl World {
    /// Lends the rooms as another part of the engine would have them.
    fn with_rooms<T>(
        &mut self,
        act: impl FnOnce(&mut Uplink<'_, '_, Json>, &mut Rooms<Json>) -> T,
    ) -> T {
        let mut ctx = Context {
            now: self.now,
            settings: &self.engine.settings,
            random: &mut self.engine.random,
            keep: &mut self.engine.keep,
            outputs: &mut self.engine.outputs,
            has_company: false,
        };
        let mut up = Uplink {
            ctx: &mut ctx,
            connection: &mut self.engine.connection,
            acks: &mut self.engine.acks,
        };
        let answer = act(&mut up, &mut self.engine.rooms);
        self.drain();
        answer
    }

    /// Changes the room `general` as the outbox would.
    fn draft(&mut self, act: impl FnOnce(&mut Timeline, &mut Changes)) {
        self.with_rooms(|up, rooms| {
            let mut changes = Vec::new();
            if let Some(room) = rooms.get_mut("general") {
                act(&mut room.timeline, &mut changes);
                room.tell_changes(up.ctx, changes);
            }
        });
    }
}

type Timeline = crate::engine::timeline::Timeline<Json>;
type Changes = Vec<crate::engine::output::TimelineChange<Json>>;

fn rows(world: &World) -> Vec<Json> {
    let rows = world.engine.timeline("general");
    rows.iter().map(plain).collect()
}

fn messages(log: &Log) -> Vec<Json> {
    log.messages().iter().map(plain).collect()
}

/// A room with one message of alice's, known live.
fn with_message() -> (World, Log) {
    let mut world = World::connected();
    world.join_room("general", 0);
    let mut log = Log::new("e1");
    let message = log.send("alice", "a1");
    world.server_sends("message:new", message);
    world.notifications();
    (world, log)
}

fn edit(content: &str) -> MessageChange<Json> {
    MessageChange::Edit {
        content: json!(content),
        version: None,
        edited_at: None,
    }
}

#[test]
fn what_comes_live_changes_the_row_and_reaches_listeners_of_its_event() {
    let (mut world, mut log) = with_message();
    for deed in [Deed::React, Deed::Edit, Deed::Unreact, Deed::Delete] {
        let event = log.operate("alice", "e1-1", deed, "edited").unwrap();
        world.server_sends(deed.event(), event);
        assert_eq!(rows(&world), messages(&log));
        assert_eq!(world.told_events(deed.event()).len(), 1);
    }
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_repeated_or_older_operation_changes_nothing() {
    let (mut world, mut log) = with_message();
    let first = log.operate("alice", "e1-1", Deed::Edit, "one").unwrap();
    let second = log.operate("alice", "e1-1", Deed::Edit, "two").unwrap();
    for event in [&first, &second, &first, &second] {
        world.server_sends("message:update", event.clone());
    }
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn an_operation_behind_a_gap_waits_for_the_page_of_what_is_missing() {
    let (mut world, mut log) = with_message();
    log.operate("bob", "e1-1", Deed::React, "").unwrap();
    let event = log.operate("bob", "e1-1", Deed::Unreact, "").unwrap();
    world.server_sends("reaction:remove", event);
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], 1);
    world.ack(&request, log.page(&request.body, 50));
    assert_eq!(rows(&world), messages(&log));
    assert_eq!(world.engine.gaps("general"), []);
}

#[test]
fn operations_of_a_server_without_a_log_count_as_they_come() {
    let mut world = World::plain();
    world.connect();
    world.join_room("general", 0);
    let message =
        json!({"roomName": "general", "messageId": "m", "userId": "bob", "content": "hi"});
    world.server_sends("message:new", message);
    let edit = json!({"roomName": "general", "messageId": "m", "content": "edited"});
    world.server_sends("message:update", edit);
    assert_eq!(rows(&world)[0]["content"], "edited");
}

#[test]
fn a_change_of_ours_shows_at_once_and_is_confirmed_or_rolled_back() {
    let (mut world, mut log) = with_message();
    world.draft(|timeline, changes| timeline.edit_pending("k1", "e1-1", edit("mine"), changes));
    assert_eq!(
        (&rows(&world)[0]["content"], &rows(&world)[0]["isPending"]),
        (&json!("mine"), &json!(true))
    );
    world.draft(|timeline, changes| timeline.edit_pending("k2", "e1-1", edit("again"), changes));
    assert_eq!(rows(&world)[0]["content"], "again");
    world.draft(|timeline, changes| timeline.edit_rolled_back("k2", changes));
    assert_eq!(rows(&world)[0]["content"], "mine");

    let event = log.operate("alice", "e1-1", Deed::Edit, "mine").unwrap();
    let ack = OperationAckHead {
        version: Some(2),
        timestamp: Some("now".to_owned()),
        ..OperationAckHead::default()
    };
    world.draft(|timeline, changes| timeline.edit_settled("k1", &ack, changes));
    assert_eq!(rows(&world), messages(&log));
    world.server_sends("message:update", event);
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_late_answer_takes_nothing_back_that_the_log_has_brought_since() {
    let (mut world, mut log) = with_message();
    let emoji = |adds| MessageChange::React {
        emoji: "+".to_owned(),
        user_id: "alice".to_owned(),
        adds,
    };
    world.draft(|timeline, changes| timeline.edit_pending("k1", "e1-1", emoji(false), changes));
    let event = log.operate("alice", "e1-1", Deed::React, "").unwrap();
    world.server_sends(Deed::React.event(), event);
    let ack = OperationAckHead {
        seq: Some(1),
        duplicate: true,
        ..OperationAckHead::default()
    };
    world.draft(|timeline, changes| timeline.edit_settled("k1", &ack, changes));
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn what_the_server_says_meanwhile_is_kept_under_a_change_of_ours() {
    let (mut world, mut log) = with_message();
    world.draft(|timeline, changes| timeline.edit_pending("k1", "e1-1", edit("mine"), changes));
    for (deed, text) in [(Deed::Edit, "theirs"), (Deed::React, "")] {
        let event = log.operate("alice", "e1-1", deed, text).unwrap();
        world.server_sends(deed.event(), event);
    }
    assert_eq!(rows(&world)[0]["content"], "mine");
    assert!(rows(&world)[0]["reactions"].is_array());
    world.draft(|timeline, changes| timeline.edit_rolled_back("k1", changes));
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_change_of_ours_waits_for_its_message() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.draft(|timeline, changes| timeline.edit_pending("k1", "e1-1", edit("mine"), changes));
    let mut log = Log::new("e1");
    world.server_sends("message:new", log.send("alice", "a1"));
    assert_eq!(rows(&world)[0]["content"], "mine");
}

#[test]
fn after_a_resume_no_room_asks_for_a_page() {
    let (mut world, mut log) = with_message();
    for key in ["b1", "b2"] {
        log.send("bob", key);
    }
    log.operate("alice", "e1-1", Deed::Edit, "edited").unwrap();
    world.lose_connection();
    world.advance(1_000);
    world.with_rooms(|_, rooms| rooms.expect_resume());
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", log.head()));
    assert_eq!(world.sent(), Vec::<&str>::new());
    let live = log.send("bob", "b3");
    world.server_sends("message:new", live);
    assert_eq!(
        world.told_seqs(),
        Vec::<u64>::new(),
        "those before it come first"
    );

    let cursors = world.with_rooms(|_, rooms| rooms.cursors());
    assert_eq!((cursors.len(), cursors[0].seq), (1, 1));
    let answer = json!({"rooms": [log.resume(Some("e1"), 1, 200)]});
    let count = world.with_rooms(|up, rooms| {
        let room = items(&answer, "rooms").remove(0);
        let count = rooms.apply_resume(up, &ResumeRoomHead::read(&room).unwrap(), &room);
        rooms.resume_ended(up);
        count
    });
    assert_eq!(count, 2);
    assert_eq!(rows(&world), messages(&log));
    assert_eq!(world.told_seqs(), [2, 3, 5]);
    assert_eq!(
        (world.sent(), world.engine.gaps("general")),
        (vec![], vec![])
    );
}

#[test]
fn a_resume_that_does_not_come_leaves_it_to_the_pages() {
    let (mut world, mut log) = with_message();
    log.send("bob", "b1");
    world.lose_connection();
    world.advance(1_000);
    world.with_rooms(|_, rooms| rooms.expect_resume());
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", log.head()));
    world.with_rooms(|up, rooms| rooms.resume_ended(up));
    let request = world.expect_event("sync:messages");
    world.ack(&request, log.page(&request.body, 50));
    assert_eq!((rows(&world), world.told_seqs()), (messages(&log), vec![2]));
}

/// Entries of the log in one page, or in one room of a resume.
const LIMIT: u64 = 4;

#[derive(Clone, Debug)]
enum Step {
    Send(&'static str),
    Operate {
        user: &'static str,
        which: usize,
        deed: usize,
    },
    /// Alice changes a message here; the server hears of it later.
    Draft {
        which: usize,
        deed: usize,
    },
    /// The server answers one of alice's changes, or she takes it back.
    SettleDraft {
        which: usize,
        taken: bool,
    },
    Answer {
        which: usize,
        refused: bool,
    },
    Deliver {
        which: usize,
        again: bool,
    },
    LoadOlder,
    Lose {
        resumes: bool,
        loses_history: bool,
    },
    Advance(u64),
    /// The page is loaded again; what it had stored is there, as far as it was stored.
    Reload,
    /// The store takes its time, or has caught up.
    SlowStore(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let user = || prop::sample::select(vec!["alice", "bob"]);
    prop_oneof![
        6 => user().prop_map(Step::Send),
        6 => (user(), any::<usize>(), 0_usize..4)
            .prop_map(|(user, which, deed)| Step::Operate { user, which, deed }),
        1 => (any::<usize>(), 0_usize..4).prop_map(|(which, deed)| Step::Draft { which, deed }),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(which, taken)| Step::SettleDraft { which, taken }),
        8 => (any::<usize>(), prop::bool::weighted(0.1))
            .prop_map(|(which, refused)| Step::Answer { which, refused }),
        8 => (any::<usize>(), any::<bool>())
            .prop_map(|(which, again)| Step::Deliver { which, again }),
        1 => Just(Step::LoadOlder),
        2 => (any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(resumes, loses_history)| Step::Lose { resumes, loses_history }),
        2 => (0_u64..3_000).prop_map(Step::Advance),
        1 => Just(Step::Reload),
        1 => any::<bool>().prop_map(Step::SlowStore),
    ]
}

struct Chat {
    world: World,
    log: Log,
    /// Events that did not arrive yet.
    under_way: Vec<(&'static str, Json)>,
    is_member: bool,
    awaits_resume: bool,
    /// Alice's changes that the server has not answered: key, message, and what.
    drafts: Vec<(String, String, Deed)>,
    keys: usize,
}

impl Chat {
    /// A chat in which a room with a past is joined.
    fn new(past: usize) -> Self {
        let mut chat = Self {
            world: World::stored(),
            log: Log::new("e0"),
            under_way: Vec::new(),
            is_member: false,
            awaits_resume: false,
            drafts: Vec::new(),
            keys: 0,
        };
        chat.world.is_logged = false;
        chat.world.connect();
        for _ in 0..past {
            chat.take(Step::Send("bob"));
        }
        chat.world.join("general");
        chat
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("k{}", self.keys)
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Send(user) => {
                let key = self.key();
                let message = self.log.send(user, &key);
                self.publish("message:new", Some(message));
            }
            Step::Operate { user, which, deed } => {
                let deed = Deed::ALL[deed];
                let text = self.key();
                if let Some(id) = self.log.any_id(which) {
                    let event = self.log.operate(user, &id, deed, &text);
                    self.publish(deed.event(), event);
                }
            }
            Step::Draft { which, deed } => self.draft(which, Deed::ALL[deed]),
            Step::SettleDraft { which, taken } if !self.drafts.is_empty() => {
                self.settle_draft(which, taken);
            }
            Step::SettleDraft { .. } => {}
            Step::Answer { which, refused } => self.answer(which, refused),
            Step::Deliver { which, again } if !self.under_way.is_empty() => {
                let index = which % self.under_way.len();
                let (event, body) = match again {
                    true => self.under_way[index].clone(),
                    false => self.under_way.remove(index),
                };
                self.world.server_sends(event, body);
            }
            Step::Deliver { .. } => {}
            Step::LoadOlder => {
                self.world.load_older("general");
            }
            Step::Lose {
                resumes,
                loses_history,
            } => self.lose(resumes, loses_history),
            Step::Advance(ms) => self.world.advance(ms),
            Step::Reload => self.reload(),
            Step::SlowStore(is_slow) => {
                self.world.disk().is_slow = is_slow;
                self.world.disk_catches_up();
            }
        }
        self.check_gaps();
    }

    fn publish(&mut self, event: &'static str, body: Option<Json>) {
        let heard = body.filter(|_| self.is_member);
        self.under_way.extend(heard.map(|body| (event, body)));
    }

    fn draft(&mut self, which: usize, deed: Deed) {
        let Some(id) = self.log.any_id(which) else {
            return;
        };
        let key = self.key();
        let react = |adds| MessageChange::React {
            emoji: "+".to_owned(),
            user_id: "alice".to_owned(),
            adds,
        };
        let change = match deed {
            Deed::Edit => edit(&key),
            Deed::Delete => MessageChange::Delete { version: None },
            Deed::React => react(true),
            Deed::Unreact => react(false),
        };
        self.world
            .draft(|timeline, changes| timeline.edit_pending(&key, &id, change, changes));
        self.drafts.push((key, id, deed));
    }

    fn settle_draft(&mut self, which: usize, taken: bool) {
        let (key, id, deed) = self.drafts.remove(which % self.drafts.len());
        let event = match taken {
            true => self.log.operate("alice", &id, deed, &key),
            false => None,
        };
        let Some(event) = event else {
            return self
                .world
                .draft(|timeline, changes| timeline.edit_rolled_back(&key, changes));
        };
        let ack = OperationAckHead {
            seq: event["seq"].as_u64(),
            version: event["version"].as_u64(),
            timestamp: Some("now".to_owned()),
            ..OperationAckHead::default()
        };
        self.publish(deed.event(), Some(event));
        self.world
            .draft(|timeline, changes| timeline.edit_settled(&key, &ack, changes));
    }

    fn answer(&mut self, which: usize, refused: bool) {
        if self.awaits_resume && self.is_member && which.is_multiple_of(3) {
            return self.resume(refused);
        }
        let count = self.world.server.inbox.len();
        if count == 0 {
            return;
        }
        let event = self.world.server.inbox.remove(which % count).unwrap();
        let data = match event.name.as_str() {
            "room:join" => {
                self.is_member = true;
                let mut answer = joined("general", self.log.head());
                answer["epoch"] = json!(self.log.epoch);
                answer
            }
            "sync:messages" if refused => {
                let error = json!({"code": "INTERNAL_ERROR", "message": "no"});
                return self.world.refuse(&event, error);
            }
            "sync:messages" => self.log.page(&event.body, LIMIT),
            // What is unread, where a deletion of something unknown may have changed that.
            "sync:channels" => json!({"channels": []}),
            name => panic!("unexpected {name}"),
        };
        self.world.ack(&event, data);
    }

    fn resume(&mut self, refused: bool) {
        self.awaits_resume = false;
        let cursors = self.world.with_rooms(|_, rooms| rooms.cursors());
        let answers: Vec<Json> = cursors
            .iter()
            .filter(|_| !refused)
            .filter_map(|room| self.log.resume(room.epoch.as_deref(), room.seq, LIMIT))
            .collect();
        self.world.with_rooms(|up, rooms| {
            for room in answers {
                rooms.apply_resume(up, &ResumeRoomHead::read(&room).unwrap(), &room);
            }
            rooms.resume_ended(up);
        });
    }

    fn lose(&mut self, resumes: bool, loses_history: bool) {
        self.world.lose_connection();
        self.world.server.inbox.clear();
        self.under_way.clear();
        self.is_member = false;
        if loses_history {
            self.log = Log::new(&format!("e{}", self.keys + 1));
            for _ in 0..self.keys % 7 {
                self.log.send("bob", "again");
            }
            for (key, ..) in std::mem::take(&mut self.drafts) {
                self.world
                    .draft(|timeline, changes| timeline.edit_rolled_back(&key, changes));
            }
        }
        self.world.advance(1_000);
        self.awaits_resume = resumes;
        if resumes {
            self.world.with_rooms(|_, rooms| rooms.expect_resume());
        }
    }

    fn reload(&mut self) {
        self.world.restart();
        self.under_way.clear();
        self.drafts.clear();
        self.is_member = false;
        self.awaits_resume = false;
        self.world.join("general");
        self.world.ask_to_connect();
    }

    /// What is shown as missing is missing, and every row stands where the log has it.
    fn check_gaps(&mut self) {
        let rows = self.world.engine.timeline("general");
        for gap in self.world.engine.gaps("general") {
            assert!(gap.from_seq <= gap.to_seq);
            for row in &rows {
                let seq = row["seq"].as_u64().unwrap();
                assert!(
                    !(gap.from_seq..=gap.to_seq).contains(&seq),
                    "{gap:?} has {row}"
                );
            }
        }
    }

    /// Everything arrives, and the room is paged back to its beginning.
    fn calm(&mut self) {
        while !self.drafts.is_empty() {
            self.settle_draft(0, true);
        }
        self.take(Step::SlowStore(false));
        if self.keys.is_multiple_of(3) {
            self.world.advance(1_000);
            self.reload();
        }
        self.lose(self.keys.is_multiple_of(2), false);
        // The app's join may have been without an answer for too long: it asks again.
        self.world.join("general");
        self.settle();
        loop {
            let request = self.world.load_older("general");
            self.settle();
            let answer = self.world.take_settled(request).unwrap().unwrap();
            if answer["hasMore"] == false {
                return;
            }
        }
    }

    fn settle(&mut self) {
        while !self.world.server.inbox.is_empty()
            || !self.under_way.is_empty()
            || self.awaits_resume
        {
            self.take(Step::Answer {
                which: 0,
                refused: false,
            });
            self.take(Step::Deliver {
                which: 0,
                again: false,
            });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_comes_in_whatever_order_the_rows_become_what_the_log_says(
        past in 0_usize..9,
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut chat = Chat::new(past);
        let mut told = std::collections::BTreeSet::new();
        for step in steps {
            if matches!(step, Step::Reload) {
                told.clear();
            }
            chat.take(step);
            for notification in chat.world.notifications() {
                if let Notification::Message { message, .. } = notification {
                    let id = message["messageId"].as_str().unwrap().to_owned();
                    prop_assert!(told.insert(id), "told once: {message}");
                }
            }
        }
        chat.calm();
        prop_assert_eq!(rows(&chat.world), messages(&chat.log));
        prop_assert_eq!(chat.world.engine.gaps("general"), vec![]);
        let cursors = chat.world.with_rooms(|_, rooms| rooms.cursors());
        prop_assert_eq!(cursors[0].seq, chat.log.head());
    }
}
