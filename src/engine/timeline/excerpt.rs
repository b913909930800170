//! What of a timeline is kept in the store, and how it comes back.

use super::Timeline;
use super::rows::{Origin, Row};
use crate::engine::config::{CACHE_SLACK, CACHED_MESSAGES};
use crate::engine::output::TimelineChange;
use crate::socketio::Value;
use crate::wire::message::{MessageHead, message_id};

/// The newest messages of a timeline, as the server had them when the log stood at `cursor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Nothing is missing up to here.
    pub(crate) cursor: u64,
    /// They are the ones after this place.
    pub(crate) after: u64,
    /// How many they are.
    pub(crate) count: usize,
}

/// What has to be put so that the store has a [`Span`].
pub(crate) struct Excerpt<V> {
    pub(crate) span: Span,
    /// By `seq`.
    pub(crate) messages: Vec<(u64, V)>,
    /// Nothing before this place need stay.
    pub(crate) spare_before: Option<u64>,
}

impl<V: Value> Timeline<V> {
    /// Whether rows have changed since the last excerpt.
    pub(crate) fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// There is nobody to put what has changed.
    pub(crate) fn forget_touched(&mut self) {
        self.touched.clear();
    }

    /// The newest messages up to the cursor. Only those are given that the store lacks, which has
    /// everything after `has_after` up to `has_up_to` as it was at the last excerpt.
    pub(crate) fn excerpt(&mut self, has: Option<(u64, u64)>) -> Option<Excerpt<V>> {
        let cursor = self.cursor()?;
        let touched = std::mem::take(&mut self.touched);
        let end = self
            .place(cursor)
            .map_or_else(|index| index, |index| index + 1);
        let seq_at = |index: usize| self.rows.get(index).and_then(|row| row.seq);
        let first = end.saturating_sub(CACHED_MESSAGES);
        let before_first = first.checked_sub(1).and_then(seq_at);
        let (has_after, has_up_to) = has.unwrap_or_default();
        let after = before_first.unwrap_or(self.floor).max(has_after);
        let is_lacking =
            |seq: u64| has.is_none() || seq > has_up_to || touched.binary_search(&seq).is_ok();
        let kept = self.rows.range(first..end).filter_map(|row| {
            let seq = row.seq.filter(|seq| *seq > after)?;
            (row.origin == Origin::Server).then_some((seq, row))
        });
        let span = Span {
            cursor,
            after,
            count: kept.clone().count(),
        };
        let messages = kept.filter(|(seq, _)| is_lacking(*seq));
        Some(Excerpt {
            span,
            messages: messages.map(|(seq, row)| (seq, self.stored(row))).collect(),
            spare_before: end
                .checked_sub(CACHED_MESSAGES + CACHE_SLACK)
                .and_then(seq_at),
        })
    }

    /// Fills a timeline of which nothing is known yet with what was kept, ascending. Messages
    /// beyond the cursor are our own, acknowledged and not seen. What came live meanwhile is newer
    /// and stays.
    pub(crate) fn restore(
        &mut self,
        span: Span,
        messages: Vec<(MessageHead, V, bool)>,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        self.begin_after(span.cursor, changes);
        self.floor = span.after;
        for (head, body, own) in messages {
            let Some(seq) = head.seq.filter(|seq| *seq > span.after) else {
                continue;
            };
            if self.place(seq).is_ok() {
                continue;
            }
            if seq <= span.cursor {
                if self.receive_echo(&head, &body, own, changes).is_none() {
                    self.insert_received(&head, body, changes);
                }
            } else if own {
                let key = head.client_message_id.clone();
                let row = Row {
                    seq: Some(seq),
                    message_id: head.message_id,
                    client_message_id: head.client_message_id,
                    origin: Origin::Awaited,
                    body,
                };
                // It may be shown as waiting still, for want of the word that it was taken.
                let is_ours = |origin| origin != Origin::Server;
                let shown = key.and_then(|key| self.find(&key, &is_ours));
                match shown.filter(|index| self.take(*index).is_some()) {
                    Some(index) => drop(self.put_back(index, row, changes)),
                    None => self.insert(row, changes),
                }
            }
        }
    }

    /// The row's message changed at the server.
    pub(super) fn touch(&mut self, index: usize) {
        let Some(seq) = self.rows.get(index).and_then(|row| row.seq) else {
            return;
        };
        if let Err(place) = self.touched.binary_search(&seq) {
            self.touched.insert(place, seq);
        }
        if self.touched.len() > CACHED_MESSAGES {
            // Only the newest messages are kept at all.
            self.touched.remove(0);
        }
    }

    /// The message as the server has it.
    fn stored(&self, row: &Row<V>) -> V {
        if self.drafts.is_empty() {
            return row.body.clone();
        }
        let read = || message_id(&row.body);
        let id = row.message_id.clone().or_else(read).unwrap_or_default();
        self.drafts.base(&id, &row.body).clone()
    }
}
