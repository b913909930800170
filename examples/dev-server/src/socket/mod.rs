//! Socket.IO: who may connect, and which event calls what in the core.

mod batch;
mod connect;
mod contacts;
mod end;
mod messages;
mod outlet;
mod ping;
mod presence;
mod request;
mod rooms;
mod session;
mod settings;
mod sync;
mod token;
mod turn;
mod typing;

use std::sync::Arc;
use std::time::Duration;

use nchat_realtime::wire::limits::MAX_PAYLOAD_BYTES;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{SocketIo, SocketIoBuilder};

use crate::core::{Core, TokenKeeper};
pub use outlet::SocketOutlet;
pub use session::{Connections, Seat};

/// Packets that may wait for one slow socket. Past it a socket that takes batches is ended, and its
/// client begins anew; of any other what is sent is dropped: it may see the gap in `seq`.
pub const MAX_WAITING_PACKETS: usize = 8_192;
/// How long a connection may stay without asking for a namespace.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// What every socket's handlers share.
pub struct Shared<S> {
    /// The logic.
    pub core: Core<S>,
    /// The reader of tokens.
    pub tokens: TokenKeeper,
    /// How many sockets there are.
    pub connections: Arc<Connections>,
    /// What a client is told of its limit.
    pub events_per_minute: u32,
}

/// Heartbeat of every connection.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    /// Between two pings.
    pub interval: Duration,
    /// For the answer.
    pub timeout: Duration,
}

/// The Socket.IO service as a layer, not serving any namespace yet.
pub fn layer(heartbeat: Heartbeat, max_waiting_packets: usize) -> (SocketIoLayer, SocketIo) {
    SocketIoBuilder::new()
        .ping_interval(heartbeat.interval)
        .ping_timeout(heartbeat.timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .max_payload(MAX_PAYLOAD_BYTES as u64)
        .ws_max_message_size(MAX_PAYLOAD_BYTES)
        .ws_max_frame_size(MAX_PAYLOAD_BYTES)
        .max_buffer_size(max_waiting_packets)
        .build_layer()
}

pub use connect::serve;
