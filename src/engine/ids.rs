//! Identifiers and jitter from one seed, so that the same seed gives the same run.

/// The engine's only source of randomness: 256 bits of state, so that ids do not collide. It is no
/// cipher: nothing secret is made from it. (A cipher's generator costs the module 3 kB.)
///
/// It is xoshiro256++ of Blackman and Vigna, written out: the crate brings a kilobyte more of
/// compressed module, for what it can say when it panics.
#[derive(Clone, Debug)]
pub struct Random {
    state: [u64; 4],
}

/// A state of zeros would give zeros for good; this is what the crate `rand_xoshiro` starts from then.
const INSTEAD_OF_ZEROS: [u64; 4] = [
    0xe220_a839_7b1d_cdaf,
    0x6e78_9e6a_a1b9_65f4,
    0x06c4_5d18_8009_454f,
    0xf88b_b8a8_724c_81ec,
];

impl Random {
    /// Starts from a seed, which the driver takes from the platform's secure source.
    pub fn new(seed: [u8; 32]) -> Self {
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(seed.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        if state == [0; 4] {
            state = INSTEAD_OF_ZEROS;
        }
        Self { state }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let [c, d] = [c ^ a, d ^ b];
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        a.wrapping_add(d ^ b).rotate_left(23).wrapping_add(a)
    }

    /// A number from 0 up to, not including, 1.
    pub fn fraction(&mut self) -> f64 {
        // 53 bits, the precision of a double.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A new UUID version 7 (RFC 9562): sorts by `wall_ms`, 74 random bits.
    pub fn uuid_v7(&mut self, wall_ms: u64) -> String {
        let mut bytes = [0u8; 16];
        bytes[..6].copy_from_slice(&wall_ms.to_be_bytes()[2..]);
        bytes[6..14].copy_from_slice(&self.next().to_le_bytes());
        bytes[14..].copy_from_slice(&self.next().to_le_bytes()[4..6]);
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
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{RngCore, SeedableRng};

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
    fn it_is_the_generator_of_the_library() {
        for seed in [[0; 32], [7; 32], std::array::from_fn(|index| index as u8)] {
            let mut library = Xoshiro256PlusPlus::from_seed(seed);
            let mut random = Random::new(seed);
            for _ in 0..100 {
                assert_eq!(random.next(), library.next_u64());
            }
        }
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
