//! The clocks: true time, which only the world knows, and what each machine makes of it.

use nchat_realtime::engine::time::Now;

/// 2026-01-30T12:00:00Z, the moment every world begins.
pub(crate) const BEGIN_WALL_MS: u64 = 1_769_774_400_000;

/// One machine's clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    mono_ahead_ms: u64,
    wall_ahead_ms: i64,
}

impl Clock {
    /// A machine that was started some time before the world, with this error of the wall clock.
    pub(crate) fn new(uptime_ms: u64, skew_ms: i64) -> Self {
        Self {
            mono_ahead_ms: uptime_ms,
            wall_ahead_ms: skew_ms,
        }
    }

    /// What the machine shows at this true time.
    pub(crate) fn read(&self, true_ms: u64) -> Now {
        Now {
            mono_ms: true_ms + self.mono_ahead_ms,
            wall_ms: (BEGIN_WALL_MS + true_ms).saturating_add_signed(self.wall_ahead_ms),
        }
    }

    /// The true time at which the monotonic clock shows this.
    pub(crate) fn true_ms(&self, mono_ms: u64) -> u64 {
        mono_ms.saturating_sub(self.mono_ahead_ms)
    }

    /// Somebody sets the wall clock.
    pub(crate) fn set_wall(&mut self, by_ms: i64) {
        self.wall_ahead_ms += by_ms;
    }

    /// The machine slept, and its clocks went on.
    pub(crate) fn sleep(&mut self, ms: u64) {
        self.mono_ahead_ms += ms;
        self.wall_ahead_ms = self.wall_ahead_ms.saturating_add_unsigned(ms);
    }
}
