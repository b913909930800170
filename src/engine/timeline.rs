//! A room's messages: each once, in the order of `seq`, our own echoes at the end until the
//! server has placed them.

use std::collections::VecDeque;

use super::config::MAX_TIMELINE_MESSAGES;
use super::output::TimelineChange;
use crate::socketio::Value;
use crate::wire::message::MessageHead;

/// One message.
#[derive(Clone, Debug)]
struct Row<V> {
    seq: Option<u64>,
    message_id: Option<String>,
    client_message_id: Option<String>,
    /// Made here and not yet seen come back from the server.
    local: bool,
    body: V,
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
    /// The highest `seq` that left the window, or was never in it: at or below it nothing is new.
    floor: u64,
}

impl<V: Value> Timeline<V> {
    pub(crate) fn new() -> Self {
        Self {
            rows: VecDeque::new(),
            sequenced: 0,
            locals: 0,
            epoch: None,
            floor: 0,
        }
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

    /// The end of the run of `seq`s without a hole that begins at `cursor`.
    pub(crate) fn contiguous_from(&self, cursor: u64) -> u64 {
        if self.last_seq().is_none_or(|last| last <= cursor) {
            return cursor;
        }
        let after = self
            .place(cursor)
            .map_or_else(|index| index, |index| index + 1);
        self.rows
            .range(after..self.sequenced)
            .zip(cursor + 1..)
            .take_while(|(row, expected)| row.seq == Some(*expected))
            .last()
            .map_or(cursor, |(_, seq)| seq)
    }

    /// The epoch of the `seq`s here.
    pub(crate) fn epoch(&self) -> Option<&str> {
        self.epoch.as_deref()
    }

    /// The server counts under another epoch: its history was lost, and what was numbered here
    /// with it. Our own unplaced rows stay.
    pub(crate) fn enter_epoch(&mut self, epoch: &str, changes: &mut Vec<TimelineChange<V>>) {
        if self.epoch.as_deref() == Some(epoch) {
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
        self.locals = self.rows.iter().filter(|row| row.local).count();
        self.floor = 0;
        self.epoch = Some(epoch.to_owned());
    }

    /// A message of ours is shown before the server has it.
    pub(crate) fn echo(
        &mut self,
        client_message_id: String,
        body: V,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let row = Row {
            seq: None,
            message_id: None,
            client_message_id: Some(client_message_id),
            local: true,
            body,
        };
        self.insert(row, changes);
    }

    /// The server's fields of a message of ours: it was accepted (`seq` given or not), failed, or
    /// is tried again. Gives back the message as it is now.
    pub(crate) fn update_local(
        &mut self,
        client_message_id: &str,
        placed: Option<(u64, &str)>,
        fields: &[(&'static str, V)],
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let Some(index) = self.find_local(client_message_id) else {
            return;
        };
        let body = self.rows[index].body.with(fields);
        self.rows[index].body = body.clone();
        let Some((seq, message_id)) = placed else {
            changes.push(TimelineChange::Replace {
                index,
                message: body,
            });
            return;
        };
        let Some(mut row) = self.take(index) else {
            return;
        };
        row.seq = Some(seq);
        row.message_id = Some(message_id.to_owned());
        row.local = true;
        self.put_back(index, row, changes);
    }

    /// A message came from the server, live or by a page of history.
    pub(crate) fn receive(
        &mut self,
        head: &MessageHead,
        body: V,
        own: bool,
        changes: &mut Vec<TimelineChange<V>>,
    ) -> Received {
        let echo = self.own_echo(head, &body, own);
        if let Some((index, mut row)) = echo.and_then(|index| Some((index, self.take(index)?))) {
            row.local = false;
            row.seq = head.seq.or(row.seq);
            row.message_id = head.message_id.clone().or(row.message_id);
            row.body = body;
            self.put_back(index, row, changes);
            return Received::New;
        }
        if self.is_duplicate(head) {
            return Received::Duplicate;
        }
        let row = Row {
            seq: head.seq,
            message_id: head.message_id.clone(),
            client_message_id: head.client_message_id.clone(),
            local: false,
            body,
        };
        self.insert(row, changes);
        Received::New
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
        if self.locals == 0 {
            return None;
        }
        if let Some(id) = &head.client_message_id {
            return self.find_local(id);
        }
        if !own || head.message_id.is_some() {
            return None;
        }
        let text = body
            .field("content")
            .and_then(|content| content.as_text())?;
        self.rows.iter().position(|row| {
            row.local
                && row
                    .body
                    .field("content")
                    .and_then(|content| content.as_text())
                    .as_ref()
                    == Some(&text)
        })
    }

    fn is_duplicate(&self, head: &MessageHead) -> bool {
        match head.seq {
            Some(seq) if seq <= self.floor => true,
            Some(seq) if self.last_seq().is_none_or(|last| seq > last) => false,
            Some(seq) => self.place(seq).is_ok(),
            None => {
                head.message_id.is_some() && {
                    self.rows
                        .iter()
                        .rev()
                        .any(|row| row.message_id == head.message_id)
                }
            }
        }
    }

    fn place(&self, seq: u64) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.sequenced);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.rows[middle].seq.cmp(&Some(seq)) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }

    fn find_local(&self, client_message_id: &str) -> Option<usize> {
        self.rows.iter().rposition(|row| {
            row.local && row.client_message_id.as_deref() == Some(client_message_id)
        })
    }

    fn take(&mut self, index: usize) -> Option<Row<V>> {
        let row = self.rows.remove(index)?;
        self.sequenced -= usize::from(row.seq.is_some());
        self.locals -= usize::from(row.local);
        Some(row)
    }

    /// Puts a row that was taken from `from` where it belongs now.
    fn put_back(&mut self, from: usize, row: Row<V>, changes: &mut Vec<TimelineChange<V>>) {
        let index = match row.seq {
            Some(seq) => match self.place(seq) {
                Ok(_) => {
                    // The page of history brought it before our own row was placed.
                    changes.push(TimelineChange::Remove { index: from });
                    return;
                }
                Err(index) => index,
            },
            None => from,
        };
        let message = row.body.clone();
        self.count(&row);
        self.rows.insert(index, row);
        if index == from {
            changes.push(TimelineChange::Replace { index, message });
        } else {
            changes.push(TimelineChange::Remove { index: from });
            changes.push(TimelineChange::Insert { index, message });
        }
    }

    fn insert(&mut self, row: Row<V>, changes: &mut Vec<TimelineChange<V>>) {
        let index = match row.seq {
            Some(seq) => self.place(seq).unwrap_or_else(|index| index),
            None => self.rows.len(),
        };
        changes.push(TimelineChange::Insert {
            index,
            message: row.body.clone(),
        });
        self.count(&row);
        if index == self.rows.len() {
            self.rows.push_back(row);
        } else {
            self.rows.insert(index, row);
        }
        self.keep_bound(changes);
    }

    fn count(&mut self, row: &Row<V>) {
        self.sequenced += usize::from(row.seq.is_some());
        self.locals += usize::from(row.local);
    }

    fn keep_bound(&mut self, changes: &mut Vec<TimelineChange<V>>) {
        while self.rows.len() > MAX_TIMELINE_MESSAGES {
            // Messages that the server does not have yet are never what leaves.
            let Some(index) = self.rows.iter().position(|row| !row.local) else {
                return;
            };
            let Some(row) = self.take(index) else { return };
            self.floor = self.floor.max(row.seq.unwrap_or(0));
            changes.push(TimelineChange::Remove { index });
        }
    }
}
