//! The fences that reached the server (I6): what comes under a lower one than was seen before, of
//! the same user and device, is refused, and nothing else is for that reason.

use std::collections::BTreeMap;

use nchat_dev_server::core::{Answer, Refusal};
use nchat_realtime::wire::error::ErrorCode;

/// A user and a device of theirs.
type Owner = (String, String);

/// The highest fence of each device.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// Of what took its place in the order, and so of all that comes after.
    submitted: BTreeMap<Owner, u64>,
    /// Of what is stored, and outlives the process.
    stored: BTreeMap<Owner, u64>,
}

/// One command under a fence that took its place in the order.
#[derive(Debug)]
pub(super) struct Claim {
    owner: Owner,
    fence: u64,
    /// The highest that came before it.
    highest: u64,
}

impl Fences {
    /// A command took its place in the order.
    pub(super) fn submitted(&mut self, owner: Owner, fence: u64) -> Claim {
        let known = self.submitted.entry(owner.clone()).or_default();
        let highest = *known;
        *known = fence.max(highest);
        Claim {
            owner,
            fence,
            highest,
        }
    }

    /// It was settled, like this.
    pub(super) fn settled(&mut self, claim: &Claim, result: &Result<Answer, Refusal>) {
        let stored = self.stored.entry(claim.owner.clone()).or_default();
        *stored = claim.fence.max(*stored);
        let is_stale = claim.fence < claim.highest;
        let is_fenced = match result {
            Ok(_) => false,
            Err(Refusal(error)) => error.code == ErrorCode::Fenced.as_str(),
        };
        assert_eq!(
            is_fenced, is_stale,
            "I6: what the server says to {claim:?}: {result:?}"
        );
    }

    /// A tab greeted the server under a fence, and all that was submitted before is stored.
    pub(super) fn greeted(&mut self, owner: Owner, fence: u64) {
        self.submitted(owner, fence);
        self.stored = self.submitted.clone();
    }

    /// The process is gone, and with it what was not stored.
    pub(super) fn crashed(&mut self) {
        self.submitted = self.stored.clone();
    }

    /// The store is gone.
    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }
}
