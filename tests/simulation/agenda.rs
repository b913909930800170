//! What is to happen, by simulated time; at the same moment in the order in which it was planned.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A heap of events of the world.
#[derive(Debug)]
pub(crate) struct Agenda<E> {
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, E>,
    planned: u64,
}

impl<E> Agenda<E> {
    pub(crate) fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            events: BTreeMap::new(),
            planned: 0,
        }
    }

    /// Plans an event for a moment, in milliseconds of true time.
    pub(crate) fn plan(&mut self, at_ms: u64, event: E) {
        self.heap.push(Reverse((at_ms, self.planned)));
        self.events.insert(self.planned, event);
        self.planned += 1;
    }

    /// The next event up to and including this moment, and when it is.
    pub(crate) fn next(&mut self, until_ms: u64) -> Option<(u64, E)> {
        let Reverse((at_ms, number)) = *self.heap.peek()?;
        if at_ms > until_ms {
            return None;
        }
        self.heap.pop();
        Some((at_ms, self.events.remove(&number)?))
    }
}
