//! Frames of messages in, packets of one namespace out.

use super::limits::{LONG_HEAD_UNITS, MAX_ATTACHMENT_BYTES, MIDDLE_HEAD_UNITS, SHORT_HEAD_UNITS};
use super::packet::{Packet, PacketError};
use super::prefix::{Prefix, PrefixError};
use super::value::{Bytes, Text, Value};

/// Puts packets together from message frames.
pub(super) struct Decoder<V: Value> {
    namespace: String,
    partial: Option<Partial<V>>,
}

/// A packet whose attachments are still coming.
struct Partial<V: Value> {
    /// `None` where the attachments have to come and the packet is not for us.
    packet: Option<Packet<V>>,
    missing: usize,
    bytes: usize,
    attachments: Vec<V::Bytes>,
}

impl<V: Value> Decoder<V> {
    pub(super) fn new(namespace: String) -> Self {
        Self {
            namespace,
            partial: None,
        }
    }

    /// Whether attachments of a packet are still to come.
    pub(super) fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Forgets a packet whose attachments were still coming.
    pub(super) fn clear(&mut self) {
        self.partial = None;
    }

    /// Reads a message frame (`4...`) of `units`, whose first [`SHORT_HEAD_UNITS`] are `head`.
    /// `None` means that nothing is complete, or that the
    /// packet is for another namespace.
    pub(super) fn text(
        &mut self,
        frame: &V::Text,
        units: usize,
        head: &str,
    ) -> Result<Option<Packet<V>>, PacketError> {
        if self.partial.is_some() {
            return Err(PacketError::TextInBinary);
        }
        self.read(frame, units, head, SHORT_HEAD_UNITS)
    }

    /// Reads a message frame whose first `limit` units are `head`, or more of it if need be.
    fn read(
        &mut self,
        frame: &V::Text,
        units: usize,
        head: &str,
        limit: usize,
    ) -> Result<Option<Packet<V>>, PacketError> {
        let longer = match (Prefix::read(head, units <= limit), limit) {
            (Err(PrefixError::Incomplete), SHORT_HEAD_UNITS) => MIDDLE_HEAD_UNITS,
            (Err(PrefixError::Incomplete), MIDDLE_HEAD_UNITS) => LONG_HEAD_UNITS,
            (prefix, _) => {
                let prefix = prefix?;
                return self.packet(&prefix, frame, prefix.text.len() < head.len());
            }
        };
        self.read(frame, units, &frame.head(longer), longer)
    }

    /// Takes an attachment, and gives the packet that it completes.
    pub(super) fn bytes(&mut self, bytes: V::Bytes) -> Result<Option<Packet<V>>, PacketError> {
        let mut partial = self.partial.take().ok_or(PacketError::UnexpectedBinary)?;
        partial.bytes = partial.bytes.saturating_add(bytes.size());
        if partial.bytes > MAX_ATTACHMENT_BYTES {
            return Err(PacketError::TooLarge);
        }
        partial.missing -= 1;
        if partial.packet.is_some() {
            partial.attachments.push(bytes);
        }
        if partial.missing > 0 {
            self.partial = Some(partial);
            return Ok(None);
        }
        let Partial {
            packet,
            attachments,
            ..
        } = partial;
        packet.map(|packet| packet.attach(attachments)).transpose()
    }

    fn packet(
        &mut self,
        prefix: &Prefix<'_>,
        frame: &V::Text,
        has_body: bool,
    ) -> Result<Option<Packet<V>>, PacketError> {
        let packet = if prefix.namespace == self.namespace {
            Packet::read(prefix, frame, has_body)?
        } else {
            None
        };
        if prefix.attachments > 0 {
            self.partial = Some(Partial {
                packet,
                missing: prefix.attachments,
                bytes: 0,
                attachments: Vec::new(),
            });
            return Ok(None);
        }
        match packet {
            Some(packet) if prefix.is_binary() => packet.attach(Vec::new()).map(Some),
            packet => Ok(packet),
        }
    }
}
