//! Many senders, one log: whoever comes first commits for all who wait, in the order of arrival,
//! and tells the rooms in the order of the log before the next commit begins.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::message::SendAck;

use super::Refusal;
use crate::store::NewMessage;

/// Messages that may wait for a commit, over all users.
const MAX_WAITING: usize = 10_000;
/// Messages in one commit.
const MAX_BATCH: usize = 256;

/// A message on its way into the log, and where its sender waits for the answer.
pub(super) struct Waiting {
    pub(super) message: NewMessage,
    pub(super) answer: oneshot::Sender<Result<SendAck, Refusal>>,
}

/// A message whose place in the order is taken; [`Core::settle`](super::Core::settle) brings it
/// into the log.
pub struct Submitted(pub(super) oneshot::Receiver<Result<SendAck, Refusal>>);

/// Messages in the order of arrival.
#[derive(Default)]
pub(super) struct AppendQueue {
    waiting: Mutex<VecDeque<Waiting>>,
    /// Held by whoever commits.
    pub(super) committing: futures_util::lock::Mutex<()>,
}

impl AppendQueue {
    pub(super) fn push(&self, message: NewMessage) -> Result<Submitted, Refusal> {
        let mut waiting = self.waiting();
        if waiting.len() >= MAX_WAITING {
            return Err(ErrorCode::InternalError.into());
        }
        let (answer, receiver) = oneshot::channel();
        waiting.push_back(Waiting { message, answer });
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
