//! A room's messages: each once, in the order of `seq`, our own echoes at the end until the
//! server has placed them.

mod coverage;
mod drafts;
mod excerpt;
mod operations;
mod own;
mod rows;
mod window;

use std::collections::VecDeque;

use self::coverage::Coverage;
use self::drafts::Drafts;
pub(crate) use self::excerpt::Span;
use self::rows::{Origin, Row};
use super::config::MAX_TIMELINE_MESSAGES;
use super::output::TimelineChange;
use crate::socketio::Value;
use crate::wire::message::MessageHead;
use crate::wire::planted::{PlantedBug, is_planted};

/// What became of a message of ours, beside the fields that it has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate<'a> {
    /// The server has it, under this id and at this place, where it says so.
    Accepted {
        message_id: Option<&'a str>,
        seq: Option<u64>,
    },
    /// The server may have it.
    Unknown,
    /// The server does not have it.
    Refused,
}

/// What became of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// It is new to the listeners.
    New,
    /// It was here before.
    Duplicate,
}

/// The messages of one room that are kept in memory.
#[derive(Debug)]
pub(crate) struct Timeline<V> {
    /// Rows with a `seq`, ascending, then rows without, in the order they came.
    rows: VecDeque<Row<V>>,
    sequenced: usize,
    /// Local rows among the rest, so that a message of others need not be compared with any.
    locals: usize,
    epoch: Option<String>,
    /// The highest `seq` that left the window, or was never in it: no row is at or below it.
    floor: u64,
    /// Most rows.
    limit: usize,
    covered: Coverage,
    drafts: Drafts<V>,
    /// Places of rows that changed at the server since the last excerpt, ascending.
    touched: Vec<u64>,
}

impl<V: Value> Timeline<V> {
    pub(crate) fn new() -> Self {
        Self {
            rows: VecDeque::new(),
            sequenced: 0,
            locals: 0,
            epoch: None,
            floor: 0,
            limit: MAX_TIMELINE_MESSAGES,
            covered: Coverage::default(),
            drafts: Drafts::new(),
            touched: Vec::new(),
        }
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every row's message, oldest first.
    pub(crate) fn messages(&self) -> Vec<V> {
        self.rows.iter().map(|row| row.body.clone()).collect()
    }

    /// The highest `seq` here.
    pub(crate) fn last_seq(&self) -> Option<u64> {
        self.sequenced
            .checked_sub(1)
            .and_then(|last| self.rows[last].seq)
    }

    /// The epoch of the `seq`s here.
    pub(crate) fn epoch(&self) -> Option<&str> {
        self.epoch.as_deref()
    }

    /// The server counts under another epoch: its history was lost, and what was numbered here
    /// with it. Our own unplaced rows stay.
    pub(crate) fn enter_epoch(&mut self, epoch: &str, changes: &mut Vec<TimelineChange<V>>) {
        let is_ignored = self.epoch.is_some() && is_planted(PlantedBug::IgnoresEpoch);
        if is_ignored || self.epoch.as_deref() == Some(epoch) {
            return;
        }
        if self.epoch.is_some() && self.sequenced > 0 {
            self.rows.drain(..self.sequenced);
            self.sequenced = 0;
            changes.push(TimelineChange::Reset);
            changes.extend(self.rows.iter().enumerate().map(|(index, row)| {
                TimelineChange::Insert {
                    index,
                    message: row.body.clone(),
                }
            }));
        }
        self.locals = self.rows.iter().filter(|row| row.origin.is_local()).count();
        if self.epoch.is_some() {
            self.floor = 0;
            self.limit = MAX_TIMELINE_MESSAGES;
            self.covered = Coverage::default();
            self.drafts.forget_bases();
            self.touched.clear();
        }
        self.epoch = Some(epoch.to_owned());
    }

    /// A message of ours is shown before the server has it. One that is here already under its id
    /// is not shown twice; one that had failed moves to the end, as it is sent now.
    pub(crate) fn echo(
        &mut self,
        client_message_id: String,
        body: V,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        if let Some(index) = self.find(&client_message_id, &|_| true) {
            let row = &self.rows[index];
            let was_given_up = matches!(row.origin, Origin::Awaited | Origin::Refused);
            if !was_given_up || row.seq.is_some() {
                return;
            }
            self.take(index);
            changes.push(TimelineChange::Remove { index });
        }
        let row = Row {
            seq: None,
            message_id: None,
            client_message_id: Some(client_message_id),
            origin: Origin::Pending,
            body,
        };
        self.insert(row, changes);
    }

    /// The server answered a message of ours, or never will: its row has these fields now.
    pub(crate) fn settle(
        &mut self,
        client_message_id: &str,
        fate: Fate<'_>,
        fields: &[(&'static str, V)],
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        // The echo may have come before the answer: then there is nothing left to say. One that
        // failed here may have been sent by another tab.
        let is_accepted = matches!(fate, Fate::Accepted { .. });
        let index = self.find(client_message_id, &|origin| match origin {
            Origin::Server => false,
            Origin::Pending => true,
            Origin::Awaited | Origin::Refused => is_accepted,
        });
        let index = index.filter(|index| self.rows[*index].seq.is_none());
        let Some((index, mut row)) = index.and_then(|index| Some((index, self.take(index)?)))
        else {
            return;
        };
        row.body = row.body.with(fields);
        row.origin = match fate {
            Fate::Accepted { .. } | Fate::Unknown => Origin::Awaited,
            Fate::Refused => Origin::Refused,
        };
        if let Fate::Accepted { message_id, seq } = fate {
            row.message_id = message_id.map(str::to_owned);
            row.seq = seq;
        }
        self.put_back(index, row, changes);
    }

    /// A message came from the server, live or by a page. Whoever brings it says afterwards that
    /// its place is covered.
    pub(crate) fn receive(
        &mut self,
        head: &MessageHead,
        body: V,
        own: bool,
        changes: &mut Vec<TimelineChange<V>>,
    ) -> Received {
        if let Some(received) = self.receive_echo(head, &body, own, changes) {
            return received;
        }
        if self.is_duplicate(head) && !is_planted(PlantedBug::SkipsDuplicateCheck) {
            return Received::Duplicate;
        }
        if head.seq.is_none_or(|seq| seq > self.floor) {
            self.insert_received(head, body, changes);
        }
        Received::New
    }

    /// The message, if it is one of ours that was shown before.
    fn receive_echo(
        &mut self,
        head: &MessageHead,
        body: &V,
        own: bool,
        changes: &mut Vec<TimelineChange<V>>,
    ) -> Option<Received> {
        let index = self.own_echo(head, body, own)?;
        let mut row = self.take(index)?;
        row.origin = Origin::Server;
        row.seq = head.seq.or(row.seq);
        row.message_id = head.message_id.clone().or(row.message_id);
        row.body = self.drafts.show(row.message_id.as_deref(), body.clone());
        Some(self.put_back(index, row, changes))
    }

    fn insert_received(
        &mut self,
        head: &MessageHead,
        body: V,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let row = Row {
            seq: head.seq,
            message_id: head.message_id.clone(),
            client_message_id: head.client_message_id.clone(),
            origin: Origin::Server,
            body: self.drafts.show(head.message_id.as_deref(), body),
        };
        self.insert(row, changes);
    }

    /// A message of others that is simply the next entry of the log: gives its row, and whether
    /// the first row left for it. `None` where more is to be done, and then nothing has changed.
    pub(crate) fn append(&mut self, seq: u64, body: &V) -> Option<(usize, bool)> {
        let is_last = seq > self.floor && self.last_seq().is_none_or(|last| seq > last);
        if self.locals > 0 || !is_last || !self.drafts.is_empty() {
            return None;
        }
        let first_leaves = self.rows.len() >= self.limit;
        if first_leaves && self.rows.front().is_none_or(|row| row.seq.is_none()) {
            return None;
        }
        if !self.covered.extend(seq) {
            return None;
        }
        let index = self.sequenced;
        let row = Row {
            seq: Some(seq),
            // Read from the body where it should ever be asked for.
            message_id: None,
            client_message_id: None,
            origin: Origin::Server,
            body: body.clone(),
        };
        if index == self.rows.len() {
            self.rows.push_back(row);
        } else {
            self.rows.insert(index, row);
        }
        self.sequenced += 1;
        if first_leaves {
            let first = self.take(0)?;
            self.floor = self.floor.max(first.seq?);
        }
        Some((index, first_leaves))
    }

    /// A message that the server gave no id, with one: that of our own row where it is its echo,
    /// else a `fresh` one. Lists are keyed by it.
    pub(crate) fn identified(
        &self,
        head: &MessageHead,
        body: V,
        own: bool,
        fresh: impl FnOnce() -> String,
    ) -> V {
        if head.message_id.is_some() {
            return body;
        }
        let echoed = self.own_echo(head, &body, own);
        let id = echoed
            .and_then(|index| self.rows.get(index)?.client_message_id.clone())
            .unwrap_or_else(fresh);
        body.with(&[("messageId", V::string(&id))])
    }

    /// Our own row that this message is the echo of. Servers of the plain dialect echo no id:
    /// there it is the oldest one of the same text, since they keep a socket's order.
    fn own_echo(&self, head: &MessageHead, body: &V, own: bool) -> Option<usize> {
        if !own {
            return None;
        }
        // What the server has was not refused, whatever is believed here.
        if let Some(id) = &head.client_message_id {
            return self.find(id, &|origin| origin != Origin::Server);
        }
        if self.locals == 0 {
            return None;
        }
        let text = content(body)?;
        self.rows.iter().position(|row| {
            let may_be = |known: bool| row.origin.is_local() && known;
            match (&row.message_id, &head.message_id) {
                (Some(id), Some(echoed)) => may_be(id == echoed),
                _ => may_be(row.seq.is_none() && content(&row.body).as_ref() == Some(&text)),
            }
        })
    }

    fn is_duplicate(&self, head: &MessageHead) -> bool {
        match head.seq {
            Some(seq) if self.covered.contains(seq) => true,
            Some(seq) if self.last_seq().is_none_or(|last| seq > last) => false,
            Some(seq) => self.place(seq).is_ok(),
            None => match (&head.message_id, &head.client_message_id) {
                (Some(id), _) => self.rows.iter().rev().any(|row| row.has_id(id)),
                (None, Some(id)) => self.find(id, &|_| true).is_some(),
                (None, None) => false,
            },
        }
    }
}

fn content<V: Value>(body: &V) -> Option<String> {
    body.field("content")?.as_text()
}
