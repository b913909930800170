//! What stands before the body of a Socket.IO packet: `<4><type>[<n>-][/<namespace>,][<ack id>]`.
//!
//! Read from a short head of a frame, so that the body stays where it is.

use std::fmt::Write as _;

use super::limits::MAX_ATTACHMENTS;

/// The type digit of a Socket.IO packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketType {
    /// `0`: join a namespace, or the answer that it is joined.
    Connect,
    /// `1`: leave a namespace.
    Disconnect,
    /// `2`: an event.
    Event,
    /// `3`: the answer to an event.
    Ack,
    /// `4`: the namespace refuses.
    ConnectError,
    /// `5`: an event with attachments.
    BinaryEvent,
    /// `6`: an answer with attachments.
    BinaryAck,
}

/// A packet's prefix, in the frame's first characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix<'a> {
    /// The packet's type.
    pub(super) kind: PacketType,
    /// How many attachments follow; zero for the types that have none.
    pub(super) attachments: usize,
    /// The namespace, beginning with `/`.
    pub(super) namespace: &'a str,
    /// The ack id, if there is one; one beyond 64 bits is [`u64::MAX`].
    pub(super) id: Option<u64>,
    /// Everything before the body, from the frame's beginning.
    pub(super) text: &'a str,
}

/// Why a prefix could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PrefixError {
    /// The prefix goes on behind the end of the head: read a longer one.
    #[error("the packet's prefix is too long")]
    Incomplete,
    /// The type is absent or unknown.
    #[error("unknown packet type")]
    UnknownType,
    /// The attachment count is absent, no number, or above [`MAX_ATTACHMENTS`].
    #[error("illegal attachment count")]
    Attachments,
}

impl<'a> Prefix<'a> {
    /// Reads the prefix of a message frame, `4` included. `whole` says that `head` is the whole
    /// frame, so that its end is the packet's end.
    pub(super) fn read(head: &'a str, whole: bool) -> Result<Self, PrefixError> {
        let mut reader = Reader { head, at: 1, whole };
        let kind = reader.packet_type()?;
        let attachments = match kind {
            PacketType::BinaryEvent | PacketType::BinaryAck => reader.attachments()?,
            _ => 0,
        };
        let namespace = reader.namespace()?;
        let id = reader.id()?;
        Ok(Self {
            kind,
            attachments,
            namespace,
            id,
            text: reader.read(),
        })
    }

    /// Whether the packet's body may have placeholders.
    pub(super) fn is_binary(&self) -> bool {
        matches!(self.kind, PacketType::BinaryEvent | PacketType::BinaryAck)
    }
}

/// Writes the prefix of a message frame. The binary form is chosen for events and acks that
/// have attachments.
pub(super) fn write(
    kind: PacketType,
    attachments: usize,
    namespace: &str,
    id: Option<u64>,
) -> String {
    let digit = match (kind, attachments) {
        (PacketType::Connect, _) => '0',
        (PacketType::Disconnect, _) => '1',
        (PacketType::Event, 0) => '2',
        (PacketType::Ack, 0) => '3',
        (PacketType::ConnectError, _) => '4',
        (PacketType::Event | PacketType::BinaryEvent, _) => '5',
        (PacketType::Ack | PacketType::BinaryAck, _) => '6',
    };
    let mut prefix = String::from('4');
    prefix.push(digit);
    // Writing to a string cannot fail.
    if digit == '5' || digit == '6' {
        let _ = write!(prefix, "{attachments}-");
    }
    if namespace != "/" {
        let _ = write!(prefix, "{namespace},");
    }
    if let Some(id) = id {
        let _ = write!(prefix, "{id}");
    }
    prefix
}

struct Reader<'a> {
    head: &'a str,
    at: usize,
    whole: bool,
}

impl<'a> Reader<'a> {
    fn read(&self) -> &'a str {
        self.head.get(..self.at).unwrap_or(self.head)
    }

    /// The next byte; `None` at the packet's end.
    fn peek(&self) -> Result<Option<u8>, PrefixError> {
        match self.head.as_bytes().get(self.at) {
            Some(byte) => Ok(Some(*byte)),
            None if self.whole => Ok(None),
            None => Err(PrefixError::Incomplete),
        }
    }

    fn packet_type(&mut self) -> Result<PacketType, PrefixError> {
        let kind = match self.peek()? {
            Some(b'0') => PacketType::Connect,
            Some(b'1') => PacketType::Disconnect,
            Some(b'2') => PacketType::Event,
            Some(b'3') => PacketType::Ack,
            Some(b'4') => PacketType::ConnectError,
            Some(b'5') => PacketType::BinaryEvent,
            Some(b'6') => PacketType::BinaryAck,
            _ => return Err(PrefixError::UnknownType),
        };
        self.at += 1;
        Ok(kind)
    }

    fn attachments(&mut self) -> Result<usize, PrefixError> {
        let count = self.digits()?.ok_or(PrefixError::Attachments)?;
        if self.peek()? != Some(b'-') {
            return Err(PrefixError::Attachments);
        }
        self.at += 1;
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= MAX_ATTACHMENTS)
            .ok_or(PrefixError::Attachments)
    }

    /// As in the official parser, a namespace ends at a comma or with the packet.
    fn namespace(&mut self) -> Result<&'a str, PrefixError> {
        if self.peek()? != Some(b'/') {
            return Ok("/");
        }
        let start = self.at;
        while self.peek()?.is_some_and(|byte| byte != b',') {
            self.at += 1;
        }
        let namespace = self.head.get(start..self.at).unwrap_or("/");
        if self.peek()?.is_some() {
            self.at += 1;
        }
        Ok(namespace)
    }

    fn id(&mut self) -> Result<Option<u64>, PrefixError> {
        self.digits()
    }

    fn digits(&mut self) -> Result<Option<u64>, PrefixError> {
        let mut number: Option<u64> = None;
        while let Some(byte @ b'0'..=b'9') = self.peek()? {
            let digit = u64::from(byte - b'0');
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        Ok(number)
    }
}
