//! How long the link takes: from pings that the server answers, else from the handshake.

use std::collections::VecDeque;

use crate::engine::config::{
    LATENCY_SAMPLES, MAX_UNANSWERED_PINGS, PING_INTERVAL_MS, PROBE_TIMEOUT_MS,
};
use crate::engine::snapshot::ConnectionQuality;

/// The latency of one connection.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    samples: VecDeque<u64>,
    /// When the namespace was asked for.
    joining_ms: Option<u64>,
    measured_by_ping: bool,
    sent_ms: Option<u64>,
    unanswered: u32,
    next_ping_ms: Option<u64>,
    probe_deadline_ms: Option<u64>,
}

impl Latency {
    /// Forgets everything, as when the connection ends.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// The server may be pinged from now on.
    pub(crate) fn start(&mut self, now_ms: u64) {
        self.next_ping_ms = Some(now_ms);
    }

    /// The namespace was asked for.
    pub(crate) fn joining(&mut self, now_ms: u64) {
        self.joining_ms = Some(now_ms);
    }

    /// The namespace answered: a first round trip, used until a ping is answered. The handshake
    /// before it would not do: the driver may have opened the socket earlier than it was asked to.
    pub(crate) fn joined(&mut self, now_ms: u64) {
        if let Some(joining_ms) = self.joining_ms.take() {
            self.samples.clear();
            self.samples.push_back(now_ms.saturating_sub(joining_ms));
        }
    }

    /// Whether a ping is to be sent now; counts it as sent.
    pub(crate) fn take_due_ping(&mut self, now_ms: u64) -> bool {
        if self.next_ping_ms.is_none_or(|at| at > now_ms) {
            return false;
        }
        if self.sent_ms.is_some() {
            self.unanswered += 1;
        }
        let silent = !self.measured_by_ping && self.unanswered >= MAX_UNANSWERED_PINGS;
        self.next_ping_ms = (!silent).then_some(now_ms + PING_INTERVAL_MS);
        self.sent_ms = (!silent).then_some(now_ms);
        !silent
    }

    /// A ping was answered, by acknowledgement or by a `pong` event: the second of both is late
    /// and does not count. True when the average may have changed.
    pub(crate) fn answered(&mut self, now_ms: u64) -> bool {
        let Some(sent_ms) = self.sent_ms.take() else {
            return false;
        };
        if !self.measured_by_ping {
            self.samples.clear();
        }
        self.measured_by_ping = true;
        self.unanswered = 0;
        if self.samples.len() == LATENCY_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(now_ms.saturating_sub(sent_ms));
        true
    }

    /// The browser hinted at a change of the link: asks it for proof of life, where this server
    /// is known to answer.
    pub(crate) fn probe(&mut self, now_ms: u64) {
        if self.measured_by_ping && self.probe_deadline_ms.is_none() {
            self.next_ping_ms = Some(now_ms);
            self.probe_deadline_ms = Some(now_ms + PROBE_TIMEOUT_MS);
        }
    }

    /// Something came from the server: it lives.
    pub(crate) fn alive(&mut self) {
        self.probe_deadline_ms = None;
    }

    /// Whether the link failed to prove itself in time.
    pub(crate) fn is_dead(&self, now_ms: u64) -> bool {
        self.probe_deadline_ms.is_some_and(|at| at <= now_ms)
    }

    /// The next moment at which something is due.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        [self.next_ping_ms, self.probe_deadline_ms]
            .into_iter()
            .flatten()
            .min()
    }

    /// Rounded mean in milliseconds.
    pub(crate) fn average_ms(&self) -> Option<u64> {
        let count = self.samples.len() as u64;
        (count > 0).then(|| (self.samples.iter().sum::<u64>() + count / 2) / count)
    }

    /// The documents' classes.
    pub(crate) fn quality(&self) -> ConnectionQuality {
        match self.average_ms() {
            None => ConnectionQuality::Unknown,
            Some(..100) => ConnectionQuality::Excellent,
            Some(100..300) => ConnectionQuality::Good,
            Some(300..600) => ConnectionQuality::Fair,
            Some(600..) => ConnectionQuality::Poor,
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn measured(latencies: &[u64]) -> Latency {
        let mut latency = Latency::default();
        latency.start(0);
        let mut now = 0;
        for rtt in latencies {
            assert!(latency.take_due_ping(now));
            assert!(latency.answered(now + rtt));
            now += PING_INTERVAL_MS;
        }
        latency
    }

    #[test]
    fn the_average_of_the_last_five_decides_the_quality() {
        assert_eq!(measured(&[]).quality(), ConnectionQuality::Unknown);
        for (rtt, quality) in [
            (99, ConnectionQuality::Excellent),
            (100, ConnectionQuality::Good),
            (300, ConnectionQuality::Fair),
            (600, ConnectionQuality::Poor),
        ] {
            assert_eq!(measured(&[rtt]).quality(), quality, "{rtt}");
        }
        assert_eq!(
            measured(&[9_000, 10, 10, 10, 10, 10]).average_ms(),
            Some(10)
        );
    }

    #[test]
    fn the_second_answer_to_one_ping_does_not_count() {
        let mut latency = measured(&[10]);
        assert!(!latency.answered(5_000));
        assert_eq!(latency.average_ms(), Some(10));
    }

    #[test]
    fn a_server_that_never_answers_is_left_in_peace_and_judged_by_its_handshake() {
        let mut latency = Latency::default();
        latency.joining(1_000);
        latency.joined(1_042);
        latency.start(0);
        let pings = (0..10)
            .filter(|n| latency.take_due_ping(n * PING_INTERVAL_MS))
            .count();
        assert_eq!(pings, MAX_UNANSWERED_PINGS as usize);
        assert_eq!(latency.deadline_ms(), None);
        assert_eq!(latency.average_ms(), Some(42));
    }

    #[test]
    fn a_probe_that_nothing_answers_means_a_dead_link() {
        let mut latency = measured(&[10]);
        latency.probe(20_000);
        assert!(!latency.is_dead(24_999));
        assert!(latency.is_dead(25_000));
        latency.alive();
        assert!(!latency.is_dead(99_000));
    }

    #[test]
    fn a_server_that_answers_no_pings_is_not_probed() {
        let mut latency = Latency::default();
        latency.start(0);
        latency.probe(0);
        assert!(!latency.is_dead(u64::MAX));
    }
}
