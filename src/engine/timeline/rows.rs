//! The rows of a timeline: found, taken out, put where they belong, and kept within the bound.

use super::{Received, Timeline};
use crate::engine::config::MAX_CHANNEL_IN_FLIGHT;
use crate::engine::output::TimelineChange;
use crate::socketio::Value;
use crate::wire::message::message_id;
use crate::wire::planted::{PlantedBug, is_planted};

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Row<V> {
    pub(super) seq: Option<u64>,
    pub(super) message_id: Option<String>,
    pub(super) client_message_id: Option<String>,
    pub(super) origin: Origin,
    pub(super) body: V,
}

/// Where a row came from, and what is still to come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The server.
    Server,
    /// Here, and the server has not answered.
    Pending,
    /// Here; the server has it, or may have it, and its echo did not come yet.
    Awaited,
    /// Here; the server does not have it.
    Refused,
}

impl Origin {
    /// Whether a message that comes can be this row's echo.
    pub(super) fn is_local(self) -> bool {
        matches!(self, Self::Pending | Self::Awaited)
    }
}

impl<V: Value> Row<V> {
    /// Whether the server knows it by this id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        match &self.message_id {
            Some(known) => known == id,
            None if self.origin == Origin::Server => message_id(&self.body).as_deref() == Some(id),
            None => false,
        }
    }
}

impl<V: Value> Timeline<V> {
    /// Where the row of this `seq` is, or would be.
    pub(super) fn place(&self, seq: u64) -> Result<usize, usize> {
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

    /// The row under this key whose origin is meant. It is most likely one that the server took
    /// just now, or the first of those that it did not take yet.
    pub(super) fn find(
        &self,
        client_message_id: &str,
        is_meant: &dyn Fn(Origin) -> bool,
    ) -> Option<usize> {
        let key = client_message_id.as_bytes();
        let is_it = |index: &usize| {
            let row = &self.rows[*index];
            let Some(known) = row.client_message_id.as_ref().map(String::as_bytes) else {
                return false;
            };
            // Keys made by one client begin alike.
            known.last() == key.last() && known == key && is_meant(row.origin)
        };
        let near = self.sequenced.saturating_sub(MAX_CHANNEL_IN_FLIGHT);
        let mut indices = (near..self.rows.len()).chain((0..near).rev());
        indices.find(is_it)
    }

    /// The place of the message that the server knows by this id.
    pub(crate) fn seq_of(&self, message_id: &str) -> Option<u64> {
        let mut rows = self.rows.iter().rev();
        rows.find(|row| row.has_id(message_id))?.seq
    }

    /// Takes a row out, to be changed and put back.
    pub(super) fn take(&mut self, index: usize) -> Option<Row<V>> {
        let row = self.rows.remove(index)?;
        self.sequenced -= usize::from(row.seq.is_some());
        self.locals -= usize::from(row.origin.is_local());
        Some(row)
    }

    /// Puts a row that was taken from `from` where it belongs now.
    pub(super) fn put_back(
        &mut self,
        from: usize,
        row: Row<V>,
        changes: &mut Vec<TimelineChange<V>>,
    ) -> Received {
        let index = match row.seq {
            // Its place is before all that is here: it comes when the app pages back.
            Some(seq) if seq <= self.floor => {
                changes.push(TimelineChange::Remove { index: from });
                return Received::New;
            }
            Some(seq) => match self.place(seq) {
                Ok(_) => {
                    // The page of history brought it before our own row was placed.
                    changes.push(TimelineChange::Remove { index: from });
                    return Received::Duplicate;
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
            if !is_planted(PlantedBug::ForgetsToTellRemoval) {
                changes.push(TimelineChange::Remove { index: from });
            }
            changes.push(TimelineChange::Insert { index, message });
        }
        Received::New
    }

    /// A new row, where it belongs.
    pub(super) fn insert(&mut self, row: Row<V>, changes: &mut Vec<TimelineChange<V>>) {
        let index = match row.seq {
            Some(_) if is_planted(PlantedBug::OrdersByArrival) => self.sequenced,
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
        self.locals += usize::from(row.origin.is_local());
    }

    fn keep_bound(&mut self, changes: &mut Vec<TimelineChange<V>>) {
        while self.rows.len() > self.limit {
            // Messages that the server does not have yet are never what leaves.
            let Some(index) = self
                .rows
                .iter()
                .position(|row| row.origin != Origin::Pending)
            else {
                return;
            };
            let Some(row) = self.take(index) else { return };
            self.floor = self.floor.max(row.seq.unwrap_or(0));
            changes.push(TimelineChange::Remove { index });
        }
    }
}
