//! Which fence the next leader asks for. A server keeps the highest one that it has seen of a
//! device, and a database that is a new one does not know it.

/// Whole numbers below are exact in a double, which is how fences are stored and sent.
const MAX_FENCE: u64 = 1 << 53;

/// The least fence that is of use, as far as the server's refusals say.
#[derive(Debug)]
pub(super) struct NextFence {
    at_least: u64,
    /// How far beyond a refused one the next one is. Doubled while they are refused in a row.
    step: u64,
}

impl NextFence {
    pub(super) fn new() -> Self {
        let (at_least, step) = (0, 1);
        Self { at_least, step }
    }

    /// 0 where any will do.
    pub(super) fn at_least(&self) -> u64 {
        self.at_least
    }

    /// The server takes nothing under this fence: it has seen the one that it names, or some
    /// higher one.
    pub(super) fn refused(&mut self, fence: u64, named: Option<f64>, wall_ms: u64) {
        if fence < self.at_least {
            return;
        }
        let named = named.filter(|named| (fence as f64..MAX_FENCE as f64).contains(named));
        self.at_least = match named {
            Some(named) => named as u64 + 1,
            None => {
                let farther = fence.saturating_add(self.step);
                self.step = self.step.saturating_mul(2);
                // Nobody leads anew more than once a second for long: where the clock is right,
                // one step by it is enough, however often the database was a new one.
                farther.max(wall_ms / 1_000)
            }
        };
    }

    /// The server took something under the fence that this tab has.
    pub(super) fn taken(&mut self) {
        self.step = 1;
    }
}
