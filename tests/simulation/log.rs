//! One room's log as the server published it, and what its entries make of the messages.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::wire::message::MessageNew;
use nchat_realtime::wire::operation::{Operation, ReactionChanged};
use serde_json::Value as Json;

/// One message as it has to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) message_id: String,
    pub(crate) user_id: String,
    pub(crate) seq: u64,
    content: String,
    version: u64,
    pub(crate) is_deleted: bool,
    reactions: BTreeMap<String, BTreeSet<String>>,
}

/// The log of one room, in one epoch.
#[derive(Debug, Default)]
pub(crate) struct Log {
    epoch: String,
    head_seq: u64,
    messages: Vec<Shown>,
    /// Texts by `seq`, as they were sent.
    sent: BTreeMap<u64, String>,
}

impl Log {
    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    pub(crate) fn head_seq(&self) -> u64 {
        self.head_seq
    }

    /// All messages, oldest first.
    pub(crate) fn messages(&self) -> &[Shown] {
        &self.messages
    }

    /// The text that was sent as the entry at this place.
    pub(crate) fn text_at(&self, seq: u64) -> Option<&str> {
        self.sent.get(&seq).map(String::as_str)
    }

    /// The next entry: it takes the next place, in the same epoch.
    pub(crate) fn add(&mut self, entry: &Operation) {
        let (seq, epoch) = match entry {
            Operation::New(it) => (it.seq.unwrap_or(0), it.epoch.as_deref().unwrap_or_default()),
            Operation::Update(it) => (it.seq, it.epoch.as_str()),
            Operation::Delete(it) => (it.seq, it.epoch.as_str()),
            Operation::ReactionAdd(it) | Operation::ReactionRemove(it) => {
                (it.seq, it.epoch.as_str())
            }
        };
        if self.head_seq == 0 {
            epoch.clone_into(&mut self.epoch);
        }
        assert_eq!(self.epoch, epoch, "an epoch does not change by itself");
        assert_eq!(seq, self.head_seq + 1, "I7: the log is dense");
        self.head_seq = seq;
        match entry {
            Operation::New(it) => self.add_message(it, seq),
            Operation::Update(it) => {
                let message = self.message(&it.message_id);
                assert_eq!(message.user_id, it.user_id, "only an author edits");
                assert!(!message.is_deleted, "what is deleted is not edited");
                message.raise_version(it.version);
                it.content.clone_into(&mut message.content);
            }
            Operation::Delete(it) => {
                let message = self.message(&it.message_id);
                assert!(!message.is_deleted, "a message is deleted once");
                message.raise_version(it.version);
                message.is_deleted = true;
                message.content.clear();
                message.reactions.clear();
            }
            Operation::ReactionAdd(it) => {
                let users = self.reactions(it).entry(it.emoji.clone()).or_default();
                assert!(users.insert(it.user_id.clone()), "I3: a reaction twice");
            }
            Operation::ReactionRemove(it) => {
                let reactions = self.reactions(it);
                let users = reactions.get_mut(&it.emoji).expect("a reaction to remove");
                assert!(users.remove(&it.user_id), "a reaction to remove");
                reactions.retain(|_, users| !users.is_empty());
            }
        }
    }

    fn add_message(&mut self, message: &MessageNew, seq: u64) {
        self.sent.insert(seq, message.content.clone());
        self.messages.push(Shown {
            message_id: message.message_id.clone().expect("an id"),
            user_id: message.user_id.clone(),
            seq,
            content: message.content.clone(),
            version: message.version.unwrap_or(1),
            is_deleted: false,
            reactions: BTreeMap::new(),
        });
    }

    fn message(&mut self, id: &str) -> &mut Shown {
        let mut messages = self.messages.iter_mut();
        messages
            .find(|message| message.message_id == id)
            .expect("a message of the log")
    }

    fn reactions(&mut self, change: &ReactionChanged) -> &mut BTreeMap<String, BTreeSet<String>> {
        &mut self.message(&change.message_id).reactions
    }
}

impl Shown {
    fn raise_version(&mut self, version: u64) {
        assert_eq!(version, self.version + 1, "versions go up by one");
        self.version = version;
    }

    /// A row of a client, read for comparison.
    pub(crate) fn of_row(row: &Json) -> Self {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let reactions = row["reactions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|reaction| {
                let users = reaction["userIds"].as_array().into_iter().flatten();
                let users = users.filter_map(|id| id.as_str().map(str::to_owned));
                let emoji = reaction["emoji"].as_str().unwrap_or_default();
                (emoji.to_owned(), users.collect())
            });
        Self {
            message_id: text("messageId"),
            user_id: text("userId"),
            seq: row["seq"].as_u64().unwrap_or(0),
            content: text("content"),
            version: row["version"].as_u64().unwrap_or(1),
            is_deleted: row["isDeleted"] == true,
            reactions: reactions.collect(),
        }
    }
}
