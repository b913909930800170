//! One browser profile: its user, its clock, its line to the network, and its tabs.

use nchat_realtime::engine::config::Settings;

use super::clock::Clock;
use super::disk::Disk;
use super::lock::Locks;
use super::tab::Tab;

/// The state of a machine's network, beside that of each link.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    /// Until then nothing goes through.
    pub(crate) dead_until_ms: u64,
    /// Until then each connection lives for a moment.
    pub(crate) flaps_until_ms: u64,
}

/// One browser profile on one machine.
pub(crate) struct Profile {
    pub(crate) user: &'static str,
    pub(crate) clock: Clock,
    pub(crate) line: Line,
    pub(crate) settings: Settings,
    pub(crate) disk: Disk,
    pub(crate) locks: Locks,
    /// All that there ever were.
    pub(crate) tabs: Vec<Tab>,
}
