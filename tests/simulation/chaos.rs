//! What every part of a world shares: the moment, the dice, the faults, and the trace.

use std::fmt::Debug;

use super::dice::Dice;
use super::fault::{Fault, Faults};
use super::trace::Trace;

/// The moment, and what chance makes of it.
#[derive(Debug)]
pub(crate) struct Chaos {
    /// True time since the world began, in milliseconds.
    pub(crate) now_ms: u64,
    pub(crate) dice: Dice,
    pub(crate) faults: Faults,
    pub(crate) trace: Trace,
    /// In worlds of twins: chance of the world's own and of each profile's, so that what one does
    /// moves nothing of another's. Those whose turn it is are in `dice`.
    pub(crate) streams: Vec<Dice>,
    /// Whose turn it is: the profile's, or the world's.
    pub(crate) turn: Option<usize>,
}

impl Chaos {
    pub(crate) fn new(dice: Dice, faults: Faults, trace: Trace) -> Self {
        Self {
            now_ms: 0,
            dice,
            faults,
            trace,
            streams: Vec::new(),
            turn: None,
        }
    }

    /// Whether the fault strikes, here and now.
    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        let strikes = self.faults.strike(fault, &mut self.dice);
        if strikes {
            self.trace.record(self.now_ms, &"FAULT", &fault);
        }
        strikes
    }

    /// From here on chance is this profile's, where profiles have their own. Gives whose it was.
    pub(crate) fn turn_to(&mut self, next: Option<usize>) -> Option<usize> {
        let before = self.turn;
        if !self.streams.is_empty() && before != next {
            let place = |turn: Option<usize>| turn.map_or(0, |profile| profile + 1);
            std::mem::swap(&mut self.dice, &mut self.streams[place(before)]);
            std::mem::swap(&mut self.dice, &mut self.streams[place(next)]);
            self.turn = next;
        }
        before
    }

    /// One thing that happened.
    pub(crate) fn record(&mut self, who: &dyn Debug, what: &dyn Debug) {
        self.trace.record(self.now_ms, who, what);
    }
}
