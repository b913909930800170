//! One browser profile: its user, its clock, its line to the network, and its tabs.

use nchat_realtime::engine::config::Settings;
use nchat_realtime::engine::input::RequestId;
use nchat_realtime::engine::store::Namespace;

use super::clock::Clock;
use super::disk::Disk;
use super::lead::Fences;
use super::lock::Locks;
use super::tab::{Tab, TabId};

/// The state of a machine's network, beside that of each link.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    /// Until then nothing goes through.
    pub(crate) dead_until_ms: u64,
    /// Until then each connection lives for a moment.
    pub(crate) flaps_until_ms: u64,
}

impl Profile {
    /// The other one of those who use it.
    pub(crate) fn other_user(&self) -> &'static str {
        let [own, guest] = self.users;
        if self.user == own { guest } else { own }
    }
}

/// One browser profile on one machine.
pub(crate) struct Profile {
    /// Who uses it, or did last.
    pub(crate) user: &'static str,
    /// Whose it is, and who else uses it.
    pub(crate) users: [&'static str; 2],
    /// Nobody is signed in.
    pub(crate) is_signed_out: bool,
    /// Somebody else may sign in next.
    pub(crate) may_change_user: bool,
    /// A logout that nothing but itself can leave something of: its tab, its promise, and whose
    /// records it wipes.
    pub(crate) logout: Option<(TabId, RequestId, Namespace)>,
    pub(crate) clock: Clock,
    pub(crate) line: Line,
    pub(crate) settings: Settings,
    pub(crate) disk: Disk,
    pub(crate) locks: Locks,
    pub(crate) fences: Fences,
    /// All that there ever were.
    pub(crate) tabs: Vec<Tab>,
}
