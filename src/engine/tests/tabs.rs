//! Several tabs of one profile: one sends, all see the same, and whatever happens to the one that
//! sends, another goes on.

use std::rc::Rc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::disk::Disk;
use super::pipelining::connected_pipelining;
use super::world::World;
use crate::engine::input::{Input, QueueCommand};

/// The tabs of one profile. A frozen one neither hears nor says anything.
pub(super) struct Tabs {
    pub(super) tabs: Vec<World>,
    is_frozen: Vec<bool>,
    /// What tabs say to each other is lost.
    pub(super) is_mute: bool,
}

impl Tabs {
    /// So many tabs of alice's, connected one after the other.
    pub(super) fn connected(count: usize) -> Self {
        let mut tabs = Self::opened(count, false);
        tabs.each(|tab| tab.connect());
        tabs
    }

    pub(super) fn opened(count: usize, lacks_locks: bool) -> Self {
        let server = "http://localhost:3101/socket.io/#/".to_owned();
        Self::of(count, lacks_locks, vec![(server, "alice".to_owned())])
    }

    /// Tabs of a profile in which nobody was named yet. They hear nothing of each other: here
    /// those of one namespace are not told from those of another.
    fn of_nobody(count: usize) -> Self {
        let mut tabs = Self::of(count, false, Vec::new());
        tabs.is_mute = true;
        tabs
    }

    /// The first tab learns the user, and leads: here there is one lock for all namespaces.
    fn connect_first(&mut self) {
        self.tabs[0].connect();
        self.advance(6_500);
    }

    fn of(count: usize, lacks_locks: bool, known_users: Vec<(String, String)>) -> Self {
        let mut first = World::stored();
        first.profile().known_users = known_users;
        first.profile().lacks_locks = lacks_locks;
        let profile = Rc::clone(&first.disk().profile);
        let tabs = (0..count).map(|tab| {
            let mut world = World::with_seed(tab as u8 * 10);
            world.tab_id = format!("tab {tab}");
            world.disk = Some(Disk::of(Rc::clone(&profile), tab));
            world.restart();
            world
        });
        Self {
            tabs: tabs.collect(),
            is_frozen: vec![false; count],
            is_mute: false,
        }
    }

    pub(super) fn each(&mut self, mut act: impl FnMut(&mut World)) {
        for index in 0..self.tabs.len() {
            act(&mut self.tabs[index]);
            self.talk();
        }
    }

    /// Everything that tabs say is heard, and the lock goes where it should.
    pub(super) fn talk(&mut self) {
        loop {
            let mut is_quiet = true;
            for from in 0..self.tabs.len() {
                if self.is_frozen[from] {
                    continue;
                }
                while let Some(event) = self.tabs[from].disk().lock_event() {
                    self.tabs[from].input(Input::Lock(event));
                    is_quiet = false;
                }
                for message in std::mem::take(&mut self.tabs[from].posts) {
                    is_quiet = false;
                    for to in (0..self.tabs.len()).filter(|to| *to != from) {
                        if !self.is_mute && !self.is_frozen[to] {
                            self.tabs[to].input(Input::TabMessage(message.clone()));
                        }
                    }
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    pub(super) fn advance(&mut self, ms: u64) {
        for _ in 0..ms.div_ceil(100) {
            for index in 0..self.tabs.len() {
                if self.is_frozen[index] {
                    self.tabs[index].sleep(100);
                } else {
                    self.tabs[index].advance(100);
                }
                self.talk();
            }
        }
    }

    pub(super) fn queue(&mut self, tab: usize, key: &str) {
        self.tabs[tab].queue_message("general", key);
        self.talk();
    }

    pub(super) fn command(&mut self, tab: usize, command: QueueCommand<Json>) -> Json {
        let answer = self.tabs[tab].queue(command).expect("a sound command");
        self.talk();
        answer
    }

    /// Which tabs sent something that was not looked at.
    pub(super) fn senders(&self) -> Vec<usize> {
        let sends = |tab: &World| tab.sent().contains(&"message:send");
        let tabs = self.tabs.iter().enumerate();
        tabs.filter(|(_, tab)| sends(tab))
            .map(|(index, _)| index)
            .collect()
    }

    /// The server takes what this tab sent.
    pub(super) fn take(&mut self, tab: usize, seq: u64) -> Json {
        let send = self.tabs[tab].expect_event("message:send");
        let data = json!({"messageId": format!("m{seq}"), "seq": seq, "epoch": "e1"});
        self.tabs[tab].ack(&send, data);
        self.talk();
        send.body
    }

    fn refuse(&mut self, tab: usize, code: &str) {
        let send = self.tabs[tab].expect_event("message:send");
        self.tabs[tab].refuse(&send, json!({"code": code, "message": "no"}));
        self.talk();
    }

    /// Ids and states of what is queued, as a tab sees it.
    pub(super) fn seen(&self, tab: usize) -> Vec<(String, String)> {
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let queued = self.tabs[tab].engine.queued();
        let seen = queued
            .iter()
            .map(|one| (text(&one["id"]), text(&one["status"])));
        seen.collect()
    }

    pub(super) fn leader(&self) -> Vec<usize> {
        let leads = |tab: &World| tab.engine.queue_snapshot()["isLeader"] == true;
        let tabs = self.tabs.iter().enumerate();
        tabs.filter(|(_, tab)| leads(tab))
            .map(|(index, _)| index)
            .collect()
    }
}

#[test]
fn one_tab_sends_what_every_tab_queued_and_all_hear_of_it() {
    let mut tabs = Tabs::connected(3);
    assert_eq!(tabs.leader(), [0]);
    tabs.tabs[2].join_room("general", 0);
    let options = json!({"clientMessageId": "two"});
    let request = tabs.tabs[2].send_with("general", "hi", options);
    tabs.talk();
    tabs.queue(1, "one");
    assert_eq!(tabs.senders(), [0]);
    for tab in 1..3 {
        let ids: Vec<String> = tabs.seen(tab).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["two", "one"], "as tab {tab} sees it");
    }
    let body = tabs.take(0, 1);
    assert_eq!(
        (&body["tabId"], &body["fence"]),
        (&json!("tab 2'"), &json!(1))
    );
    let receipt = tabs.tabs[2].take_settled(request).unwrap().unwrap();
    assert_eq!(receipt["messageId"], "m1");
    tabs.take(0, 2);
    for tab in 0..3 {
        assert_eq!(tabs.seen(tab), [], "as tab {tab} sees it");
    }
}

#[test]
fn messages_of_one_tab_keep_their_order_whoever_sends_them() {
    let mut tabs = Tabs::connected(2);
    for key in ["c", "a", "b"] {
        tabs.queue(1, key);
    }
    for (seq, key) in (1..).zip(["c", "a", "b"]) {
        assert_eq!(tabs.take(0, seq)["content"], key);
    }
}

#[test]
fn when_the_sending_tab_crashes_another_goes_on_with_what_it_had() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(0, "one");
    tabs.queue(1, "two");
    tabs.tabs[0].restart();
    tabs.talk();
    assert_eq!(tabs.leader(), [1]);
    let body = tabs.take(1, 1);
    assert_eq!(
        (&body["content"], &body["fence"]),
        (&json!("one"), &json!(2))
    );
    assert_eq!(tabs.take(1, 2)["content"], "two");
}

#[test]
fn a_tab_without_a_connection_gives_the_lead_to_one_that_has_one() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(0, "one");
    tabs.tabs[0].disconnect();
    tabs.talk();
    assert_eq!(tabs.leader(), [1]);
    assert_eq!(tabs.take(1, 1)["content"], "one");
    assert_eq!(tabs.seen(0), []);
    assert_eq!(tabs.tabs[0].told_leader().last(), Some(&Some(false)));
    assert_eq!(tabs.tabs[1].told_leader().last(), Some(&Some(true)));
}

#[test]
fn a_sending_tab_that_freezes_is_replaced_and_cannot_go_on_when_it_thaws() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(0, "one");
    tabs.is_frozen[0] = true;
    tabs.queue(1, "two");
    tabs.advance(6_500);
    assert_eq!(tabs.leader().last(), Some(&1));
    assert_eq!(tabs.take(1, 1)["content"], "one");
    assert_eq!(tabs.take(1, 2)["content"], "two");
    tabs.is_frozen[0] = false;
    // What it had sent is answered only now.
    let send = tabs.tabs[0].expect_event("message:send");
    let data = json!({"messageId": "m1", "seq": 1, "epoch": "e1", "duplicate": true});
    tabs.tabs[0].ack(&send, data);
    tabs.talk();
    assert_eq!(tabs.leader(), [1]);
    assert_eq!((tabs.seen(0), tabs.seen(1)), (vec![], vec![]));
    assert_eq!(
        tabs.tabs[0].stored_keys(Some("alice")),
        Vec::<String>::new()
    );
}

#[test]
fn what_a_tab_is_answered_once_it_was_replaced_goes_over_nothing_that_is_stored() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(0, "one");
    tabs.is_frozen[0] = true;
    tabs.advance(6_500);
    tabs.queue(1, "two");
    tabs.advance(6_500);
    assert_eq!(tabs.take(1, 1)["content"], "one");
    assert_eq!(tabs.take(1, 2)["content"], "two");
    tabs.is_frozen[0] = false;
    tabs.talk();
    tabs.refuse(0, "FORBIDDEN");
    assert_eq!(
        tabs.tabs[1].stored_keys(Some("alice")),
        Vec::<String>::new()
    );
}

#[test]
fn a_tab_that_asked_for_the_lead_twice_has_that_of_its_second_asking() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[0].disconnect();
    tabs.talk();
    tabs.tabs[0].disk().is_slow = true;
    tabs.tabs[0].connect();
    tabs.tabs[1].disconnect();
    tabs.talk();
    tabs.tabs[0].disconnect();
    tabs.talk();
    tabs.tabs[0].connect();
    tabs.talk();
    tabs.tabs[0].disk_catches_up();
    tabs.tabs[0].disk().is_slow = false;
    tabs.queue(0, "one");
    assert_eq!(tabs.take(0, 1)["fence"], 4);
}

#[test]
fn without_locks_one_tab_leads_after_a_second_and_the_others_hear_that_it_lives() {
    let mut tabs = Tabs::opened(3, true);
    tabs.each(|tab| tab.connect());
    tabs.queue(2, "one");
    tabs.advance(1_500);
    let leaders = tabs.leader();
    assert_eq!(leaders.len(), 1, "{leaders:?}");
    assert_eq!(tabs.senders(), leaders);
    tabs.take(leaders[0], 1);
    tabs.advance(20_000);
    assert_eq!(tabs.leader(), leaders);
}

#[test]
fn a_tab_that_does_not_send_asks_for_a_message_to_be_taken_out_and_promises_nothing() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(1, "flying");
    tabs.queue(1, "one");
    let remove = |key: &str| QueueCommand::Remove(key.to_owned());
    assert_eq!(tabs.command(1, remove("one")), json!(false), "no promise");
    assert_eq!(tabs.command(1, remove("flying")), json!(false));
    for tab in 0..2 {
        let ids: Vec<String> = tabs.seen(tab).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["flying"]);
    }
    tabs.take(0, 1);
    assert_eq!(tabs.senders(), Vec::<usize>::new());
}

#[test]
fn a_failed_message_can_be_changed_and_retried_in_any_tab() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(0, "one");
    tabs.refuse(0, "FORBIDDEN");
    assert_eq!(tabs.seen(1), [("one".to_owned(), "failed".to_owned())]);
    let update = QueueCommand::Update("one".to_owned(), json!({"content": "polite"}));
    tabs.command(1, update);
    tabs.command(1, QueueCommand::Retry("one".to_owned()));
    assert_eq!(tabs.take(0, 1)["content"], "polite");
}

#[test]
fn who_sent_from_another_tab_hears_that_the_message_failed() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[1].join_room("general", 0);
    let request = tabs.tabs[1].send("general", "hi");
    tabs.talk();
    tabs.refuse(0, "FORBIDDEN");
    assert_eq!(tabs.tabs[1].rejection(request), "FORBIDDEN");
}

#[test]
fn without_any_connection_a_message_is_taken_out_in_any_tab() {
    let mut tabs = Tabs::opened(2, false);
    tabs.queue(0, "one");
    tabs.queue(1, "two");
    tabs.command(0, QueueCommand::Remove("two".to_owned()));
    tabs.command(1, QueueCommand::Remove("one".to_owned()));
    assert_eq!((tabs.seen(0), tabs.seen(1)), (vec![], vec![]));
    assert_eq!(
        tabs.tabs[0].stored_keys(Some("alice")),
        Vec::<String>::new()
    );
    assert_eq!(
        tabs.tabs[0].profile().holder,
        None,
        "the lead is given back"
    );
}

#[test]
fn what_tabs_say_may_be_lost_and_everything_is_sent_all_the_same() {
    let mut tabs = Tabs::connected(2);
    tabs.is_mute = true;
    tabs.queue(1, "one");
    tabs.advance(12_000);
    // The server knows it as one message, however many tabs come to send it.
    let senders = tabs.senders();
    assert!(!senders.is_empty());
    for sender in senders {
        tabs.take(sender, 1);
    }
    tabs.is_mute = false;
    tabs.advance(30_000);
    tabs.each(|tab| tab.input(Input::Resumed));
    assert_eq!((tabs.seen(0), tabs.seen(1)), (vec![], vec![]));
}

#[test]
fn a_tab_that_did_not_hear_that_its_message_was_sent_looks_into_the_store() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(1, "one");
    tabs.is_mute = true;
    tabs.take(0, 1);
    tabs.is_mute = false;
    assert_eq!(tabs.seen(1).len(), 1, "it does not know yet");
    tabs.advance(8_000);
    assert_eq!(tabs.seen(1), []);
}

#[test]
fn a_message_of_another_tab_that_nobody_heard_the_end_of_does_not_wait_for_ever() {
    let mut tabs = Tabs::connected(3);
    tabs.queue(1, "one");
    tabs.is_mute = true;
    tabs.take(0, 1);
    tabs.is_mute = false;
    tabs.advance(8_000);
    assert_eq!((tabs.seen(1), tabs.seen(2)), (vec![], vec![]));
}

#[test]
fn a_message_that_came_in_while_the_store_was_read_is_not_taken_for_gone() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[0].disk().is_slow = true;
    tabs.tabs[1].disk().is_slow = true;
    // The lead goes to the other tab, which reads what is queued ...
    tabs.tabs[0].disconnect();
    tabs.talk();
    while tabs.tabs[1].disk().step() {}
    // ... before this message is committed, and hears of the message before it has the answer.
    tabs.queue(0, "one");
    tabs.tabs[0].disk_catches_up();
    tabs.talk();
    tabs.tabs[1].hear_disk();
    for tab in &mut tabs.tabs {
        tab.disk().is_slow = false;
        tab.disk_catches_up();
    }
    tabs.advance(2_000);
    assert_eq!(tabs.take(1, 1)["content"], "one");
}

#[test]
fn what_a_tab_queued_as_it_crashed_is_sent_by_the_one_that_sends() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[1].disk().is_slow = true;
    tabs.queue(1, "one");
    tabs.tabs[1].restart();
    assert_eq!(tabs.senders(), Vec::<usize>::new());
    tabs.advance(5_100);
    assert_eq!(tabs.take(0, 1)["content"], "one");
    assert_eq!(
        tabs.tabs[0].journaled_keys(Some("alice")),
        Vec::<String>::new()
    );
}

#[test]
fn what_became_of_a_message_goes_over_what_its_tab_wrote_late() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[1].disk().is_slow = true;
    tabs.queue(1, "one");
    // It is taken on from the journal.
    tabs.advance(5_100);
    tabs.refuse(0, "FORBIDDEN");
    tabs.tabs[1].disk().is_slow = false;
    tabs.tabs[1].disk_catches_up();
    tabs.advance(5_100);
    tabs.tabs[1].restart();
    tabs.tabs[1].connect();
    assert_eq!(tabs.seen(1), [("one".to_owned(), "failed".to_owned())]);
}

#[test]
fn a_message_waits_for_the_one_before_it_that_was_not_heard_of() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(1, "zero");
    tabs.take(0, 1);
    tabs.is_mute = true;
    tabs.queue(1, "one");
    tabs.is_mute = false;
    tabs.queue(1, "two");
    assert_eq!(tabs.take(0, 2)["content"], "one");
    assert_eq!(tabs.take(0, 3)["content"], "two");
}

#[test]
fn what_one_tab_queued_goes_on_the_heels_of_its_own_and_waits_for_that_of_another() {
    let mut tabs = Tabs::opened(2, false);
    tabs.each(|tab| {
        tab.server.greetings[0] = connected_pipelining();
        tab.connect();
    });
    for (tab, key) in [(1, "one"), (1, "two"), (0, "three"), (1, "four")] {
        tabs.queue(tab, key);
    }
    let after = |body: &Json| (body["content"].clone(), body["after"].clone());
    assert_eq!(tabs.tabs[0].server.inbox.len(), 2, "three waits");
    assert_eq!(after(&tabs.take(0, 1)), (json!("one"), Json::Null));
    assert_eq!(after(&tabs.take(0, 2)), (json!("two"), json!("one")));
    assert_eq!(tabs.tabs[0].server.inbox.len(), 1, "four waits");
    assert_eq!(after(&tabs.take(0, 3)), (json!("three"), Json::Null));
    assert_eq!(after(&tabs.take(0, 4)), (json!("four"), Json::Null));
}

#[test]
fn what_another_tab_says_of_an_entry_takes_nothing_out_of_the_store() {
    let mut tabs = Tabs::connected(2);
    tabs.queue(1, "one");
    let junk = json!({"type": "put", "key": "one", "text": "no record"});
    tabs.tabs[0].input(Input::TabMessage(junk));
    assert_eq!(tabs.tabs[0].stored_keys(Some("alice")), ["one".to_owned()]);
}

#[test]
fn logging_out_in_one_tab_leaves_nothing_in_any() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[1].join_room("general", 0);
    tabs.queue(1, "one");
    tabs.tabs[0].request(Input::LogoutRequested);
    tabs.talk();
    for tab in 0..2 {
        assert_eq!(tabs.seen(tab), []);
        assert!(!tabs.tabs[tab].connection().is_connected);
    }
    assert_eq!(
        tabs.tabs[0].stored_keys(Some("alice")),
        Vec::<String>::new()
    );
    assert_eq!(
        tabs.tabs[0].journaled_keys(Some("alice")),
        Vec::<String>::new()
    );
}

#[test]
fn a_tab_that_has_not_heard_of_others_yet_logs_them_out_as_well() {
    let mut tabs = Tabs::opened(2, false);
    tabs.talk();
    tabs.queue(0, "one");
    tabs.tabs[1].restart();
    tabs.tabs[1].posts.clear();
    tabs.tabs[1].request(Input::LogoutRequested);
    tabs.talk();
    assert_eq!(tabs.seen(0), []);
    tabs.advance(1_000);
    let left = tabs.tabs[0].stored_keys(Some("alice"));
    let noted = tabs.tabs[0].journaled_keys(Some("alice"));
    assert_eq!((left, noted), (vec![], vec![]));
}

#[test]
fn what_was_stored_before_tabs_heard_of_each_other_is_seen_in_all() {
    for from in 0..2 {
        let mut tabs = Tabs::opened(2, false);
        for tab in &mut tabs.tabs {
            let settings = tab.engine.settings().clone();
            tab.input(Input::Configured(Box::new(settings)));
        }
        tabs.tabs[from].queue_message("general", "one");
        assert_eq!(tabs.tabs[from].stored_keys(Some("alice")), ["one"]);
        tabs.talk();
        let seen = tabs.seen(1 - from);
        assert_eq!(seen.len(), 1, "queued in {from}");
    }
}

#[test]
fn what_a_tab_left_that_did_not_know_the_user_is_sent_by_one_that_does() {
    let mut tabs = Tabs::of_nobody(2);
    tabs.queue(1, "zero");
    tabs.connect_first();
    assert_eq!(tabs.take(0, 1)["content"], "zero");
    // The other tab is still in the store of nobody, and ends there.
    tabs.queue(1, "one");
    tabs.tabs[1].disk().is_slow = true;
    tabs.queue(1, "two");
    tabs.tabs[1].restart();
    tabs.advance(36_000);
    assert_eq!(tabs.take(0, 2)["content"], "one");
    assert_eq!(tabs.take(0, 3)["content"], "two");
    let left = tabs.tabs[0].stored_keys(None);
    assert_eq!((left, tabs.tabs[0].journaled_keys(None)), (vec![], vec![]));
}

#[test]
fn what_a_tab_that_does_not_know_the_user_is_adding_to_is_left_to_it() {
    let mut tabs = Tabs::of_nobody(2);
    tabs.queue(1, "one");
    tabs.connect_first();
    tabs.take(0, 1);
    for key in [
        "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ] {
        tabs.queue(1, key);
        tabs.advance(4_900);
    }
    assert_eq!(tabs.senders(), Vec::<usize>::new());
    tabs.tabs[1].restart();
    tabs.advance(6_000);
    assert_eq!(tabs.take(0, 2)["content"], "two");
    assert_eq!(tabs.take(0, 3)["content"], "three");
}

#[test]
fn what_is_nobodys_yet_is_not_certain_to_be_taken_out_once_another_tab_is_known() {
    let mut tabs = Tabs::of_nobody(2);
    tabs.queue(0, "one");
    tabs.queue(0, "two");
    let remove = |key: &str| QueueCommand::Remove(key.to_owned());
    assert_eq!(tabs.command(0, remove("one")), json!(true), "it is alone");
    tabs.is_mute = false;
    tabs.each(|tab| tab.input(Input::TabMessage(json!({"type": "here"}))));
    assert_eq!(tabs.command(0, remove("two")), json!(false));
    assert_eq!(tabs.seen(0), []);
}

#[derive(Clone, Debug)]
enum Step {
    Queue(usize),
    Cancel {
        tab: usize,
        which: usize,
    },
    /// The server takes in what a tab sent, and answers unless the answer is lost.
    Answer {
        tab: usize,
        is_heard: bool,
    },
    Crash(usize),
    Drop(usize),
    Connect(usize),
    Freeze(usize, bool),
    Mute(bool),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let tab = || 0_usize..3;
    prop_oneof![
        5 => tab().prop_map(Step::Queue),
        1 => (tab(), any::<usize>()).prop_map(|(tab, which)| Step::Cancel { tab, which }),
        5 => (tab(), prop::bool::weighted(0.9))
            .prop_map(|(tab, is_heard)| Step::Answer { tab, is_heard }),
        1 => tab().prop_map(Step::Crash),
        1 => tab().prop_map(Step::Drop),
        2 => tab().prop_map(Step::Connect),
        1 => (tab(), any::<bool>()).prop_map(|(tab, is_frozen)| Step::Freeze(tab, is_frozen)),
        1 => any::<bool>().prop_map(Step::Mute),
        2 => (0_u64..8_000).prop_map(Step::Advance),
    ]
}

/// The server's side of three tabs: one log, one fence.
struct Scene {
    tabs: Tabs,
    /// Who queued what, in order.
    queued: Vec<usize>,
    cancelled: Vec<usize>,
    /// What a tab asked another to take out.
    wished: Vec<usize>,
    log: Vec<usize>,
    fence: u64,
}

impl Scene {
    fn new() -> Self {
        Self {
            tabs: Tabs::connected(3),
            queued: Vec::new(),
            cancelled: Vec::new(),
            wished: Vec::new(),
            log: Vec::new(),
            fence: 0,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Queue(tab) if !self.tabs.is_frozen[tab] => {
                let key = self.queued.len().to_string();
                self.queued.push(tab);
                self.tabs.queue(tab, &key);
            }
            Step::Cancel { tab, which } if !self.tabs.is_frozen[tab] => {
                if let Some(index) = which.checked_rem(self.queued.len()) {
                    let remove = QueueCommand::Remove(index.to_string());
                    match self.tabs.command(tab, remove) == json!(true) {
                        true => self.cancelled.push(index),
                        false => self.wished.push(index),
                    }
                }
            }
            Step::Answer { tab, is_heard } => self.answer(tab, is_heard),
            Step::Crash(tab) => {
                self.tabs.is_frozen[tab] = false;
                self.tabs.tabs[tab].restart();
                self.tabs.tabs[tab].ask_to_connect();
            }
            Step::Drop(tab) if self.is_linked(tab) => {
                self.tabs.tabs[tab].lose_connection();
                self.tabs.tabs[tab].server.inbox.clear();
            }
            Step::Connect(tab) if !self.tabs.is_frozen[tab] => {
                self.tabs.tabs[tab].ask_to_connect();
            }
            Step::Freeze(tab, is_frozen) => {
                self.tabs.is_frozen[tab] = is_frozen;
            }
            Step::Mute(is_mute) => self.tabs.is_mute = is_mute,
            Step::Advance(ms) => self.tabs.advance(ms),
            _ => {}
        }
        self.tabs.talk();
    }

    fn is_linked(&self, tab: usize) -> bool {
        self.tabs.tabs[tab].server.socket().is_some() && !self.tabs.is_frozen[tab]
    }

    fn answer(&mut self, tab: usize, is_heard: bool) {
        let world = &mut self.tabs.tabs[tab];
        let Some(send) = world.server.inbox.pop_front() else {
            return;
        };
        let is_live = world.server.socket() == Some(send.on) && !self.tabs.is_frozen[tab];
        let fence = send.body["fence"].as_u64().expect("a fence");
        let index: usize = send.body["content"].as_str().unwrap().parse().unwrap();
        if fence < self.fence {
            if is_live && is_heard {
                let world = &mut self.tabs.tabs[tab];
                world.refuse(&send, json!({"code": "FENCED", "message": "no"}));
            }
            return;
        }
        self.fence = fence;
        assert!(!self.cancelled.contains(&index), "{index} was taken out");
        if !self.log.contains(&index) {
            self.log.push(index);
        }
        if is_live && is_heard {
            let seq = self.log.iter().position(|known| *known == index).unwrap() + 1;
            let data = json!({"messageId": format!("m{seq}"), "seq": seq, "epoch": "e1"});
            self.tabs.tabs[tab].ack(&send, data);
        }
    }

    fn calm(&mut self) {
        self.tabs.is_mute = false;
        for tab in 0..3 {
            self.tabs.is_frozen[tab] = false;
            self.take(Step::Connect(tab));
        }
        for _ in 0..60 {
            self.take(Step::Advance(1_000));
            for tab in 0..3 {
                while !self.tabs.tabs[tab].server.inbox.is_empty() {
                    self.take(Step::Answer {
                        tab,
                        is_heard: true,
                    });
                }
            }
        }
        self.tabs.each(|tab| tab.input(Input::Resumed));
    }

    fn check(&mut self) {
        for index in 0..self.queued.len() {
            let is_cancelled = self.cancelled.contains(&index);
            assert!(
                self.log.contains(&index) || is_cancelled || self.wished.contains(&index),
                "{index} is lost"
            );
        }
        for tab in 0..3 {
            assert_eq!(
                self.tabs.seen(tab),
                [],
                "everything is dealt with, says {tab}"
            );
            let mine = self.log.iter().filter(|index| self.queued[**index] == tab);
            assert!(mine.is_sorted(), "tab {tab}: {:?}", self.log);
        }
        let stored = self.tabs.tabs[0].stored_keys(Some("alice"));
        assert_eq!(stored, Vec::<String>::new());
    }
}

#[test]
fn what_an_earlier_leader_may_have_sent_is_not_certain_to_be_taken_out() {
    let mut scene = Scene::new();
    scene.take(Step::Mute(true));
    scene.take(Step::Queue(2));
    // The one that sends says nothing: it is taken to be gone.
    scene.take(Step::Advance(5_200));
    let answer = || Step::Answer {
        tab: 2,
        is_heard: true,
    };
    scene.take(Step::Queue(0));
    scene.take(answer());
    scene.take(Step::Advance(2_000));
    scene.take(Step::Queue(2));
    scene.take(Step::Advance(3_400));
    scene.take(Step::Cancel { tab: 0, which: 2 });
    scene.take(answer());
    scene.calm();
    scene.check();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_024,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_becomes_of_tabs_nothing_is_lost_and_each_tabs_messages_are_in_order(
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let mut scene = Scene::new();
        for tab in &mut scene.tabs.tabs {
            tab.is_logged = false;
        }
        for step in steps {
            scene.take(step);
        }
        scene.calm();
        scene.check();
    }
}
