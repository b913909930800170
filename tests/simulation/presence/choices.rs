//! What users chose to be, as far as their last choice is certain to be the one that counts.

use std::collections::BTreeMap;

use nchat_realtime::wire::presence::ChosenStatus;

use crate::tab::TabId;

/// The tab in which each user chooses, while it is one, and their last choice.
#[derive(Debug, Default)]
pub(crate) struct Choices(BTreeMap<&'static str, (Option<TabId>, Option<ChosenStatus>)>);

impl Choices {
    /// A user chose. Where they do so in two tabs, the one that comes to the server last has the
    /// say, whenever that is.
    pub(crate) fn chose(&mut self, user: &'static str, tab: TabId, chosen: ChosenStatus) {
        let last = self.0.entry(user).or_insert((Some(tab), None));
        last.0 = last.0.filter(|first| *first == tab);
        last.1 = last.0.map(|_| chosen);
    }

    /// Something else came between: it is not known any more.
    pub(crate) fn forget(&mut self, user: &'static str) {
        if let Some(last) = self.0.get_mut(user) {
            last.1 = None;
        }
    }

    /// The server has lost what anybody chose.
    pub(crate) fn forget_all(&mut self) {
        for last in self.0.values_mut() {
            last.1 = None;
        }
    }

    /// What a user must be at the end.
    pub(super) fn of(&self, user: &str) -> Option<ChosenStatus> {
        self.0.get(user)?.1
    }
}
