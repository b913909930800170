//! The clock and the dice.

/// What a process has and a simulation makes up.
pub trait Environment: Send + Sync + 'static {
    /// The time, in milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Fresh random bytes.
    fn random(&self) -> [u8; 16];
}
