//! Identifiers and jitter from one seed, so that the same seed gives the same run.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// The engine's only source of randomness: 256 bits of state, so that ids do not collide. It is no
/// cipher: nothing secret is made from it. (A cipher's generator costs the module 3 kB.)
#[derive(Clone, Debug)]
pub struct Random {
    generator: Xoshiro256PlusPlus,
}

impl Random {
    /// Starts from a seed, which the driver takes from the platform's secure source.
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            generator: Xoshiro256PlusPlus::from_seed(seed),
        }
    }

    /// A number from 0 up to, not including, 1.
    pub fn fraction(&mut self) -> f64 {
        // 53 bits, the precision of a double.
        (self.generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A new UUID version 7 (RFC 9562): sorts by `wall_ms`, 74 random bits.
    pub fn uuid_v7(&mut self, wall_ms: u64) -> String {
        let mut bytes = [0u8; 16];
        self.generator.fill_bytes(&mut bytes[6..]);
        bytes[..6].copy_from_slice(&wall_ms.to_be_bytes()[2..]);
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            for digit in [byte >> 4, byte & 0x0f] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        text
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn uuid_v7_carries_its_time_version_and_variant() {
        let id = Random::new([7; 32]).uuid_v7(0x0123_4567_89ab);
        assert!(id.starts_with("01234567-89ab-7"), "{id}");
        assert!(
            matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'),
            "{id}"
        );
        assert_eq!(id.len(), 36);
    }

    #[test]
    fn the_same_seed_gives_the_same_ids_and_another_seed_others() {
        let first = |seed| Random::new([seed; 32]).uuid_v7(1);
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn fractions_stay_in_their_range() {
        let mut random = Random::new([3; 32]);
        assert!(
            (0..10_000)
                .map(|_| random.fraction())
                .all(|x| (0.0..1.0).contains(&x))
        );
    }
}
