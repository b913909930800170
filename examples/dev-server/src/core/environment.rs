//! The clock and the dice.

/// What a process has and a simulation makes up.
pub trait Environment: Send + Sync + 'static {
    /// The time, in milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// A clock that only goes forward, at an even pace, in milliseconds since any moment.
    fn mono_ms(&self) -> i64 {
        self.now_ms()
    }

    /// Asks that [`Core::tick`](super::Core::tick) be called when [`Self::mono_ms`] has come this
    /// far; a later wish for an earlier time comes beside it.
    fn wake_by(&self, _at_mono_ms: i64) {}

    /// Fresh random bytes.
    fn random(&self) -> [u8; 16];
}
