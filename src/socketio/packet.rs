//! Socket.IO packets: typed on the way in, written on the way out.

use super::limits::MAX_ACK_ID;
use super::prefix::{self, PacketType, Prefix};
use super::transport::Frame;
use super::value::{Value, ValueError, WrongType};

/// What an old server's CONNECT without an answer means to a person.
const NO_SOCKET_ID: &str =
    "the server answered CONNECT without a socket id: it speaks an older protocol than Socket.IO 3";
/// What stands for the message that a refusal did not have.
const NO_MESSAGE: &str = "the server refused the connection";

/// A packet from the server.
#[derive(Clone)]
pub(super) enum Packet<V: Value> {
    /// The namespace accepted.
    Connect {
        /// The socket's id.
        socket_id: String,
    },
    /// The namespace refused.
    ConnectError {
        /// Why, as the server says it.
        message: String,
        /// What the server added.
        data: Option<V>,
    },
    /// The server takes the socket out of the namespace.
    Disconnect,
    /// An event.
    Event {
        /// The whole array, `[name, ...args]`.
        packet: V,
        /// Its first element.
        name: String,
        /// The id to answer with, if the server wants an answer.
        ack: Option<u64>,
    },
    /// The answer to an event of ours.
    Ack {
        /// The event's id.
        id: u64,
        /// The array of arguments.
        args: V,
    },
}

/// Why a packet is no packet. The official client closes with `parse error` then, and so do we.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PacketError {
    /// The prefix cannot be read.
    #[error(transparent)]
    Prefix(#[from] prefix::PrefixError),
    /// The body cannot be read, or does not fit its attachments.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The body has not the shape that the packet's type asks for.
    #[error("invalid payload")]
    Payload,
    /// An event that wants an answer under an id beyond [`MAX_ACK_ID`].
    #[error("illegal ack id")]
    AckId,
    /// Text came where an attachment was due.
    #[error("got text when an attachment was due")]
    TextInBinary,
    /// Bytes came where no attachment was due.
    #[error("got bytes when no attachment was due")]
    UnexpectedBinary,
    /// The frame or the attachments are larger than the limit.
    #[error("the packet is too large")]
    TooLarge,
    /// A binary record of a polling payload is not base64.
    #[error(transparent)]
    Base64(#[from] super::payload::Base64Error),
}

impl<V: Value> Packet<V> {
    /// Reads the body behind `prefix`. `None` is a valid packet that means nothing: an event
    /// without a body or with a number for a name, an ack without an id.
    pub(super) fn read(
        prefix: &Prefix<'_>,
        frame: &V::Text,
        has_body: bool,
    ) -> Result<Option<Self>, PacketError> {
        let body = has_body.then(|| V::parse(frame, prefix.text)).transpose()?;
        match prefix.kind {
            PacketType::Event | PacketType::BinaryEvent => read_event(body, prefix.id),
            PacketType::Ack | PacketType::BinaryAck => read_ack(body, prefix.id),
            PacketType::Connect => read_connect(body).map(Some),
            PacketType::ConnectError => read_connect_error(body).map(Some),
            PacketType::Disconnect if body.is_some() => Err(PacketError::Payload),
            PacketType::Disconnect => Ok(Some(Self::Disconnect)),
        }
    }

    /// Puts attachments where the body's placeholders are.
    pub(super) fn attach(self, attachments: Vec<V::Bytes>) -> Result<Self, PacketError> {
        Ok(match self {
            Self::Event { packet, name, ack } => Self::Event {
                packet: packet.attach(attachments)?,
                name,
                ack,
            },
            Self::Ack { id, args } => Self::Ack {
                id,
                args: args.attach(attachments)?,
            },
            other => other,
        })
    }
}

/// Whether an event name belongs to the client itself. Official parsers refuse such events.
pub fn is_reserved_event(name: &str) -> bool {
    matches!(
        name,
        "connect"
            | "connect_error"
            | "disconnect"
            | "disconnecting"
            | "newListener"
            | "removeListener"
    )
}

/// How a frame begins that is an event of this name, without attachments, and wants no answer.
/// Writers may use white space, and then it begins otherwise.
pub fn event_prefix(namespace: &str, name: &str) -> String {
    let prefix = prefix::write(PacketType::Event, 0, namespace, None);
    format!("{prefix}[\"{name}\",")
}

/// Writes an event or an ack with its attachments: one frame of text, then the bytes.
pub(super) fn write<V: Value>(
    kind: PacketType,
    namespace: &str,
    id: Option<u64>,
    body: &V,
) -> Result<Vec<Frame<V>>, ValueError> {
    let (body, attachments) = body.clone().detach()?;
    let prefix = prefix::write(kind, attachments.len(), namespace, id);
    let mut frames = Vec::with_capacity(1 + attachments.len());
    frames.push(Frame::Text(body.stringify(&prefix)?));
    frames.extend(attachments.into_iter().map(Frame::Bytes));
    Ok(frames)
}

fn read_event<V: Value>(
    body: Option<V>,
    ack: Option<u64>,
) -> Result<Option<Packet<V>>, PacketError> {
    let Some(packet) = body else {
        return Ok(None);
    };
    // Only arrays have elements, so this also refuses every other body.
    let name = match packet.name_element(0) {
        Ok(Some(name)) => name,
        Ok(None) => return Err(PacketError::Payload),
        Err(WrongType) => {
            let number = packet.element(0).and_then(|first| first.as_number());
            return number.map_or(Err(PacketError::Payload), |_| Ok(None));
        }
    };
    if is_reserved_event(&name) {
        return Err(PacketError::Payload);
    }
    if ack.is_some_and(|id| id > MAX_ACK_ID) {
        return Err(PacketError::AckId);
    }
    Ok(Some(Packet::Event { packet, name, ack }))
}

fn read_ack<V: Value>(body: Option<V>, id: Option<u64>) -> Result<Option<Packet<V>>, PacketError> {
    let args = body.unwrap_or_else(|| V::array(Vec::new()));
    if args.length().is_none() {
        return Err(PacketError::Payload);
    }
    Ok(id.map(|id| Packet::Ack { id, args }))
}

fn read_connect<V: Value>(body: Option<V>) -> Result<Packet<V>, PacketError> {
    if body.as_ref().is_some_and(|body| !body.is_object()) {
        return Err(PacketError::Payload);
    }
    let socket_id = body.and_then(|body| body.field("sid")?.as_text());
    Ok(match socket_id {
        Some(socket_id) => Packet::Connect { socket_id },
        None => Packet::ConnectError {
            message: NO_SOCKET_ID.to_owned(),
            data: None,
        },
    })
}

fn read_connect_error<V: Value>(body: Option<V>) -> Result<Packet<V>, PacketError> {
    let Some(body) = body else {
        return Ok(Packet::ConnectError {
            message: NO_MESSAGE.to_owned(),
            data: None,
        });
    };
    if let Some(message) = body.as_text() {
        return Ok(Packet::ConnectError {
            message,
            data: None,
        });
    }
    if !body.is_object() {
        return Err(PacketError::Payload);
    }
    Ok(Packet::ConnectError {
        message: body
            .field("message")
            .and_then(|message| message.as_text())
            .unwrap_or_else(|| NO_MESSAGE.to_owned()),
        data: body.field("data"),
    })
}
