//! From the first transport to the open packet: order of transports, fallback, handshake.

use super::carrier::Carrier;
use super::{Fault, Phase, Session, SessionTimer};
use crate::socketio::event::{CloseReason, SessionEvent};
use crate::socketio::handshake::Handshake;
use crate::socketio::prefix::{self, PacketType};
use crate::socketio::said;
use crate::socketio::transport::{TransportCommand, TransportId, TransportKind};
use crate::socketio::value::{Text, Value};

/// The Engine.IO type of the open packet.
const OPEN: &str = "0";

impl<V: Value> Session<V> {
    pub(super) fn open_first_transport(&mut self, now_ms: u64) {
        if !self.open_next_transport(now_ms) {
            self.finish(CloseReason::TransportError, "no transport was given");
        }
    }

    /// Tries the next transport before the open packet came; afterwards ends the session.
    pub(super) fn handle_fault(&mut self, now_ms: u64, fault: Fault) {
        match self.phase {
            Phase::Opening { .. } => {
                if let Some(failed) = self.carrier.take() {
                    self.push_command(TransportCommand::Close { id: failed.id });
                    self.config.transports.retain(|kind| *kind != failed.kind);
                }
                if !self.open_next_transport(now_ms) {
                    self.finish(fault.reason, fault.detail);
                }
            }
            Phase::Leaving => self.finish(CloseReason::ClientDisconnect, fault.detail),
            _ => self.finish(fault.reason, fault.detail),
        }
    }

    pub(super) fn take_transport_id(&mut self) -> TransportId {
        let id = self.next_transport_id;
        self.next_transport_id = TransportId(id.0.wrapping_add(1));
        id
    }

    /// Reads the open packet, asks for the namespace, and begins the upgrade if there is one.
    pub(super) fn receive_open(
        &mut self,
        now_ms: u64,
        since_ms: u64,
        frame: &V::Text,
    ) -> Result<(), Fault> {
        let parse_error = |detail: String| Fault::new(CloseReason::ParseError, detail);
        let body = V::parse(frame, OPEN)
            .map_err(|error| parse_error(format!("the handshake is malformed: {error}")))?;
        let handshake = Handshake::read(&body).map_err(|error| parse_error(said(&error)))?;
        let connect = self.connect_frame()?;
        let Some(carrier) = &self.carrier else {
            return Ok(());
        };
        let transport = carrier.kind;
        let can_upgrade = transport == TransportKind::Polling
            && handshake.upgrades.contains(&TransportKind::WebSocket)
            && self.may_upgrade;
        self.phase = Phase::Joining;
        self.timers.stop(SessionTimer::Open);
        self.timers.set(
            SessionTimer::Connect,
            now_ms.saturating_add(self.config.connect_timeout_ms),
        );
        self.handshake = Some(handshake);
        self.expect_ping(now_ms);
        self.send_buffer.push_control(connect);
        self.push_event(SessionEvent::Handshaken {
            rtt_ms: now_ms.saturating_sub(since_ms),
            transport,
        });
        if can_upgrade {
            self.begin_upgrade(now_ms);
        }
        Ok(())
    }

    /// Sets the deadline for the server's next ping.
    pub(super) fn expect_ping(&mut self, now_ms: u64) {
        if let Some(handshake) = &self.handshake {
            let wait_ms = handshake.ping_interval_ms + handshake.ping_timeout_ms;
            self.timers
                .set(SessionTimer::PingTimeout, now_ms.saturating_add(wait_ms));
        }
    }

    fn open_next_transport(&mut self, now_ms: u64) -> bool {
        let Some(kind) = self.config.transports.first().copied() else {
            return false;
        };
        let id = self.take_transport_id();
        self.carrier = Some(Carrier::new(id, kind));
        self.phase = Phase::Opening { since_ms: now_ms };
        self.timers.set(
            SessionTimer::Open,
            now_ms.saturating_add(self.config.open_timeout_ms),
        );
        match kind {
            TransportKind::WebSocket => {
                let url = self.config.endpoint.websocket_url(None);
                self.push_command(TransportCommand::Open { id, url });
            }
            TransportKind::Polling => self.go_on_polling(),
        }
        true
    }

    fn connect_frame(&self) -> Result<V::Text, Fault> {
        let prefix = prefix::write(
            PacketType::Connect,
            0,
            self.config.endpoint.namespace(),
            None,
        );
        match &self.config.auth {
            None => Ok(V::Text::from_rust(&prefix)),
            Some(auth) => auth.stringify(&prefix).map_err(|error| {
                Fault::new(
                    CloseReason::ParseError,
                    format!("auth cannot be sent: {error}"),
                )
            }),
        }
    }
}
