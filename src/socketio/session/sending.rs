//! Events and answers out: written, bounded, buffered, handed to the transport.

use super::{Phase, Session, SessionTimer};
use crate::socketio::event::{CloseReason, EmitError};
use crate::socketio::limits::{
    CLOSE_TIMEOUT_MS, MAX_ATTACHMENTS, MAX_OUTGOING_UNITS, MAX_PENDING_ACKS,
};
use crate::socketio::packet::{self, is_reserved_event};
use crate::socketio::payload;
use crate::socketio::prefix::{self, PacketType};
use crate::socketio::transport::{Frame, TransportCommand, TransportKind};
use crate::socketio::value::{Bytes, Text, Value};

/// The Engine.IO close packet.
const CLOSE: &str = "1";

impl<V: Value> Session<V> {
    /// Sends an event, `[name, ...args]`. With `wants_ack`, gives the id under which
    /// [`SessionEvent::Ack`](crate::socketio::SessionEvent::Ack) will bring the answer; ids
    /// begin at 0 and increase with every event that wants one. Deadlines for answers are the
    /// caller's, who says [`Session::forget_ack`] when one has passed.
    ///
    /// Refused when the session is not connected, which includes one whose ping is overdue.
    pub fn emit(
        &mut self,
        now_ms: u64,
        packet: &V,
        wants_ack: bool,
    ) -> Result<Option<u64>, EmitError> {
        self.check_connected(now_ms)?;
        let Ok(Some(name)) = packet.name_element(0) else {
            return Err(EmitError::InvalidPacket);
        };
        if is_reserved_event(&name) {
            return Err(EmitError::ReservedName(name));
        }
        if wants_ack && self.pending_acks.len() >= MAX_PENDING_ACKS {
            return Err(EmitError::BufferFull);
        }
        let id = wants_ack.then_some(self.next_ack_id);
        self.send(PacketType::Event, id, packet)?;
        if let Some(id) = id {
            self.next_ack_id += 1;
            self.pending_acks.push(id);
        }
        Ok(id)
    }

    /// Answers a server's event that came with an ack id. `args` is an array.
    pub fn emit_raw_ack(&mut self, now_ms: u64, id: u64, args: &V) -> Result<(), EmitError> {
        self.check_connected(now_ms)?;
        if args.length().is_none() {
            return Err(EmitError::InvalidPacket);
        }
        self.send(PacketType::Ack, Some(id), args)
    }

    /// Awaits no answer under `id` any more: a late one is ignored. Frees its place among
    /// [`MAX_PENDING_ACKS`].
    pub fn forget_ack(&mut self, id: u64) {
        self.take_pending_ack(id);
    }

    /// Whether an answer under `id` was awaited, which it is no more.
    pub(super) fn take_pending_ack(&mut self, id: u64) -> bool {
        let found = self.pending_acks.binary_search(&id);
        if let Ok(index) = found {
            self.pending_acks.remove(index);
        }
        found.is_ok()
    }

    /// Hands what waits to the transport, as far as it may take it now.
    pub(super) fn flush(&mut self) {
        if self.send_buffer.is_empty() || self.is_pausing() {
            return;
        }
        let max_units = self.max_frame_units();
        let Some(carrier) = &mut self.carrier else {
            return;
        };
        let id = carrier.id;
        match carrier.kind {
            TransportKind::WebSocket => {
                let frames = self.send_buffer.take_all();
                self.push_command(TransportCommand::Send { id, frames });
            }
            TransportKind::Polling if !carrier.is_posting => {
                carrier.is_posting = true;
                let body = payload::write(self.send_buffer.take_payload(max_units));
                let url = self.polling_url();
                self.push_command(TransportCommand::Post { id, url, body });
            }
            TransportKind::Polling => {}
        }
    }

    /// Says goodbye: at once over a WebSocket, with a request over polling.
    pub(super) fn leave(&mut self, now_ms: u64) {
        let was_connected = self.is_connected();
        self.phase = Phase::Leaving;
        self.abandon_upgrade();
        if was_connected {
            let namespace = self.config.endpoint.namespace();
            let disconnect = prefix::write(PacketType::Disconnect, 0, namespace, None);
            self.send_buffer
                .push_control(V::Text::from_rust(&disconnect));
        }
        self.send_buffer.push_control(V::Text::from_rust(CLOSE));
        self.flush();
        if self.transport() == Some(TransportKind::WebSocket) {
            self.finish(CloseReason::ClientDisconnect, "disconnected by the client");
            return;
        }
        self.timers.stop_all();
        self.timers
            .set(SessionTimer::Close, now_ms.saturating_add(CLOSE_TIMEOUT_MS));
    }

    /// A machine that slept may call before its timer fires: the deadline decides.
    fn check_connected(&mut self, now_ms: u64) -> Result<(), EmitError> {
        self.handle_timeout(now_ms);
        if self.phase == Phase::Connected {
            Ok(())
        } else {
            Err(EmitError::NotConnected)
        }
    }

    fn send(&mut self, kind: PacketType, id: Option<u64>, body: &V) -> Result<(), EmitError> {
        let frames = packet::write(kind, self.config.endpoint.namespace(), id, body)?;
        if frames.len() > 1 + MAX_ATTACHMENTS {
            return Err(EmitError::TooManyAttachments {
                limit: MAX_ATTACHMENTS,
            });
        }
        let limit = self.max_frame_units();
        if frames.iter().any(|frame| self.frame_units(frame) > limit) {
            return Err(EmitError::TooLarge { limit });
        }
        self.send_buffer.push(frames)
    }

    fn max_frame_units(&self) -> usize {
        self.handshake
            .as_ref()
            .map_or(MAX_OUTGOING_UNITS, |handshake| handshake.max_payload_units)
    }

    /// Units that a frame takes on the transport in use.
    fn frame_units(&self, frame: &Frame<V>) -> usize {
        match (frame, self.transport()) {
            (Frame::Text(text), _) => text.units(),
            (Frame::Bytes(bytes), Some(TransportKind::WebSocket)) => bytes.size(),
            (Frame::Bytes(_), _) => payload::record_units(frame),
        }
    }
}
