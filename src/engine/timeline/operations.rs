//! Changes of messages that are here: the server's, and our own before it has answered.

use std::cmp::Ordering;

use super::Timeline;
use super::drafts::Draft;
use super::rows::Origin;
use crate::engine::output::TimelineChange;
use crate::socketio::Value;
use crate::wire::change::MessageChange;
use crate::wire::is_true;
use crate::wire::message::{MessageHead, message_id};
use crate::wire::operation::{OperationAckHead, version};

impl<V: Value> Timeline<V> {
    /// An operation of the server's log, in its order. One of a message that is not here changes
    /// nothing: whatever brings that message brings it as it is then.
    pub(crate) fn apply(
        &mut self,
        message_id: &str,
        change: &MessageChange<V>,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let Some(index) = self.find_message(message_id) else {
            return;
        };
        let base = self.drafts.base(message_id, &self.rows[index].body);
        if let Some(base) = change.apply(base) {
            self.show(index, message_id, base, changes);
        }
    }

    /// The server says what a message of this timeline is now: as good as all operations on it.
    pub(crate) fn refresh(
        &mut self,
        head: &MessageHead,
        body: V,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let by_place = head.seq.and_then(|seq| self.place(seq).ok());
        let Some(index) = by_place.filter(|index| self.rows[*index].origin == Origin::Server)
        else {
            return;
        };
        let id = head.message_id.as_deref().unwrap_or_default();
        let base = self.drafts.base(id, &self.rows[index].body);
        let has_reactions = |message: &V| message.field("reactions").is_some();
        let reacts = has_reactions(&body) || has_reactions(base);
        let body = match version(&body).cmp(&version(base)) {
            // The server has taken a change of ours since: what it says of reactions is news.
            Ordering::Less if reacts && !is_true(base, "isDeleted") => {
                let reactions = body.field("reactions").unwrap_or_else(V::null);
                base.with(&[("reactions", reactions)])
            }
            Ordering::Less => return,
            Ordering::Equal if !reacts => return,
            Ordering::Equal | Ordering::Greater => body,
        };
        self.show(index, id, body, changes);
    }

    /// A change of ours shows at once, marked `isPending`, until it is settled or rolled back
    /// under its `key`. Its message need not be here yet.
    pub(crate) fn edit_pending(
        &mut self,
        key: &str,
        message_id: &str,
        change: MessageChange<V>,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let is_new = self.drafts.add(Draft {
            key: key.to_owned(),
            message_id: message_id.to_owned(),
            change,
        });
        if is_new {
            self.show_again(message_id, None, changes);
        }
    }

    /// The server has taken a change of ours. Where its place in the log is here, so is what it
    /// made, and what came after it.
    pub(crate) fn edit_settled(
        &mut self,
        key: &str,
        ack: &OperationAckHead,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let Some(draft) = self.drafts.take(key) else {
            return;
        };
        let change = match draft.change {
            MessageChange::Edit { content, .. } => MessageChange::Edit {
                content,
                version: ack.version,
                edited_at: ack.timestamp.clone(),
            },
            MessageChange::Delete { .. } => MessageChange::Delete {
                version: ack.version,
            },
            react @ MessageChange::React { .. } => react,
        };
        let is_here = ack.seq.is_some_and(|seq| self.covered.contains(seq));
        let made = Some(&change).filter(|_| !is_here);
        self.show_again(&draft.message_id, made, changes);
    }

    /// The server will never take a change of ours, or the user took it back.
    pub(crate) fn edit_rolled_back(&mut self, key: &str, changes: &mut Vec<TimelineChange<V>>) {
        if let Some(draft) = self.drafts.take(key) {
            self.show_again(&draft.message_id, None, changes);
        }
    }

    /// Shows a message anew after its drafts changed, and with it what the server made of one.
    fn show_again(
        &mut self,
        message_id: &str,
        made: Option<&MessageChange<V>>,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let Some(index) = self.find_message(message_id) else {
            return;
        };
        let base = self.drafts.base(message_id, &self.rows[index].body).clone();
        let base = made.and_then(|made| made.apply(&base)).unwrap_or(base);
        self.show(index, message_id, base, changes);
    }

    /// The row's message is `base` at the server now.
    fn show(
        &mut self,
        index: usize,
        message_id: &str,
        base: V,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let message = self.drafts.show(Some(message_id), base);
        self.rows[index].body = message.clone();
        self.touch(index);
        changes.push(TimelineChange::Replace { index, message });
    }

    /// The newest row whose message the server knows by this id.
    fn find_message(&mut self, id: &str) -> Option<usize> {
        for (index, row) in self.rows.iter_mut().enumerate().rev() {
            if row.message_id.is_none() && row.origin == Origin::Server {
                // Read once, where it is asked for at all.
                row.message_id = message_id(&row.body);
            }
            if row.message_id.as_deref() == Some(id) {
                return Some(index);
            }
        }
        None
    }
}
