//! The clock and the dice of the server's process.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use nchat_dev_server::core::Environment;

/// A clock that the world sets, and numbers that only look random.
#[derive(Debug)]
pub(crate) struct Shelf {
    now_ms: AtomicI64,
    state: AtomicU64,
}

impl Shelf {
    pub(crate) fn new(seed: [u8; 8]) -> Self {
        Self {
            now_ms: AtomicI64::new(0),
            state: AtomicU64::new(u64::from_le_bytes(seed)),
        }
    }

    pub(crate) fn set_time(&self, wall_ms: u64) {
        let now_ms = i64::try_from(wall_ms).expect("a time of this age");
        self.now_ms.store(now_ms, Ordering::Relaxed);
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.state.fetch_add(STEP, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Environment for Shelf {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes());
        bytes
    }
}
