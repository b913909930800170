//! One after the other: the events of a socket take effect in the order in which they came.
//!
//! Handlers run as tasks of their own, in any order. Each takes a [`Turn`] while its packet is
//! read, waits for the one before it, and gives way when it is dropped.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// The queue of one socket.
#[derive(Debug, Default)]
pub(super) struct Turns {
    last: Mutex<Option<oneshot::Receiver<()>>>,
}

/// A place in the queue.
#[derive(Debug)]
pub(super) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    /// Dropped together with the turn, which wakes the next.
    _done: oneshot::Sender<()>,
}

impl Turns {
    /// The place behind all taken so far.
    pub(super) fn take(&self) -> Turn {
        let (done, receiver) = oneshot::channel();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        Turn {
            before: last.replace(receiver),
            _done: done,
        }
    }
}

impl Turn {
    /// Waits until the one before has given way.
    pub(super) async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // An error is a sender that was dropped: exactly what is waited for.
            let _ = before.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_turn_comes_when_the_one_before_gives_way() {
        let turns = Turns::default();
        let mut first = turns.take();
        let mut second = turns.take();
        first.come().await;
        assert_eq!(second.come().now_or_never(), None);
        drop(first);
        let mut third = turns.take();
        assert_eq!(third.come().now_or_never(), None);
        drop(second);
        third.come().await;
    }
}
