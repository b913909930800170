//! When the next attempt starts.

use crate::engine::config::Settings;
use crate::engine::ids::Random;

/// The delay before attempt `attempt` (from 1), in milliseconds: doubled each time from
/// `reconnect_delay_ms` to `max_reconnect_delay_ms`, of which between half and all is taken, so
/// that the clients of a restarted server do not come back at the same moment.
pub(crate) fn delay_ms(attempt: u32, settings: &Settings, random: &mut Random) -> u64 {
    let doublings = attempt.saturating_sub(1).min(32);
    let full = settings
        .reconnect_delay_ms
        .saturating_mul(1 << doublings)
        .min(settings.max_reconnect_delay_ms);
    let half = full / 2;
    half + (random.fraction() * (full - half) as f64).round() as u64
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_the_limit_and_keep_between_half_and_all_of_it() {
        let settings = Settings::new().unwrap();
        let mut random = Random::new([1; 32]);
        for (attempt, full) in [
            (1, 1_000),
            (2, 2_000),
            (3, 4_000),
            (6, 30_000),
            (u32::MAX, 30_000),
        ] {
            for _ in 0..200 {
                let delay = delay_ms(attempt, &settings, &mut random);
                assert!(
                    (full / 2..=full).contains(&delay),
                    "attempt {attempt}: {delay}"
                );
            }
        }
    }

    #[test]
    fn delays_differ_between_clients() {
        let settings = Settings::new().unwrap();
        let delays: std::collections::BTreeSet<u64> = (0..50)
            .map(|seed| delay_ms(5, &settings, &mut Random::new([seed; 32])))
            .collect();
        assert!(delays.len() > 40);
    }
}
