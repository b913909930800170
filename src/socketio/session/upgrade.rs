//! From polling to WebSocket: probe, pause, switch.
//!
//! The probe runs beside polling. Once it is answered, no further request begins; when the ones
//! under way are done, `5` goes out on the WebSocket and everything after it. Until then the
//! server sends by polling, so nothing is lost and nothing overtakes. A failed probe leaves
//! polling as it was.

use super::{Session, SessionTimer};
use crate::socketio::event::SessionEvent;
use crate::socketio::transport::{
    Frame, TransportCommand, TransportEvent, TransportId, TransportKind,
};
use crate::socketio::value::{Text, Value};

use super::carrier::Carrier;

const PROBE_PING: &str = "2probe";
const PROBE_PONG: &str = "3probe";
const UPGRADE: &str = "5";

pub(super) struct Upgrade {
    pub(super) id: TransportId,
    step: Step,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The WebSocket is opening.
    Opening,
    /// `2probe` went out.
    Probing { since_ms: u64 },
    /// `3probe` came; polling finishes what is under way.
    Pausing { rtt_ms: u64 },
}

impl<V: Value> Session<V> {
    pub(super) fn begin_upgrade(&mut self, now_ms: u64) {
        let id = self.take_transport_id();
        let session_id = self.handshake.as_ref().map(|h| h.session_id.as_str());
        let url = self.config.endpoint.websocket_url(session_id);
        self.upgrade = Some(Upgrade {
            id,
            step: Step::Opening,
        });
        self.timers.set(
            SessionTimer::UpgradeProbe,
            now_ms.saturating_add(self.config.upgrade_timeout_ms),
        );
        self.push_command(TransportCommand::Open { id, url });
    }

    pub(super) fn handle_upgrade(&mut self, now_ms: u64, event: TransportEvent<V>) {
        let Some(upgrade) = &mut self.upgrade else {
            return;
        };
        match (upgrade.step, event) {
            (Step::Opening, TransportEvent::Opened) => {
                upgrade.step = Step::Probing { since_ms: now_ms };
                let id = upgrade.id;
                self.push_command(send(id, PROBE_PING));
            }
            (Step::Probing { since_ms }, TransportEvent::Frame(Frame::Text(text)))
                if is_probe_pong(&text) =>
            {
                let rtt_ms = now_ms.saturating_sub(since_ms);
                upgrade.step = Step::Pausing { rtt_ms };
                self.finish_upgrade_when_idle();
            }
            _ => self.abandon_upgrade(),
        }
    }

    /// Whether polling may begin no further request.
    pub(super) fn is_pausing(&self) -> bool {
        self.upgrade
            .as_ref()
            .is_some_and(|upgrade| matches!(upgrade.step, Step::Pausing { .. }))
    }

    /// Switches to the WebSocket once polling has nothing under way.
    pub(super) fn finish_upgrade_when_idle(&mut self) {
        let (Some(upgrade), Some(polling)) = (&self.upgrade, &self.carrier) else {
            return;
        };
        let Step::Pausing { rtt_ms } = upgrade.step else {
            return;
        };
        if polling.is_getting || polling.is_posting {
            return;
        }
        let (id, old) = (upgrade.id, polling.id);
        self.upgrade = None;
        self.timers.stop(SessionTimer::UpgradeProbe);
        self.carrier = Some(Carrier::new(id, TransportKind::WebSocket));
        self.push_command(TransportCommand::Close { id: old });
        self.push_command(send(id, UPGRADE));
        self.push_event(SessionEvent::Upgraded { rtt_ms });
    }

    /// Gives the upgrade up; polling goes on.
    pub(super) fn abandon_upgrade(&mut self) {
        let Some(upgrade) = self.upgrade.take() else {
            return;
        };
        self.timers.stop(SessionTimer::UpgradeProbe);
        self.push_command(TransportCommand::Close { id: upgrade.id });
        self.go_on_polling();
    }
}

fn send<V: Value>(id: TransportId, packet: &str) -> TransportCommand<V> {
    TransportCommand::Send {
        id,
        frames: vec![Frame::Text(V::Text::from_rust(packet))],
    }
}

fn is_probe_pong<T: Text>(text: &T) -> bool {
    text.units() == PROBE_PONG.len() && text.head(PROBE_PONG.len()) == PROBE_PONG
}
