//! Every bound of the protocol, in one place, with its unit in the name.
//!
//! "Units" are those of [`Text::units`](super::Text::units): UTF-16 code units in the browser,
//! bytes natively.

/// How much of a frame is read first, in units. Holds the prefix of an event in the namespace
/// `/`, also with an ack id of four digits; the browser hands over so few as one number.
pub const SHORT_HEAD_UNITS: usize = 7;

/// How much is read next, in units: holds any likely ack id, and is two numbers.
pub const MIDDLE_HEAD_UNITS: usize = 14;

/// How much of a frame is read when its prefix did not end inside [`MIDDLE_HEAD_UNITS`], in
/// units. A longer prefix is a parse error.
pub const LONG_HEAD_UNITS: usize = 256;

/// Longest namespace, in bytes. Leaves room for the rest of a prefix in [`LONG_HEAD_UNITS`].
pub const MAX_NAMESPACE_BYTES: usize = 128;

/// Longest URL that an endpoint is read from, in bytes.
pub const MAX_URL_BYTES: usize = 4_096;

/// Longest session id that a server may give, in bytes.
pub const MAX_SESSION_ID_BYTES: usize = 256;

/// Longest `pingInterval` or `pingTimeout` that a server may ask for, in milliseconds: a day.
pub const MAX_HEARTBEAT_MS: u64 = 86_400_000;

/// Most attachments of one packet.
pub const MAX_ATTACHMENTS: usize = 256;

/// Most bytes of one packet's attachments together, incoming.
pub const MAX_ATTACHMENT_BYTES: usize = 64 * 1024 * 1024;

/// Longest text frame or polling payload, incoming, in units.
pub const MAX_INCOMING_UNITS: usize = 16 * 1024 * 1024;

/// Longest frame, outgoing, in units, whatever larger `maxPayload` the server announces.
pub const MAX_OUTGOING_UNITS: usize = 16 * 1024 * 1024;

/// Most frames that wait for the transport.
pub const MAX_BUFFERED_FRAMES: usize = 10_000;

/// Most units that wait for the transport. One frame alone may always wait.
pub const MAX_BUFFERED_UNITS: usize = 16 * 1024 * 1024;

/// Most acknowledgements awaited at once.
pub const MAX_PENDING_ACKS: usize = 65_536;

/// Most bytes that one unit takes in UTF-8. Polling payloads are batched by it, because the
/// server counts `maxPayload` in bytes and the browser only knows units.
pub const MAX_BYTES_PER_UNIT: usize = 3;

/// Largest ack id: the largest integer that JavaScript holds exactly.
pub const MAX_ACK_ID: u64 = (1 << 53) - 1;

/// How long one transport may take to deliver the Engine.IO open packet, in milliseconds.
pub const OPEN_TIMEOUT_MS: u64 = 10_000;

/// How long the namespace may take to answer CONNECT, in milliseconds.
pub const CONNECT_TIMEOUT_MS: u64 = 20_000;

/// How long an upgrade may take from opening the WebSocket to the `5` packet, in milliseconds.
/// Official servers give up after the same time.
pub const UPGRADE_TIMEOUT_MS: u64 = 10_000;

/// How long a goodbye may take over polling, where it needs a request, in milliseconds.
pub const CLOSE_TIMEOUT_MS: u64 = 2_000;
