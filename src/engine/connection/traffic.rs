//! What goes over the connection, in and out.

use super::{Connection, Phase};
use crate::engine::context::Context;
use crate::engine::output::{Notification, Output};
use crate::socketio::{EmitError, Session, SessionOutput, TransportEvent, TransportId, Value};

impl<V: Value> Connection<V> {
    /// Something came from a transport: of the session, or of one that is saying goodbye.
    pub(crate) fn handle_transport(
        &mut self,
        ctx: &mut Context<'_, V>,
        id: TransportId,
        event: TransportEvent<V>,
    ) {
        if let Some(leaving) = &mut self.leaving {
            leaving.handle_transport(ctx.now.mono_ms, id, event.clone());
            self.drain_leaving(ctx);
        }
        if let Some(session) = self.session_mut() {
            session.handle_transport(ctx.now.mono_ms, id, event);
        }
        self.drain_session(ctx);
    }

    /// Whether an event on this transport would mean nothing to the connection but that the
    /// server lives.
    pub(crate) fn is_quiet(&self, transport: TransportId) -> bool {
        let Phase::Up { session, .. } = &self.phase else {
            return false;
        };
        session.is_quiet(transport) && self.leaving.is_none() && !self.was_offline
    }

    /// An event was taken while the connection [is quiet](Self::is_quiet).
    pub(crate) fn event_taken(&mut self) {
        self.latency.alive();
    }

    /// Sends `[name, ...args]`; with `wants_ack`, gives the acknowledgement's id.
    pub(crate) fn emit(
        &mut self,
        ctx: &mut Context<'_, V>,
        packet: &V,
        wants_ack: bool,
    ) -> Result<Option<u64>, EmitError> {
        let Phase::Up { session, .. } = &mut self.phase else {
            return Err(EmitError::NotConnected);
        };
        let sent = session.emit(ctx.now.mono_ms, packet, wants_ack);
        // After a sleep, sending is what finds out that the connection is no more.
        self.drain_session(ctx);
        sent
    }

    /// Nobody waits for this acknowledgement any more.
    pub(crate) fn forget_ack(&mut self, id: u64) {
        if let Some(session) = self.session_mut() {
            session.forget_ack(id);
        }
    }

    /// The app answers an event of the server, on the connection it came on or not at all.
    pub(crate) fn answer(&mut self, ctx: &mut Context<'_, V>, generation: u32, ack: u64, args: &V) {
        if generation != self.generation {
            return;
        }
        let Phase::Up { session, .. } = &mut self.phase else {
            return;
        };
        let sent = session.emit_raw_ack(ctx.now.mono_ms, ack, args);
        self.drain_session(ctx);
        if let Err(error) = sent {
            ctx.notify(Notification::Error(error.into()));
        }
    }

    pub(super) fn session_mut(&mut self) -> Option<&mut Session<V>> {
        match &mut self.phase {
            Phase::Opening { session, .. } | Phase::Up { session, .. } => Some(session),
            _ => None,
        }
    }

    /// Carries out what is left of a session that is over: nobody wants to know more of it.
    pub(super) fn flush_transports(session: &mut Session<V>, ctx: &mut Context<'_, V>) {
        while let Some(output) = session.poll_output() {
            if let SessionOutput::Transport(command) = output {
                ctx.outputs.push_back(Output::Transport(command));
            }
        }
    }

    pub(super) fn drain_leaving(&mut self, ctx: &mut Context<'_, V>) {
        if let Some(leaving) = &mut self.leaving {
            Self::flush_transports(leaving, ctx);
        }
        self.leaving.take_if(|session| session.is_closed());
    }
}
