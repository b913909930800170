//! Frames that wait for the transport: bounded, in order.

use std::collections::VecDeque;

use crate::socketio::event::EmitError;
use crate::socketio::limits::{MAX_BUFFERED_FRAMES, MAX_BUFFERED_UNITS, MAX_BYTES_PER_UNIT};
use crate::socketio::payload;
use crate::socketio::transport::Frame;
use crate::socketio::value::{Text, Value};

/// The Engine.IO answer to a ping.
const PONG: &str = "3";

pub(super) struct SendBuffer<V: Value> {
    frames: VecDeque<Frame<V>>,
    units: usize,
    /// At most one pong waits, however many pings came: it goes before the frames.
    is_pong_due: bool,
}

impl<V: Value> SendBuffer<V> {
    pub(super) fn new() -> Self {
        Self {
            frames: VecDeque::new(),
            units: 0,
            is_pong_due: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && !self.is_pong_due
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Adds the frames of one packet, all or none.
    pub(super) fn push(&mut self, frames: Vec<Frame<V>>) -> Result<(), EmitError> {
        let units: usize = frames.iter().map(payload::record_units).sum();
        let is_full = self.frames.len() + frames.len() > MAX_BUFFERED_FRAMES
            || self.units.saturating_add(units) > MAX_BUFFERED_UNITS;
        if is_full && !self.frames.is_empty() {
            return Err(EmitError::BufferFull);
        }
        self.units = self.units.saturating_add(units);
        self.frames.extend(frames);
        Ok(())
    }

    /// Adds a frame of the protocol itself, of which there are few.
    pub(super) fn push_control(&mut self, frame: V::Text) {
        let frame = Frame::Text(frame);
        self.units = self.units.saturating_add(payload::record_units(&frame));
        self.frames.push_back(frame);
    }

    pub(super) fn push_pong(&mut self) {
        self.is_pong_due = true;
    }

    /// Takes everything, in order.
    pub(super) fn take_all(&mut self) -> Vec<Frame<V>> {
        let mut batch = self.take_pong();
        batch.extend(self.frames.drain(..));
        self.units = 0;
        batch
    }

    /// Takes, in order, what fits into one payload of `max_units`, at least one frame.
    pub(super) fn take_payload(&mut self, max_units: usize) -> Vec<Frame<V>> {
        let mut batch = self.take_pong();
        let mut bytes = 0_usize;
        while let Some(frame) = self.frames.front() {
            let units = payload::record_units(frame);
            bytes = bytes.saturating_add(units.saturating_mul(MAX_BYTES_PER_UNIT));
            if bytes > max_units && !batch.is_empty() {
                break;
            }
            self.units = self.units.saturating_sub(units);
            batch.extend(self.frames.pop_front());
        }
        batch
    }

    fn take_pong(&mut self) -> Vec<Frame<V>> {
        if !std::mem::take(&mut self.is_pong_due) {
            return Vec::new();
        }
        vec![Frame::Text(V::Text::from_rust(PONG))]
    }
}
