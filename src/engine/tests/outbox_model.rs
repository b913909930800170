//! Any order of queueing, changing, taking out, sending, answering, losing the link, disks that
//! take their time or fail, and pages that end: beside a plain list of what was asked for, nothing
//! is lost, nothing is sent twice under different keys, every channel is in order, and what was
//! said of a cancellation or a change is true. The server answers in any order, though not one
//! message out of turn, and, where it says so, keeps that of what is under way at once.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::pipelining::connected_pipelining;
use super::world::World;
use crate::engine::input::QueueCommand;
use crate::engine::store::StoreFailure;

#[derive(Clone, Debug)]
enum Step {
    Queue(&'static str),
    Cancel(usize),
    Edit(usize),
    Retry(usize),
    Answer { which: usize, answer: Answer },
    Lose,
    Advance(u64),
    Disk(usize),
    Slow(bool),
    Fail(StoreFailure),
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Yes,
    /// Taken, and the answer is lost.
    Silence,
    Refused(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop_oneof![
        6 => Just(Answer::Yes),
        1 => Just(Answer::Silence),
        1 => prop::sample::select(vec!["FORBIDDEN", "RATE_LIMITED", "INTERNAL_ERROR"])
            .prop_map(Answer::Refused),
    ];
    let failure = prop::sample::select(vec![StoreFailure::Aborted, StoreFailure::Full]);
    prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "c"]).prop_map(Step::Queue),
        2 => any::<usize>().prop_map(Step::Cancel),
        2 => any::<usize>().prop_map(Step::Edit),
        1 => any::<usize>().prop_map(Step::Retry),
        6 => (any::<usize>(), answer).prop_map(|(which, answer)| Step::Answer { which, answer }),
        1 => Just(Step::Lose),
        2 => (0_u64..3_000).prop_map(Step::Advance),
        3 => (1_usize..4).prop_map(Step::Disk),
        1 => any::<bool>().prop_map(Step::Slow),
        1 => failure.prop_map(Step::Fail),
        1 => Just(Step::Restart),
    ]
}

/// What was asked for, and what came of it.
#[derive(Debug)]
struct Asked {
    channel: &'static str,
    content: String,
    is_cancelled: bool,
    /// It was taken out, though an earlier page may have sent it.
    is_given_up: bool,
    was_parked: bool,
}

struct Scene {
    world: World,
    asked: Vec<Asked>,
    /// What the server has, by channel: indices, in its order.
    log: BTreeMap<String, Vec<usize>>,
}

impl Scene {
    fn new(is_pipelining: bool) -> Self {
        let mut world = World::stored();
        if is_pipelining {
            world.server.greetings[0] = connected_pipelining();
        }
        world.is_logged = false;
        let server = "http://localhost:3101/socket.io/#/".to_owned();
        world
            .profile()
            .known_users
            .push((server, "alice".to_owned()));
        world.restart();
        world.connect();
        Self {
            world,
            asked: Vec::new(),
            log: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Queue(channel) => self.queue(channel),
            Step::Cancel(which) => self.on(which, |scene, index| {
                let key = index.to_string();
                let is_queued = |scene: &Self| scene.world.engine.queued_message(&key).is_some();
                let was_queued = is_queued(scene);
                let answer = scene.command(QueueCommand::Remove(key.clone()));
                let is_out = was_queued && !is_queued(scene);
                let asked = &mut scene.asked[index];
                asked.is_cancelled |= answer == json!(true);
                asked.is_given_up |= is_out;
            }),
            Step::Edit(which) => self.on(which, |scene, index| {
                let content = format!("{}'", scene.asked[index].content);
                let patch = json!({ "content": content });
                let answer = scene.command(QueueCommand::Update(index.to_string(), patch));
                if answer == json!(true) {
                    scene.asked[index].content = content;
                }
            }),
            Step::Retry(which) => self.on(which, |scene, index| {
                scene.command(QueueCommand::Retry(index.to_string()));
            }),
            Step::Answer { which, answer } => self.answer(which, answer),
            Step::Lose => self.lose(),
            Step::Advance(ms) => self.world.advance(ms),
            Step::Disk(steps) => {
                for _ in 0..steps {
                    self.world.disk_step();
                }
            }
            Step::Slow(is_slow) => self.world.disk().is_slow = is_slow,
            Step::Fail(failure) => self.world.disk().failures.push_back(failure),
            Step::Restart => {
                self.world.restart();
                self.world.ask_to_connect();
            }
        }
        self.look();
    }

    fn on(&mut self, which: usize, act: impl FnOnce(&mut Self, usize)) {
        if !self.asked.is_empty() {
            act(self, which % self.asked.len());
        }
    }

    fn command(&mut self, command: QueueCommand<Json>) -> Json {
        self.world.queue(command).expect("a sound command")
    }

    fn queue(&mut self, channel: &'static str) {
        let index = self.asked.len();
        let content = format!("text {index}");
        self.asked.push(Asked {
            channel,
            content: content.clone(),
            is_cancelled: false,
            is_given_up: false,
            was_parked: false,
        });
        let key = index.to_string();
        let message = json!({"channelId": channel, "content": content, "clientMessageId": key});
        self.command(QueueCommand::Add(message));
    }

    fn lose(&mut self) {
        if self.world.server.socket().is_some() {
            self.world.lose_connection();
        }
        self.world.server.inbox.clear();
        self.world.advance(1_000);
    }

    /// What must hold of everything that is on its way to the server at this moment, and of what
    /// is queued.
    fn look(&mut self) {
        for send in &self.world.server.inbox {
            let index = index_of(&send.body);
            let asked = &self.asked[index];
            assert!(!asked.is_cancelled, "{index} was taken out, and sent");
            assert_eq!(send.body["content"], asked.content, "as it was said to be");
        }
        for queued in self.world.engine.queued() {
            let index: usize = queued["id"].as_str().unwrap().parse().unwrap();
            self.asked[index].was_parked |= queued["status"] == "failed";
            assert!(!self.asked[index].is_cancelled, "{index} came back");
        }
    }

    fn answer(&mut self, which: usize, answer: Answer) {
        let count = self.world.server.inbox.len();
        if count == 0 || !self.world.server.is_joined() {
            return;
        }
        // Of one message, what came first is answered first.
        let inbox = &mut self.world.server.inbox;
        let index = index_of(&inbox[which % count].body);
        let first = inbox.iter().position(|send| index_of(&send.body) == index);
        let send = inbox.remove(first.unwrap()).unwrap();
        if self.world.server.socket() != Some(send.on) {
            return;
        }
        if let Answer::Refused(code) = answer {
            let error = json!({"code": code, "message": "no", "retryable": code != "FORBIDDEN"});
            return self.world.refuse(&send, error);
        }
        let channel = self.asked[index].channel;
        let log = self.log.entry(channel.to_owned()).or_default();
        let after = send.body["after"].as_str();
        let after: Option<usize> = after.map(|key| key.parse().expect("an index"));
        if after.is_some_and(|after| !log.contains(&after)) {
            let error = json!({"code": "OUT_OF_ORDER", "message": "no", "retryable": true});
            return self.world.refuse(&send, error);
        }
        if !log.contains(&index) {
            log.push(index);
        }
        let seq = log.iter().position(|known| *known == index).unwrap() + 1;
        if let Answer::Yes = answer {
            let data = json!({"messageId": format!("{channel}{seq}"), "seq": seq, "epoch": "e"});
            self.world.ack(&send, data);
        }
    }

    /// The faults stop: everything is dealt with.
    fn calm(&mut self) {
        self.world.disk().is_slow = false;
        self.world.disk().failures.clear();
        self.take(Step::Disk(1_000));
        self.lose();
        self.world.ask_to_connect();
        for _ in 0..200 {
            self.take(Step::Answer {
                which: 0,
                answer: Answer::Yes,
            });
            self.take(Step::Advance(500));
        }
    }

    fn check(&mut self) {
        let queued = self.world.engine.queued();
        for (index, asked) in self.asked.iter().enumerate() {
            let key = index.to_string();
            let entry = queued.iter().find(|queued| queued["id"] == *key);
            let is_parked = entry.is_some_and(|entry| entry["status"] == "failed");
            assert!(entry.is_none() || is_parked, "{index} still waits");
            let log = self.log.get(asked.channel);
            let is_sent = log.is_some_and(|log| log.contains(&index));
            assert!(
                is_sent || is_parked || asked.is_given_up,
                "{index} is lost: {asked:?}"
            );
        }
        for (channel, log) in &self.log {
            let in_order = log.iter().filter(|index| !self.asked[**index].was_parked);
            assert!(in_order.is_sorted(), "{channel}: {log:?}");
        }
        let parked: Vec<String> = queued
            .iter()
            .map(|queued| queued["id"].as_str().unwrap().to_owned())
            .collect();
        let sorted = |mut keys: Vec<String>| {
            keys.sort();
            keys
        };
        let stored = self.world.stored_keys(Some("alice"));
        assert_eq!(sorted(stored), sorted(parked), "the store has what waits");
        assert_eq!(
            self.world.journaled_keys(Some("alice")),
            Vec::<String>::new()
        );
    }
}

fn index_of(body: &Json) -> usize {
    let key = body["clientMessageId"].as_str().expect("a key");
    key.parse().expect("an index")
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_lost_doubled_or_out_of_order_and_every_answer_is_true(
        is_pipelining: bool,
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut scene = Scene::new(is_pipelining);
        for step in steps {
            scene.take(step);
        }
        scene.calm();
        scene.check();
    }
}
