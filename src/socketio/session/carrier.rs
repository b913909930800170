//! The transport in use: what it may do next, and what its events mean.

use super::{Fault, Phase, Session};
use crate::socketio::event::CloseReason;
use crate::socketio::limits::MAX_INCOMING_UNITS;
use crate::socketio::packet::PacketError;
use crate::socketio::payload;
use crate::socketio::transport::{
    Frame, TransportCommand, TransportEvent, TransportId, TransportKind,
};
use crate::socketio::value::{Text, Value};

/// The digits of a cache-buster.
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

pub(super) struct Carrier {
    pub(super) id: TransportId,
    pub(super) kind: TransportKind,
    /// Polling only: a GET is under way.
    pub(super) is_getting: bool,
    /// Polling only: a POST is under way.
    pub(super) is_posting: bool,
}

impl Carrier {
    pub(super) fn new(id: TransportId, kind: TransportKind) -> Self {
        Self {
            id,
            kind,
            is_getting: false,
            is_posting: false,
        }
    }
}

impl<V: Value> Session<V> {
    pub(super) fn handle_carrier(
        &mut self,
        now_ms: u64,
        event: TransportEvent<V>,
    ) -> Result<(), Fault> {
        let Some(carrier) = &mut self.carrier else {
            return Ok(());
        };
        match (carrier.kind, event) {
            (TransportKind::WebSocket, TransportEvent::Frame(frame)) => self.receive(now_ms, frame),
            (TransportKind::Polling, TransportEvent::Got(payload)) if carrier.is_getting => {
                carrier.is_getting = false;
                self.receive_payload(now_ms, &payload)?;
                self.go_on_polling();
                Ok(())
            }
            (TransportKind::Polling, TransportEvent::Posted) if carrier.is_posting => {
                carrier.is_posting = false;
                self.handle_posted();
                Ok(())
            }
            (_, TransportEvent::Failed { detail }) => {
                Err(Fault::new(CloseReason::TransportError, detail))
            }
            (_, TransportEvent::Closed { code, detail }) => Err(Fault::new(
                CloseReason::TransportClose,
                format!("closed with code {code}: {detail}"),
            )),
            // Opening says nothing until the open packet comes; the rest is a driver's slip.
            _ => Ok(()),
        }
    }

    /// Begins a GET, unless one is under way, the session ends, or an upgrade pauses polling.
    pub(super) fn go_on_polling(&mut self) {
        if matches!(self.phase, Phase::Leaving | Phase::Closed) {
            return;
        }
        if self.is_pausing() {
            self.finish_upgrade_when_idle();
            return;
        }
        let id = match &mut self.carrier {
            Some(carrier) if carrier.kind == TransportKind::Polling && !carrier.is_getting => {
                carrier.is_getting = true;
                carrier.id
            }
            _ => return,
        };
        let url = self.polling_url();
        self.push_command(TransportCommand::Get { id, url });
    }

    /// A URL that no request before had: the count within this session, and for the first
    /// request, which has no session id yet, the time and the transport's id.
    pub(super) fn polling_url(&mut self) -> String {
        self.requests += 1;
        let mut cache_buster = base36(self.requests);
        if let Phase::Opening { since_ms } = self.phase {
            cache_buster.push('.');
            cache_buster.push_str(&base36(since_ms));
            cache_buster.push('.');
            cache_buster.push_str(&base36(u64::from(self.next_transport_id.0)));
        }
        let session_id = self.handshake.as_ref().map(|h| h.session_id.as_str());
        self.config.endpoint.polling_url(session_id, &cache_buster)
    }

    fn receive_payload(&mut self, now_ms: u64, payload: &V::Text) -> Result<(), Fault> {
        if payload.units() > MAX_INCOMING_UNITS {
            return Err(PacketError::TooLarge.into());
        }
        for record in payload::read(payload) {
            self.receive(now_ms, Frame::Text(record))?;
            if self.phase == Phase::Closed {
                break;
            }
        }
        Ok(())
    }

    fn handle_posted(&mut self) {
        match self.phase {
            Phase::Leaving if self.send_buffer.is_empty() => {
                self.finish(CloseReason::ClientDisconnect, "disconnected by the client");
            }
            _ if self.is_pausing() => self.finish_upgrade_when_idle(),
            _ => {}
        }
    }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(number % 36).unwrap_or_default();
        digits.push(char::from(BASE36[digit]));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
