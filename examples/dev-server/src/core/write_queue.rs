//! Many writers, one log: whoever comes first commits for all who wait, in the order of arrival,
//! and tells the rooms in the order of the log before the next commit begins.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;
use nchat_realtime::wire::error::ErrorCode;

use super::{Answer, Refusal};
use crate::store::Change;

/// Changes that may wait for a commit, over all users.
const MAX_WAITING: usize = 10_000;
/// Changes in one commit.
const MAX_BATCH: usize = 256;

/// A change on its way into the store, and where its sender waits for the answer.
pub(super) struct Waiting {
    pub(super) change: Change,
    /// The socket that it came from.
    pub(super) socket_id: String,
    pub(super) answer: oneshot::Sender<Result<Answer, Refusal>>,
}

/// A change whose place in the order is taken; [`Core::settle`](super::Core::settle) brings it
/// into the store.
pub struct Submitted(pub(super) oneshot::Receiver<Result<Answer, Refusal>>);

/// Changes in the order of arrival.
#[derive(Default)]
pub(super) struct WriteQueue {
    waiting: Mutex<VecDeque<Waiting>>,
    /// Held by whoever commits.
    pub(super) committing: futures_util::lock::Mutex<()>,
}

impl WriteQueue {
    pub(super) fn push(&self, change: Change, socket_id: &str) -> Result<Submitted, Refusal> {
        let mut waiting = self.waiting();
        if waiting.len() >= MAX_WAITING {
            return Err(ErrorCode::InternalError.into());
        }
        let (answer, receiver) = oneshot::channel();
        waiting.push_back(Waiting {
            change,
            socket_id: socket_id.to_owned(),
            answer,
        });
        Ok(Submitted(receiver))
    }

    pub(super) fn next_batch(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(MAX_BATCH);
        waiting.drain(..count).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
