//! The way to the server for the parts of the engine.

use super::acks::{AckFor, Acks};
use super::config::{ACK_TIMEOUT_MS, MAX_PENDING_ACKS};
use super::connection::Connection;
use super::context::Context;
use super::error::ClientError;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

/// The connection, the acknowledgements under way, and the context, lent together.
pub(crate) struct Uplink<'a, 'c, V: Value> {
    pub(crate) ctx: &'a mut Context<'c, V>,
    pub(crate) connection: &'a mut Connection<V>,
    pub(crate) acks: &'a mut Acks,
}

impl<V: Value> Uplink<'_, '_, V> {
    /// Sends `[name, body]`; the acknowledgement comes back as `purpose`, under the id given.
    pub(crate) fn request(
        &mut self,
        name: &str,
        body: V,
        purpose: AckFor,
    ) -> Result<u64, ClientError<V>> {
        self.request_packet(
            &V::array(vec![V::string(name), body]),
            purpose,
            ACK_TIMEOUT_MS,
        )
    }

    /// Sends a whole packet; the acknowledgement, or its absence after `timeout_ms`, comes back
    /// as `purpose`.
    pub(crate) fn request_packet(
        &mut self,
        packet: &V,
        purpose: AckFor,
        timeout_ms: u64,
    ) -> Result<u64, ClientError<V>> {
        if self.acks.len() >= MAX_PENDING_ACKS {
            return Err(ClientError::new(
                ErrorCode::QueueFull,
                format!("{MAX_PENDING_ACKS} acknowledgements are under way: await some first"),
            ));
        }
        let sent = self.connection.emit(self.ctx, packet, true)?;
        let id = sent.ok_or_else(ClientError::not_connected)?;
        let deadline_ms = self.ctx.now.mono_ms + timeout_ms;
        self.acks.insert(id, purpose, deadline_ms);
        Ok(id)
    }
}
