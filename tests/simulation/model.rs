//! The plain reference: what was sent, what was answered, and what the server's logs must hold.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::engine::error::ClientError;
use nchat_realtime::engine::input::RequestId;
use nchat_realtime::wire::message::MessageNew;
use serde_json::Value as Json;

use super::tab::TabId;

/// Marks every text, so that one is found wherever it must not be.
pub(crate) const TEXT_MARK: char = '~';

/// One message that an app sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) tab: TabId,
    pub(crate) room: String,
    /// Whether the server must refuse it.
    pub(crate) is_bad: bool,
    /// How often the history had been lost when it was sent.
    losses: u64,
    pub(crate) fate: Fate,
}

/// What the app knows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Pending,
    /// The promise said: stored, here.
    Stored {
        epoch: String,
        seq: u64,
    },
    /// The promise was rejected with this code.
    Failed(String),
}

/// One room's log, as the server published it.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) epoch: String,
    /// Texts by `seq`, from 1.
    pub(crate) texts: Vec<String>,
}

/// Everything that is known from outside.
#[derive(Debug, Default)]
pub(crate) struct Model {
    sent: Vec<Sent>,
    logs: BTreeMap<String, Log>,
    /// The message with which each tab was last in each log.
    last_of: BTreeMap<(TabId, String), usize>,
    keys: BTreeSet<(String, String)>,
    losses: u64,
    /// Promises under way, and the message of those that sent one.
    promises: BTreeMap<(TabId, RequestId), Option<usize>>,
}

impl Model {
    /// A new message: its number, and its text.
    pub(crate) fn sends(&mut self, tab: TabId, room: &str, is_bad: bool) -> (usize, String) {
        let number = self.sent.len();
        self.sent.push(Sent {
            tab,
            room: room.to_owned(),
            is_bad,
            losses: self.losses,
            fate: Fate::Pending,
        });
        (number, format!("{TEXT_MARK}{number}{TEXT_MARK}"))
    }

    /// A promise was made.
    pub(crate) fn asked(&mut self, tab: TabId, request: RequestId) {
        self.promises.insert((tab, request), None);
    }

    /// The promise is that of a message.
    pub(crate) fn promised(&mut self, tab: TabId, request: RequestId, number: usize) {
        if let Some(promise) = self.promises.get_mut(&(tab, request)) {
            *promise = Some(number);
        }
    }

    /// A promise was settled: once, and as it had to be.
    pub(crate) fn settled(
        &mut self,
        tab: TabId,
        request: RequestId,
        result: &Result<Json, ClientError<Json>>,
    ) {
        let promise = self.promises.remove(&(tab, request));
        let number = promise.unwrap_or_else(|| panic!("{tab:?} settles {request:?} twice"));
        let Some(sent) = number.and_then(|number| self.sent.get_mut(number)) else {
            return;
        };
        assert_eq!(sent.fate, Fate::Pending, "a message has one outcome");
        sent.fate = match result {
            Ok(receipt) => Fate::Stored {
                epoch: receipt["epoch"].as_str().expect("an epoch").to_owned(),
                seq: receipt["seq"].as_u64().expect("a place"),
            },
            Err(error) => Fate::Failed(error.code.clone()),
        };
        assert!(
            !sent.is_bad || matches!(sent.fate, Fate::Failed(_)),
            "a message that the server must refuse was taken"
        );
    }

    /// Promises that are not settled.
    pub(crate) fn unsettled(&self) -> usize {
        self.promises.len()
    }

    /// The server's history is gone.
    pub(crate) fn history_lost(&mut self) {
        self.losses += 1;
        self.logs.clear();
        self.last_of.clear();
        self.keys.clear();
    }

    /// The server committed a message, and told its room.
    pub(crate) fn published(&mut self, message: &MessageNew) {
        let (seq, epoch) = (message.seq.unwrap_or(0), message.epoch.clone());
        let log = self.logs.entry(message.room_name.clone()).or_default();
        if log.texts.is_empty() {
            log.epoch = epoch.clone().unwrap_or_default();
        }
        assert_eq!(
            Some(&log.epoch),
            epoch.as_ref(),
            "an epoch does not change by itself"
        );
        assert_eq!(seq, log.texts.len() as u64 + 1, "I7: the log is dense");
        log.texts.push(message.content.clone());
        let key = message.client_message_id.clone().unwrap_or_default();
        let is_new = self.keys.insert((message.user_id.clone(), key));
        assert!(is_new, "I3: a second record for {}", message.content);
        self.check_order(&message.room_name, &message.content);
    }

    /// Per sender and channel, the log has the order in which messages were given.
    fn check_order(&mut self, room: &str, text: &str) {
        let number = text
            .trim_matches(TEXT_MARK)
            .parse::<usize>()
            .expect("one of our texts");
        let sent = &self.sent[number];
        assert_eq!(sent.room, room, "a message went to another room");
        assert!(
            !sent.is_bad,
            "the core took a message that it has to refuse"
        );
        let is_old = sent.losses < self.losses;
        let was_given_up = matches!(sent.fate, Fate::Failed(_));
        let last = self
            .last_of
            .entry((sent.tab, room.to_owned()))
            .or_insert(number);
        assert!(
            *last <= number || is_old || was_given_up,
            "I4: message {number} after {last} in {room}"
        );
        *last = number.max(*last);
    }

    pub(crate) fn log(&self, room: &str) -> Option<&Log> {
        self.logs.get(room)
    }

    /// What was acknowledged is in the log, where it was said to be, unless the history was lost.
    pub(crate) fn check_acknowledged(&self) {
        for (number, sent) in self.sent.iter().enumerate() {
            let Fate::Stored { epoch, seq } = &sent.fate else {
                continue;
            };
            let Some(log) = self.logs.get(&sent.room).filter(|log| log.epoch == *epoch) else {
                continue;
            };
            let text = log.texts.get(*seq as usize - 1);
            let expected = format!("{TEXT_MARK}{number}{TEXT_MARK}");
            assert_eq!(
                text,
                Some(&expected),
                "I2: an acknowledged message is in the log"
            );
        }
    }
}
