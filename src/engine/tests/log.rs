//! A room's log as a server keeps it, in the plainest way: what the client is compared with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

/// A log: every entry ever, and every message as it is now.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) epoch: String,
    /// In the order of `seq`, from 1: `(event, payload)`.
    pub(super) entries: Vec<(&'static str, Json)>,
    /// By `seq`.
    messages: BTreeMap<u64, Json>,
}

/// One thing that somebody does to a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Edit,
    Delete,
    React,
    Unreact,
}

impl Deed {
    pub(super) const ALL: [Self; 4] = [Self::Edit, Self::Delete, Self::React, Self::Unreact];

    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Edit => "message:update",
            Self::Delete => "message:delete",
            Self::React => "reaction:add",
            Self::Unreact => "reaction:remove",
        }
    }
}

impl Log {
    pub(super) fn new(epoch: &str) -> Self {
        Self {
            epoch: epoch.to_owned(),
            entries: Vec::new(),
            messages: BTreeMap::new(),
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Every message as it is now, in order.
    pub(super) fn messages(&self) -> Vec<Json> {
        self.messages.values().cloned().collect()
    }

    /// The id of one of the messages.
    pub(super) fn any_id(&self, which: usize) -> Option<String> {
        let count = self.messages.len();
        let message = self.messages.values().nth(which.checked_rem(count)?)?;
        Some(message["messageId"].as_str()?.to_owned())
    }

    pub(super) fn send(&mut self, user_id: &str, key: &str) -> Json {
        let seq = self.head() + 1;
        let message = json!({
            "roomName": "general", "messageId": format!("{}-{seq}", self.epoch),
            "clientMessageId": key, "userId": user_id, "content": format!("text {seq}"),
            "seq": seq, "epoch": self.epoch, "version": 1, "mentions": ["bob"],
        });
        self.messages.insert(seq, message.clone());
        self.entries.push(("message:new", message.clone()));
        message
    }

    /// Does a deed; gives the event, or `None` where there is nothing to do.
    pub(super) fn operate(
        &mut self,
        user_id: &str,
        id: &str,
        deed: Deed,
        text: &str,
    ) -> Option<Json> {
        let (epoch, seq) = (self.epoch.clone(), self.head() + 1);
        let mut messages = self.messages.values_mut();
        let message = messages.find(|message| message["messageId"] == id)?;
        if message["isDeleted"] == true {
            return None;
        }
        let mut event = json!({
            "roomName": "general", "messageId": id, "clientMessageId": format!("o{seq}"),
            "userId": user_id, "seq": seq, "epoch": epoch,
        });
        match deed {
            Deed::Edit => {
                message["content"] = json!(text);
                message["isEdited"] = json!(true);
                message["editedAt"] = json!("now");
                event["content"] = json!(text);
                event["editedAt"] = json!("now");
            }
            Deed::Delete => {
                message["content"] = json!("");
                message["isDeleted"] = json!(true);
                message.as_object_mut()?.remove("mentions");
                message.as_object_mut()?.remove("reactions");
            }
            Deed::React | Deed::Unreact => {
                let adds = matches!(deed, Deed::React);
                let before = reactions(message);
                let mut users: BTreeSet<String> = before.iter().cloned().collect();
                let changed = match adds {
                    true => users.insert(user_id.to_owned()),
                    false => users.remove(user_id),
                };
                if !changed {
                    return None;
                }
                message["reactions"] = match users.is_empty() {
                    true => json!([]),
                    false => json!([{"emoji": "+", "userIds": users}]),
                };
                event["emoji"] = json!("+");
            }
        }
        if matches!(deed, Deed::Edit | Deed::Delete) {
            let version = message["version"].as_u64()? + 1;
            message["version"] = json!(version);
            event["version"] = json!(version);
        }
        self.entries.push((deed.event(), event.clone()));
        Some(event)
    }

    /// The answer to a `sync:messages`, of at most `limit` entries.
    pub(super) fn page(&self, request: &Json, limit: u64) -> Json {
        let head = self.head();
        let (from, to, has_more) = match (&request["afterSeq"], &request["beforeSeq"]) {
            (Json::Number(after), _) => {
                let after = after.as_u64().unwrap();
                let to = (after + limit).min(head);
                (after + 1, to, to < head)
            }
            (_, before) => {
                let to = before.as_u64().map_or(head, |before| before - 1).min(head);
                let from = to.saturating_sub(limit - 1).max(1);
                (from, to, from > 1)
            }
        };
        let mut page = json!({
            "messages": self.messages.range(from..).take_while(|(seq, _)| **seq <= to)
                .map(|(_, message)| message).collect::<Vec<_>>(),
            "epoch": self.epoch, "headSeq": head, "hasMore": has_more, "serverTime": 1,
        });
        if from <= to {
            page["fromSeq"] = json!(from);
            page["toSeq"] = json!(to);
        }
        if request["afterSeq"].is_number() {
            page["operations"] = self.stretch(from, to, false).into();
        }
        page
    }

    /// One room of the answer to a `sync:resume`; `None` where nothing changed.
    pub(super) fn resume(&self, epoch: Option<&str>, seq: u64, limit: u64) -> Option<Json> {
        let head = self.head();
        let reset = epoch.is_some_and(|epoch| epoch != self.epoch);
        if !reset && seq >= head {
            return None;
        }
        let (from, to) = match reset {
            true => (head.saturating_sub(limit - 1).max(1), head),
            false => (seq + 1, (seq + limit).min(head)),
        };
        let mut entries = self.stretch(from, to, true);
        if reset {
            entries.retain(|entry| entry["event"] == "message:new");
        }
        Some(json!({
            "roomName": "general", "epoch": self.epoch, "headSeq": head, "operations": entries,
            "fromSeq": from, "toSeq": to, "hasMore": to < head, "reset": reset,
            "readUpToSeq": 0, "unreadCount": 0, "mentionCount": 0,
        }))
    }

    fn stretch(&self, from: u64, to: u64, with_messages: bool) -> Vec<Json> {
        let entries = self.entries.iter().zip(1..);
        entries
            .filter(|(_, seq)| (from..=to).contains(seq))
            .filter_map(|((event, payload), seq)| {
                let mut entry = match self.messages.get(&seq) {
                    Some(message) if with_messages => message.clone(),
                    Some(_) => return None,
                    None => payload.clone(),
                };
                entry["event"] = json!(event);
                Some(entry)
            })
            .collect()
    }
}

fn reactions(message: &Json) -> Vec<String> {
    let users = message["reactions"][0]["userIds"].as_array();
    let users = users.into_iter().flatten();
    users
        .filter_map(|id| Some(id.as_str()?.to_owned()))
        .collect()
}

/// A message with what does not count left out: absent and empty fields, the order of those who
/// reacted, and whether what is deleted had been edited.
pub(super) fn plain(message: &Json) -> Json {
    let fields = message.as_object().expect("a message").iter();
    let fields = fields.filter(|(key, value)| {
        let is_empty = value.is_null() || **value == json!([]);
        let is_past =
            message["isDeleted"] == true && ["isEdited", "editedAt"].contains(&key.as_str());
        // Served within a stretch of a log.
        !is_empty && !is_past && *key != "event"
    });
    let mut message = Json::Object(
        fields
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    );
    if message["reactions"].is_array() {
        let mut users = reactions(&message);
        users.sort();
        message["reactions"] = json!([{"emoji": "+", "userIds": users}]);
    }
    message
}
