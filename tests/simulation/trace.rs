//! What happened in a world: always as one number, which the same seed has to give again, and on
//! request as a story that a person can read.

use std::fmt::{self, Debug, Write};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of everything that happened, and its story where somebody wants to read it.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: u64,
    story: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn new(tells_story: bool) -> Self {
        Self {
            hash: FNV_OFFSET,
            story: tells_story.then(Vec::new),
        }
    }

    /// One thing that happened: counts for the hash, and is a line of the story.
    pub(crate) fn record(&mut self, now_ms: u64, who: &dyn Debug, what: &dyn Debug) {
        // Writing to a hasher does not fail.
        let _ = write!(Hasher(&mut self.hash), "{now_ms} {who:?} {what:?}");
        self.tell(now_ms, who, what);
    }

    /// A line of the story that follows from others, and does not count for the hash.
    pub(crate) fn tell(&mut self, now_ms: u64, who: &dyn Debug, what: &dyn Debug) {
        if let Some(story) = &mut self.story {
            let seconds = now_ms as f64 / 1_000.0;
            story.push(format!("{seconds:>9.3}  {who:?}: {what:?}"));
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }
}

/// Formats into an FNV-1a hash, eight bytes at a time where it can.
struct Hasher<'a>(&'a mut u64);

impl Write for Hasher<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut chunks = text.as_bytes().chunks_exact(8);
        for chunk in chunks.by_ref() {
            let word = u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]);
            *self.0 = (*self.0 ^ word).wrapping_mul(FNV_PRIME).rotate_left(23);
        }
        for byte in chunks.remainder() {
            *self.0 = (*self.0 ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        }
        Ok(())
    }
}
