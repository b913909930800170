//! The vocabulary between the tabs of one browser profile: one lock, and messages to the others.
//! Both are of the open namespace.

mod leader;

pub(crate) use self::leader::Tabs;

/// What the driver is to do with the namespace's lock. Whoever holds it leads: it alone sends
/// what is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockCommand {
    /// Queues for the lock. Answer: `Granted`, whenever that is, or `Unavailable` where the
    /// browser has no locks.
    Request,
    /// Takes the lock from whoever holds it. Answer: `Granted`, or `Unavailable`.
    Steal,
    /// Gives the lock back, or leaves the queue for it. No answer.
    Release,
}

/// What became of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockEvent {
    /// This tab holds it.
    Granted,
    /// Another tab took it.
    Lost,
    /// The browser has no locks: tabs agree by messages, and the fence decides.
    Unavailable,
}
