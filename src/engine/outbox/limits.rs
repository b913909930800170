//! How much may wait, and how often and when it is tried.

use crate::engine::config::{
    BASE_RETRY_DELAY_MS, MAX_QUEUE_SIZE, MAX_QUEUE_SIZE_LIMIT, MAX_RETRIES, MAX_RETRY_DELAY_MS,
    milliseconds,
};
use crate::engine::error::ClientError;
use crate::engine::ids::Random;
use crate::socketio::{Value, said};
use crate::wire::Fields;
use crate::wire::error::ErrorCode;

/// The documented options of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) max_queue_size: usize,
    pub(super) max_retries: u32,
    base_retry_delay_ms: u64,
    max_retry_delay_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_queue_size: MAX_QUEUE_SIZE,
            max_retries: MAX_RETRIES,
            base_retry_delay_ms: BASE_RETRY_DELAY_MS,
            max_retry_delay_ms: MAX_RETRY_DELAY_MS,
        }
    }
}

impl Limits {
    /// These limits with `given` laid over them; nothing changes where anything is refused.
    pub(super) fn merged<V: Value>(self, given: &V) -> Result<Self, ClientError<V>> {
        let count = |most: f64| {
            move |value: &V| {
                let number = value.as_number()?;
                ((1.0..=most).contains(&number)).then_some(number as u32)
            }
        };
        let delay = |value: &V| milliseconds(value.as_number()?);
        let mut fields = Fields::of(given);
        let size = fields.optional("maxQueueSize", count(MAX_QUEUE_SIZE_LIMIT as f64));
        let retries = fields.optional("maxRetries", count(1_000.0));
        let base = fields.optional("baseRetryDelay", delay);
        let most = fields.optional("maxRetryDelay", delay);
        let merged = Self {
            max_queue_size: size.map_or(self.max_queue_size, |size| size as usize),
            max_retries: retries.unwrap_or(self.max_retries),
            base_retry_delay_ms: base.unwrap_or(self.base_retry_delay_ms),
            max_retry_delay_ms: most.unwrap_or(self.max_retry_delay_ms),
        };
        fields
            .end(merged)
            .map_err(|error| ClientError::new(ErrorCode::ValidationError, said(&error)))
    }

    /// How long an entry waits after `failed` attempts (from 1): `base * 2^(failed - 1)` up to
    /// the longest, and up to a tenth more, so that entries do not come back all at once.
    pub(super) fn delay_ms(self, failed: u32, random: &mut Random) -> u64 {
        let doublings = failed.saturating_sub(1).min(32);
        let full = self
            .base_retry_delay_ms
            .saturating_mul(1 << doublings)
            .min(self.max_retry_delay_ms);
        full + (random.fraction() * 0.1 * full as f64) as u64
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn delays_double_to_the_longest_with_up_to_a_tenth_more() {
        let (limits, mut random) = (Limits::default(), Random::new([1; 32]));
        let full = [
            (1, 1_000),
            (2, 2_000),
            (5, 16_000),
            (6, 30_000),
            (u32::MAX, 30_000),
        ];
        for (failed, full) in full {
            let delays: Vec<u64> = (0..200)
                .map(|_| limits.delay_ms(failed, &mut random))
                .collect();
            assert!(
                delays
                    .iter()
                    .all(|delay| (full..=full + full / 10).contains(delay)),
                "{failed}: {delays:?}"
            );
            assert!(delays.iter().any(|delay| *delay != delays[0]), "{failed}");
        }
    }

    #[test]
    fn a_limit_that_makes_no_sense_changes_nothing() {
        for given in [
            json!({"maxQueueSize": 0}),
            json!({"maxQueueSize": "many"}),
            json!({"maxRetries": -1}),
            json!({"baseRetryDelay": 0.5}),
            json!({"maxRetryDelay": f64::MAX}),
        ] {
            let merged = Limits::default().merged(&given);
            assert_eq!(merged.unwrap_err().code, "VALIDATION_ERROR", "{given}");
        }
        let merged = Limits::default().merged(&json!({"maxQueueSize": 7, "baseRetryDelay": 5}));
        let expected = Limits {
            max_queue_size: 7,
            base_retry_delay_ms: 5,
            ..Limits::default()
        };
        assert_eq!(merged, Ok(expected));
    }
}
