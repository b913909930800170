//! Messages of ours that the server does not have: taken back, or said in another way.

use super::Timeline;
use super::rows::Origin;
use crate::engine::output::TimelineChange;
use crate::socketio::Value;

impl<V: Value> Timeline<V> {
    /// A message of ours that the server does not have, or may have, is wanted no more.
    pub(crate) fn withdraw(
        &mut self,
        client_message_id: &str,
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let is_ours = |origin| origin != Origin::Server;
        let index = self.find(client_message_id, &is_ours);
        if let Some(index) = index.filter(|index| self.rows[*index].seq.is_none()) {
            self.take(index);
            changes.push(TimelineChange::Remove { index });
        }
    }

    /// A message of ours that the server does not have has these fields now.
    pub(crate) fn revise(
        &mut self,
        client_message_id: &str,
        fields: &[(&'static str, V)],
        changes: &mut Vec<TimelineChange<V>>,
    ) {
        let is_ours = |origin| origin != Origin::Server;
        if let Some(index) = self.find(client_message_id, &is_ours) {
            let message = self.rows[index].body.with(fields);
            self.rows[index].body = message.clone();
            changes.push(TimelineChange::Replace { index, message });
        }
    }
}
