//! Our own changes of messages that the server has not answered: shown over what it said last.

use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;
use crate::wire::change::MessageChange;

/// One change of ours.
#[derive(Debug)]
pub(super) struct Draft<V> {
    /// The operation's own `clientMessageId`.
    pub(super) key: String,
    pub(super) message_id: String,
    pub(super) change: MessageChange<V>,
}

/// All of a room, in the order they were made.
#[derive(Debug)]
pub(super) struct Drafts<V> {
    drafts: Vec<Draft<V>>,
    /// The server's state of the messages that are shown changed, by message id.
    bases: SortedMap<String, V>,
}

impl<V: Value> Drafts<V> {
    pub(super) fn new() -> Self {
        Self {
            drafts: Vec::new(),
            bases: SortedMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Adds one. False where it is here already.
    pub(super) fn add(&mut self, draft: Draft<V>) -> bool {
        let is_new = self.drafts.iter().all(|known| known.key != draft.key);
        if is_new {
            self.drafts.push(draft);
        }
        is_new
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Draft<V>> {
        let index = self.drafts.iter().position(|draft| draft.key == key)?;
        Some(self.drafts.remove(index))
    }

    /// What the server said of a message that is shown as `shown`.
    pub(super) fn base<'a>(&'a self, message_id: &str, shown: &'a V) -> &'a V {
        self.bases.get(message_id).unwrap_or(shown)
    }

    /// What is shown of a message that is `base` at the server.
    pub(super) fn show(&mut self, message_id: Option<&str>, base: V) -> V {
        let Some(id) = message_id.filter(|_| !self.is_untouched()) else {
            return base;
        };
        let mut shown = None;
        for draft in self.drafts.iter().filter(|draft| draft.message_id == id) {
            let before = shown.as_ref().unwrap_or(&base);
            shown = draft.change.apply(before).or(shown);
        }
        match shown {
            Some(shown) => {
                self.bases.insert(id.to_owned(), base);
                shown.with(&[("isPending", V::boolean(true))])
            }
            None => {
                self.bases.remove(id);
                base
            }
        }
    }

    /// The rows are void; our own changes are not.
    pub(super) fn forget_bases(&mut self) {
        self.bases.clear();
    }

    fn is_untouched(&self) -> bool {
        self.drafts.is_empty() && self.bases.is_empty()
    }
}
