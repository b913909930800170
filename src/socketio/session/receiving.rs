//! Frames in: Engine.IO packets, and the Socket.IO packets inside them.
//!
//! What the official client does with a bad frame, we do: an unknown Engine.IO type is a
//! `transport error`, an unreadable Socket.IO packet a `parse error`; a pong, a noop, a second
//! open packet, another namespace's packet, an unknown or repeated ack are ignored.

use super::{Fault, Phase, Session, SessionTimer};
use crate::socketio::event::{CloseReason, SessionEvent};
use crate::socketio::limits::{MAX_INCOMING_UNITS, SHORT_HEAD_UNITS};
use crate::socketio::packet::{Packet, PacketError};
use crate::socketio::payload;
use crate::socketio::transport::Frame;
use crate::socketio::value::{Text, Value};

impl<V: Value> Session<V> {
    pub(super) fn receive(&mut self, now_ms: u64, frame: Frame<V>) -> Result<(), Fault> {
        match (self.phase, frame) {
            (Phase::Leaving | Phase::Closed, _) => Ok(()),
            (Phase::Opening { since_ms }, Frame::Text(text)) if is_open(&text) => {
                self.receive_open(now_ms, since_ms, &text)
            }
            (Phase::Opening { .. }, _) => Err(Fault::new(
                CloseReason::ParseError,
                "the first packet is not a handshake",
            )),
            (_, Frame::Text(text)) => self.receive_text(now_ms, &text),
            (_, Frame::Bytes(bytes)) => {
                let packet = self.decoder.bytes(bytes)?;
                self.receive_packet(packet);
                Ok(())
            }
        }
    }

    fn receive_text(&mut self, now_ms: u64, text: &V::Text) -> Result<(), Fault> {
        let units = text.units();
        if units > MAX_INCOMING_UNITS {
            return Err(PacketError::TooLarge.into());
        }
        let head = text.head(SHORT_HEAD_UNITS);
        match head.as_bytes().first() {
            Some(b'4') => {
                let packet = self.decoder.text(text, units, &head)?;
                self.receive_packet(packet);
            }
            Some(b'2') => {
                self.send_buffer.push_pong();
                self.expect_ping(now_ms);
                self.push_event(SessionEvent::PingReceived);
            }
            Some(b'1') => {
                return Err(Fault::new(
                    CloseReason::TransportClose,
                    "the server closed the connection",
                ));
            }
            Some(b'b') => {
                let bytes = payload::read_bytes::<V>(text).map_err(PacketError::from)?;
                let packet = self.decoder.bytes(bytes)?;
                self.receive_packet(packet);
            }
            Some(b'0' | b'3' | b'5' | b'6') => {}
            _ => {
                return Err(Fault::new(
                    CloseReason::TransportError,
                    "unknown Engine.IO packet type",
                ));
            }
        }
        Ok(())
    }

    fn receive_packet(&mut self, packet: Option<Packet<V>>) {
        match (packet, self.phase) {
            (Some(Packet::Event { packet, name, ack }), Phase::Connected) => {
                self.push_event(SessionEvent::Event { packet, name, ack });
            }
            (Some(Packet::Ack { id, args }), Phase::Connected) => self.receive_ack(id, args),
            (Some(Packet::Connect { socket_id }), Phase::Joining) => {
                self.phase = Phase::Connected;
                self.timers.stop(SessionTimer::Connect);
                self.push_event(SessionEvent::Connected { socket_id });
            }
            (Some(Packet::ConnectError { message, data }), Phase::Joining) => {
                self.push_event(SessionEvent::ConnectError { message, data });
                self.finish(
                    CloseReason::ServerDisconnect,
                    "the namespace refused the connection",
                );
            }
            (Some(Packet::Disconnect), _) => self.finish(
                CloseReason::ServerDisconnect,
                "the server took the socket out of the namespace",
            ),
            // Nothing complete, or a packet that has no meaning now: a server sends no event
            // before it has accepted, and accepts or refuses once.
            _ => {}
        }
    }

    fn receive_ack(&mut self, id: u64, args: V) {
        if self.take_pending_ack(id) {
            self.push_event(SessionEvent::Ack { id, args });
        }
    }
}

fn is_open<T: Text>(text: &T) -> bool {
    text.units() <= MAX_INCOMING_UNITS && text.head(1) == "0"
}
