//! A server with a log of messages, and a client that sends, loses connections, hears late and
//! twice: in the end both have the same messages, and listeners heard each once, in order.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::peer::joined;
use super::server::Emitted;
use super::world::World;
use crate::engine::input::RequestId;

const PAGE: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    AliceSends,
    BobSends,
    /// The server answers one of the events that it has.
    Answer(usize),
    /// One of the messages on their way arrives; `again` leaves it on its way.
    Deliver {
        which: usize,
        again: bool,
    },
    Lose,
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::AliceSends),
        3 => Just(Step::BobSends),
        4 => any::<usize>().prop_map(Step::Answer),
        5 => (any::<usize>(), any::<bool>())
            .prop_map(|(which, again)| Step::Deliver { which, again }),
        1 => Just(Step::Lose),
        1 => (0_u64..100).prop_map(Step::Advance),
    ]
}

struct Chat {
    world: World,
    log: Vec<Json>,
    /// Broadcasts that did not arrive yet.
    under_way: Vec<Json>,
    is_member: bool,
    sends: Vec<RequestId>,
    told: Vec<u64>,
}

impl Chat {
    fn new() -> Self {
        let mut chat = Self {
            world: World::connected(),
            log: Vec::new(),
            under_way: Vec::new(),
            is_member: false,
            sends: Vec::new(),
            told: Vec::new(),
        };
        chat.world.is_logged = false;
        chat.world.join("general");
        chat.answer(0);
        chat
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::AliceSends => {
                let request = self.world.send("general", "same text");
                self.sends.push(request);
            }
            Step::BobSends => {
                self.store("bob", &format!("b{}", self.log.len()));
            }
            Step::Answer(which) => self.answer(which),
            Step::Deliver { which, again } => self.deliver(which, again),
            Step::Lose => {
                self.world.lose_connection();
                self.world.server.inbox.clear();
                self.under_way.clear();
                self.is_member = false;
                self.world.advance(1_000);
            }
            Step::Advance(ms) => self.world.advance(ms),
        }
        self.told.extend(self.world.told_seqs());
    }

    /// Stores a message once per key, and says which it is.
    fn store(&mut self, user_id: &str, key: &str) -> Json {
        if let Some(known) = self
            .log
            .iter()
            .find(|message| message["clientMessageId"] == key)
        {
            return known.clone();
        }
        let seq = self.log.len() + 1;
        let message = json!({
            "roomName": "general", "messageId": format!("m{seq}"), "clientMessageId": key,
            "userId": user_id, "content": "same text", "seq": seq, "epoch": "e1",
            "timestamp": "2026-01-30T12:00:00.000Z",
        });
        self.log.push(message.clone());
        if self.is_member {
            self.under_way.push(message.clone());
        }
        message
    }

    fn answer(&mut self, which: usize) {
        let count = self.world.server.inbox.len();
        if count == 0 {
            return;
        }
        let event = self.world.server.inbox.remove(which % count).unwrap();
        let data = match event.name.as_str() {
            "room:join" => {
                self.is_member = true;
                joined("general", self.log.len() as u64)
            }
            "message:send" => {
                let key = event.body["clientMessageId"].as_str().unwrap();
                self.store("alice", key)
            }
            "sync:messages" => self.page(&event),
            name => panic!("unexpected {name}"),
        };
        self.world.ack(&event, data);
    }

    fn page(&self, request: &Emitted) -> Json {
        let messages: Vec<Json> = match request.body["afterSeq"].as_u64() {
            Some(after) => {
                let missed = self.log.iter().skip(after as usize);
                missed.take(PAGE).cloned().collect()
            }
            None => self.log.iter().rev().take(PAGE).rev().cloned().collect(),
        };
        let last = messages.last().and_then(|message| message["seq"].as_u64());
        json!({
            "messages": messages, "epoch": "e1", "headSeq": self.log.len(), "serverTime": 1,
            "hasMore": last.is_some_and(|last| last < self.log.len() as u64),
        })
    }

    fn deliver(&mut self, which: usize, again: bool) {
        if self.under_way.is_empty() {
            return;
        }
        let index = which % self.under_way.len();
        let message = match again {
            true => self.under_way[index].clone(),
            false => self.under_way.remove(index),
        };
        self.world.server_sends("message:new", message);
    }

    fn calm(&mut self) {
        self.take(Step::Lose);
        while !self.world.server.inbox.is_empty() || !self.under_way.is_empty() {
            self.take(Step::Answer(0));
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
    fn client_and_server_have_the_same_messages_and_listeners_heard_each_once_in_order(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut chat = Chat::new();
        for step in steps {
            chat.take(step);
            let rows = &chat.world.engine.timeline("general");
            let keys: std::collections::BTreeSet<_> =
                rows.iter().map(|row| row["clientMessageId"].as_str()).collect();
            prop_assert_eq!(keys.len(), rows.len(), "one row per message at every moment");
        }
        chat.calm();
        prop_assert_eq!(&chat.world.engine.timeline("general"), &chat.log);
        prop_assert_eq!(&chat.told, &(1..=chat.log.len() as u64).collect::<Vec<_>>());
        for request in chat.sends {
            prop_assert!(chat.world.take_settled(request).unwrap().is_ok());
        }
    }
}
