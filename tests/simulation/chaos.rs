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
}

impl Chaos {
    /// Whether the fault strikes, here and now.
    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        let strikes = self.faults.strike(fault, &mut self.dice);
        if strikes {
            self.trace.record(self.now_ms, &"FAULT", &fault);
        }
        strikes
    }

    /// One thing that happened.
    pub(crate) fn record(&mut self, who: &dyn Debug, what: &dyn Debug) {
        self.trace.record(self.now_ms, who, what);
    }
}
