//! One room as an app sees it: rows that changes add up to, and messages that listeners heard.

use std::collections::BTreeSet;

use nchat_realtime::engine::output::TimelineChange;
use serde_json::Value as Json;

/// What one tab was told of one room.
#[derive(Debug, Default)]
pub(crate) struct Mirror {
    pub(crate) rows: Vec<Json>,
    /// Whether the rows changed since they were last looked at.
    pub(crate) has_changed: bool,
    /// Epoch and `seq` of the messages that listeners heard.
    heard: BTreeSet<(String, u64)>,
    checks: u32,
}

impl Mirror {
    pub(crate) fn apply(&mut self, change: TimelineChange<Json>) {
        self.has_changed = true;
        match change {
            TimelineChange::Insert { index, message } => self.rows.insert(index, message),
            TimelineChange::Replace { index, message } => self.rows[index] = message,
            TimelineChange::Remove { index } => drop(self.rows.remove(index)),
            TimelineChange::Reset => self.rows.clear(),
        }
    }

    /// Listeners hear a message once.
    pub(crate) fn heard(&mut self, message: &Json) {
        let seq = message["seq"]
            .as_u64()
            .expect("this server numbers messages");
        let epoch = message["epoch"]
            .as_str()
            .expect("this server names its epoch");
        let is_new = self.heard.insert((epoch.to_owned(), seq));
        assert!(is_new, "I3: listeners hear {seq} twice");
    }

    /// The room is joined anew: what was heard before, in it or as a stranger, does not count.
    pub(crate) fn forget_heard(&mut self) {
        self.heard.clear();
    }

    /// Each message is one row, and rows with a `seq` are in its order, before those without.
    pub(crate) fn check(&self) {
        let mut ids = BTreeSet::new();
        let mut last = 0;
        for row in &self.rows {
            let id = row["clientMessageId"].as_str().unwrap_or_default();
            assert!(ids.insert(id), "I3: two rows for {id}");
            let seq = row["seq"].as_u64().unwrap_or(u64::MAX);
            let is_in_order = seq > last || (seq == u64::MAX && last == u64::MAX);
            assert!(is_in_order, "I7: row {seq} after {last}");
            last = seq;
        }
    }

    /// Whether the rows are to be compared with the engine's own now: that takes its time.
    pub(crate) fn is_comparison_due(&mut self) -> bool {
        self.checks += 1;
        self.checks.is_multiple_of(16)
    }
}
