//! How many events one user may send: a bucket that holds a minute's worth and refills evenly.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

/// What the bucket holds, in microseconds of allowance.
const BURST_US: i64 = 60_000_000;
/// Users remembered before those with a full bucket are forgotten.
const SWEEP_AT_USERS: usize = 10_000;

/// The generic cell rate algorithm, one number per user.
#[derive(Debug)]
pub(super) struct RateLimiter {
    /// Allowance that one event costs.
    cost_us: i64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When each user's bucket will be full again, in microseconds since 1970.
    full_at_us: HashMap<String, i64>,
    sweep_at_users: usize,
}

impl RateLimiter {
    pub(super) fn new(events_per_minute: NonZeroU32) -> Self {
        let state = State {
            full_at_us: HashMap::new(),
            sweep_at_users: SWEEP_AT_USERS,
        };
        Self {
            cost_us: (BURST_US / i64::from(events_per_minute.get())).max(1),
            state: Mutex::new(state),
        }
    }

    /// Takes one event's allowance, or says in how many milliseconds there is enough.
    pub(super) fn admit(&self, user_id: &str, now_ms: i64) -> Result<(), u64> {
        let now_us = now_ms.saturating_mul(1_000);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not lock anybody out.
        let known = state.full_at_us.get(user_id).copied().unwrap_or(now_us);
        let next = known.clamp(now_us, now_us + BURST_US) + self.cost_us;
        let missing_us = next - now_us - BURST_US;
        if missing_us > 0 {
            return Err(u64::try_from(missing_us).unwrap_or(0).div_ceil(1_000));
        }
        state.full_at_us.insert(user_id.to_owned(), next);
        state.sweep(now_us);
        Ok(())
    }
}

impl State {
    fn sweep(&mut self, now_us: i64) {
        if self.full_at_us.len() < self.sweep_at_users {
            return;
        }
        self.full_at_us.retain(|_, full_at_us| *full_at_us > now_us);
        self.sweep_at_users = SWEEP_AT_USERS.max(self.full_at_us.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(events_per_minute: u32) -> RateLimiter {
        RateLimiter::new(NonZeroU32::new(events_per_minute).expect("not zero"))
    }

    #[test]
    fn a_minutes_worth_passes_at_once_and_the_next_waits_its_share() {
        let limiter = limiter(100);
        for _ in 0..100 {
            assert_eq!(limiter.admit("alice", 1_000), Ok(()));
        }
        assert_eq!(limiter.admit("alice", 1_000), Err(600));
        assert_eq!(limiter.admit("alice", 1_599), Err(1));
        assert_eq!(limiter.admit("alice", 1_600), Ok(()));
    }

    #[test]
    fn one_users_flood_is_not_anothers() {
        let limiter = limiter(1);
        assert_eq!(limiter.admit("alice", 0), Ok(()));
        assert_eq!(limiter.admit("alice", 0), Err(60_000));
        assert_eq!(limiter.admit("bob", 0), Ok(()));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out_for_long() {
        let limiter = limiter(1);
        assert_eq!(limiter.admit("alice", 86_400_000), Ok(()));
        assert_eq!(limiter.admit("alice", 0), Err(60_000));
        assert_eq!(limiter.admit("alice", 60_000), Err(60_000));
    }
}
