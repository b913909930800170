//! Several events for one socket in one packet, where its client can take that: what it is told
//! together goes together, and is not held for it.

use std::sync::{Arc, Mutex, PoisonError};

use nchat_realtime::wire::names;
use serde_json::value::RawValue;
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

use super::end::end;

/// Text after which a batch goes, in bytes.
const MAX_BATCH_BYTES: usize = 64 * 1_024;

/// An event and its payload as JSON, which all its receivers share.
pub(super) type Event = (&'static str, Arc<RawValue>);

/// What one socket was told and was not sent yet.
#[derive(Debug, Default)]
pub(super) struct Batch {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    events: Vec<Event>,
    bytes: usize,
    /// Whether something did not reach the socket, which is to end then.
    is_broken: bool,
}

impl Batch {
    /// Makes a socket one whose events may come in batches.
    pub(super) fn attach(socket: &SocketRef) {
        socket.extensions.insert(Arc::new(Self::default()));
    }

    /// Of a socket whose events may come in batches.
    pub(super) fn of(socket: &SocketRef) -> Option<Arc<Self>> {
        socket.extensions.get()
    }

    /// Adds an event. True where it is the first, so that somebody has to [`Batch::flush`].
    pub(super) fn push(&self, socket: &SocketRef, event: Event) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_broken {
            return false;
        }
        waiting.bytes += event.1.get().len();
        waiting.events.push(event);
        if waiting.bytes > MAX_BATCH_BYTES {
            waiting.send(socket);
        }
        waiting.events.len() == 1
    }

    /// Sends what waits. It is sent before anything that is sent after this call.
    pub(super) fn flush(&self, socket: &SocketRef) {
        // Sent under the lock: another flush must not overtake this one.
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.send(socket);
    }
}

impl Waiting {
    fn send(&mut self, socket: &SocketRef) {
        self.bytes = 0;
        let events = std::mem::take(&mut self.events);
        let sent = match &events[..] {
            [] => return,
            [(name, payload)] => socket.emit(name, &(&**payload,)),
            events => {
                let events: Vec<_> = events
                    .iter()
                    .map(|(name, payload)| (name, &**payload))
                    .collect();
                socket.emit(names::BATCH, &(events,))
            }
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "events did not reach a socket");
            if let SendError::Socket(SocketError::InternalChannelFull) = error {
                // What it is told later would not fit what it knows: it begins anew.
                self.is_broken = true;
                tokio::spawn(end(socket.clone()));
            }
        }
    }
}
