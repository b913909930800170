//! The clock and the dice of the server's process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nchat_dev_server::core::Environment;
use nchat_realtime::engine::time::Now;

/// A clock that the world sets, and numbers that only look random.
#[derive(Debug)]
pub(crate) struct Shelf {
    wall_ms: AtomicI64,
    mono_ms: AtomicI64,
    /// When the core wants to be woken, by the steady clock.
    alarm_ms: AtomicI64,
    /// Of whom chance is asked, and how far theirs has come.
    chance: Mutex<(String, BTreeMap<String, u64>)>,
    seed: u64,
}

impl Shelf {
    pub(crate) fn new(seed: [u8; 8]) -> Self {
        Self {
            wall_ms: AtomicI64::new(0),
            mono_ms: AtomicI64::new(0),
            alarm_ms: AtomicI64::new(i64::MAX),
            chance: Mutex::default(),
            seed: u64::from_le_bytes(seed),
        }
    }

    pub(crate) fn set_time(&self, now: Now) {
        let ms = |ms: u64| i64::try_from(ms).expect("a time of this age");
        self.wall_ms.store(ms(now.wall_ms), Ordering::Relaxed);
        self.mono_ms.store(ms(now.mono_ms), Ordering::Relaxed);
    }

    /// When the core wants to be woken; far away where it does not.
    pub(super) fn alarm_ms(&self) -> i64 {
        self.alarm_ms.load(Ordering::Relaxed)
    }

    /// The core is woken, or gone.
    pub(super) fn silence(&self) {
        self.alarm_ms.store(i64::MAX, Ordering::Relaxed);
    }

    /// What follows is for this user: each has chance of their own.
    pub(super) fn act_for(&self, user: &str) {
        user.clone_into(&mut self.chance().0);
    }

    fn chance(&self) -> MutexGuard<'_, (String, BTreeMap<String, u64>)> {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let (user, states) = &mut *self.chance();
        let first = || {
            user.bytes()
                .fold(self.seed, |sum, byte| mix(sum ^ u64::from(byte)))
        };
        let state = states.entry(user.clone()).or_insert_with(first);
        *state = state.wrapping_add(STEP);
        mix(*state)
    }
}

fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Environment for Shelf {
    fn now_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::Relaxed)
    }

    fn mono_ms(&self) -> i64 {
        self.mono_ms.load(Ordering::Relaxed)
    }

    fn wake_by(&self, at_mono_ms: i64) {
        self.alarm_ms.fetch_min(at_mono_ms, Ordering::Relaxed);
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes());
        bytes
    }
}
