//! Which part of a room's log is here: what is covered, what is missing, and how far back the
//! rows go.

use super::Timeline;
use crate::engine::config::MAX_PAGED_MESSAGES;
use crate::engine::output::TimelineChange;
use crate::engine::snapshot::TimelineGap;
use crate::socketio::Value;
use crate::wire::message::MessageHead;

impl<V: Value> Timeline<V> {
    /// The place in the log up to which nothing is missing here; none until it is known where the
    /// room begins here. A message of ours that was acknowledged is not here until its echo came,
    /// live or by a page.
    pub(crate) fn cursor(&self) -> Option<u64> {
        self.covered.cursor()
    }

    /// The highest place of the log that was heard of.
    pub(crate) fn head(&self) -> u64 {
        self.covered.head()
    }

    /// Whether entries of the log are known to be missing.
    pub(crate) fn has_gap(&self) -> bool {
        self.covered.has_gap()
    }

    /// The entries of the log that are known to be missing, in order.
    pub(crate) fn gaps(&self) -> Vec<TimelineGap> {
        self.covered.gaps()
    }

    /// Whether the entry at this place was here before.
    pub(crate) fn is_covered(&self, seq: u64) -> bool {
        self.covered.contains(seq)
    }

    /// The entries from `first` to `last` have been taken in.
    pub(crate) fn cover(&mut self, first: u64, last: u64) {
        self.covered.add(first, last);
    }

    /// The log has an entry at this place.
    pub(crate) fn hear_of(&mut self, seq: u64) {
        self.covered.hear_of(seq);
    }

    /// The room begins here after this place, unless that is known: rows before it, which came
    /// live, would stand apart from the rest.
    pub(crate) fn begin_after(&mut self, seq: u64, changes: &mut Vec<TimelineChange<V>>) {
        if self.cursor().is_some() {
            return;
        }
        self.covered.begin_after(seq);
        self.floor = seq;
        while self.first_seq().is_some_and(|first| first <= seq) {
            self.take(0);
            changes.push(TimelineChange::Remove { index: 0 });
        }
    }

    /// Before which `seq` the log can be paged back; none where its beginning is here.
    pub(crate) fn older_than(&self) -> Option<u64> {
        (self.floor > 0).then_some(self.floor + 1)
    }

    /// Whether the window is as long as it may become by paging back.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= MAX_PAGED_MESSAGES
    }

    /// The page before the rows that are here, ascending, of which `from` is the first place: as
    /// many as the window may hold. Gives how many rows came in; the window is longer by them
    /// until the room is left.
    pub(crate) fn insert_older(
        &mut self,
        from: u64,
        messages: Vec<(MessageHead, V, bool)>,
        changes: &mut Vec<TimelineChange<V>>,
    ) -> usize {
        let before = self.floor;
        let limit = self.rows.len() + messages.len();
        self.limit = limit.clamp(self.limit, self.limit.max(MAX_PAGED_MESSAGES));
        let mut count = 0;
        for (head, body, own) in messages.into_iter().rev() {
            let Some(seq) = head.seq.filter(|seq| *seq <= before && *seq >= from) else {
                continue;
            };
            let floor = std::mem::replace(&mut self.floor, seq - 1);
            if self.receive_echo(&head, &body, own, changes).is_some() || self.place(seq).is_ok() {
                continue;
            }
            if self.rows.len() >= self.limit {
                self.floor = floor;
                return count;
            }
            self.insert_received(&head, body, changes);
            count += 1;
        }
        self.floor = from - 1;
        count
    }

    fn first_seq(&self) -> Option<u64> {
        self.rows.front().and_then(|row| row.seq)
    }
}
