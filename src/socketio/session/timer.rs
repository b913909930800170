//! Deadlines of a session: one enum, one small table.

/// Why a session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionTimer {
    /// The transport has to have delivered the open packet.
    Open,
    /// The namespace has to have answered CONNECT.
    Connect,
    /// The server has to have pinged.
    PingTimeout,
    /// The upgrade has to be done.
    UpgradeProbe,
    /// The goodbye has to be out.
    Close,
}

impl SessionTimer {
    const ALL: [Self; 5] = [
        Self::Open,
        Self::Connect,
        Self::PingTimeout,
        Self::UpgradeProbe,
        Self::Close,
    ];
}

/// Deadlines in milliseconds of the monotonic clock, one per reason.
#[derive(Default)]
pub(super) struct Timers([Option<u64>; SessionTimer::ALL.len()]);

impl Timers {
    pub(super) fn set(&mut self, timer: SessionTimer, deadline_ms: u64) {
        self.0[timer as usize] = Some(deadline_ms);
    }

    pub(super) fn stop(&mut self, timer: SessionTimer) {
        self.0[timer as usize] = None;
    }

    pub(super) fn stop_all(&mut self) {
        *self = Self::default();
    }

    /// The earliest deadline, and its reason.
    pub(super) fn next(&self) -> Option<(u64, SessionTimer)> {
        SessionTimer::ALL
            .into_iter()
            .filter_map(|timer| Some((self.0[timer as usize]?, timer)))
            .min_by_key(|(deadline_ms, _)| *deadline_ms)
    }

    /// Takes the earliest deadline that is not after `now_ms`.
    pub(super) fn take_due(&mut self, now_ms: u64) -> Option<SessionTimer> {
        let (deadline_ms, timer) = self.next()?;
        if deadline_ms > now_ms {
            return None;
        }
        self.stop(timer);
        Some(timer)
    }
}
