//! The entries of one channel that are to be sent, in order, and how far they are on their way.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::engine::config::MAX_CHANNEL_IN_FLIGHT;

/// Keys of entries that wait or are in flight, in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Line {
    keys: VecDeque<String>,
    /// So many at the front are in flight, each but the first with the one before it named: the
    /// server has none of them without those before it.
    chained: usize,
    /// As many as may be are under way, until half of them are answered: what goes together is
    /// answered together, for less than one by one.
    is_full: bool,
    /// The server refused one that was sent on the heels of another: one at a time, until one is
    /// done with.
    is_careful: bool,
}

impl Line {
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.keys.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn back(&self) -> Option<&String> {
        self.keys.back()
    }

    /// The next to be sent, several being under way at once or one; it may be so already.
    pub(super) fn next(&self, several: bool) -> Option<&String> {
        let goes = match several && !self.is_careful {
            true => !self.is_full,
            false => self.chained == 0,
        };
        self.keys.get(self.chained).filter(|_| goes)
    }

    /// The one under way that the next follows.
    pub(super) fn before_next(&self) -> Option<&String> {
        self.keys.get(self.chained.checked_sub(1)?)
    }

    /// Puts a key before those of its own tab that come after it, and there behind the last one of
    /// those that `is_before` holds for. `of_its_tab` tells where another one of its tab belongs:
    /// they are in order already, so that looking from the end is enough to find the first.
    pub(super) fn insert(
        &mut self,
        key: &str,
        of_its_tab: impl Fn(&String) -> Option<Ordering>,
        is_before: impl Fn(&String) -> bool,
    ) {
        let from_end = (0..self.keys.len()).rev();
        let end = from_end
            .map(|index| (index, of_its_tab(&self.keys[index])))
            .take_while(|(_, side)| side.is_none_or(Ordering::is_gt))
            .filter_map(|(index, side)| side.and(Some(index)))
            .last();
        let before = self.keys.range(..end.unwrap_or(self.keys.len()));
        let index = before.into_iter().rposition(is_before);
        let index = index.map_or(0, |index| index + 1);
        self.keys.insert(index, key.to_owned());
        self.set_chained(self.chained.min(index));
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some(index) = self.index_of(key) {
            self.keys.remove(index);
            self.is_careful = false;
            self.set_chained(self.chained - usize::from(index < self.chained));
        }
    }

    /// One is in flight, behind [`Line::before_next`].
    pub(super) fn sent(&mut self, key: &str) {
        let is_next = self.keys.get(self.chained).is_some_and(|next| next == key);
        self.set_chained(self.chained + usize::from(is_next));
    }

    /// One is no longer in flight, and waits.
    pub(super) fn returned(&mut self, key: &str) {
        if let Some(index) = self.index_of(key) {
            self.set_chained(self.chained.min(index));
        }
    }

    pub(super) fn be_careful(&mut self) {
        self.is_careful = true;
    }

    /// For a planted bug: the first becomes the last.
    pub(super) fn let_pass(&mut self) {
        self.keys.rotate_left(1);
    }

    fn set_chained(&mut self, chained: usize) {
        self.chained = chained;
        self.is_full = match self.is_full {
            true => chained > MAX_CHANNEL_IN_FLIGHT / 2,
            false => chained >= MAX_CHANNEL_IN_FLIGHT,
        };
    }

    fn index_of(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|other| other == key)
    }
}
