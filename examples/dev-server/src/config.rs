//! How a server runs: every setting, resolved.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::core::Times;
use crate::http::Origins;
use crate::socket::{Heartbeat, MAX_WAITING_PACKETS};

/// Port that the product's clients expect.
pub const DEFAULT_PORT: u16 = 3101;
/// Events that one user may send in a minute, outside development.
pub const DEFAULT_EVENTS_PER_MINUTE: u32 = 100;
/// The same in development, where tests and benchmarks send in bulk.
pub const DEVELOPMENT_EVENTS_PER_MINUTE: u32 = 600_000;
/// Sockets at once.
pub const DEFAULT_MAX_CONNECTIONS: usize = 10_000;
/// Sockets of one user at once: one token does not take all the places.
pub const DEFAULT_MAX_CONNECTIONS_PER_USER: usize = 100;
/// Between two pings of the server.
pub const DEFAULT_PING_INTERVAL_MS: u64 = 25_000;
/// For the answer to a ping.
pub const DEFAULT_PING_TIMEOUT_MS: u64 = 60_000;

/// Settings of one server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Where rooms and messages are kept.
    pub database: Database,
    /// The key of tokens (HS256).
    pub secret: Secret,
    /// Whether it may hand out tokens itself, and accepts `user:<id>`.
    pub is_development: bool,
    /// Pages that may talk to it.
    pub origins: Origins,
    /// A site to serve.
    pub static_dir: Option<PathBuf>,
    /// Events that one user may send in a minute.
    pub events_per_minute: NonZeroU32,
    /// Sockets at once.
    pub max_connections: usize,
    /// Of them, sockets of one user.
    pub max_connections_per_user: usize,
    /// Packets that may wait for one slow socket.
    pub max_waiting_packets: usize,
    /// Heartbeat of every connection.
    pub heartbeat: Heartbeat,
    /// How long presence and typing last.
    pub times: Times,
}

impl Config {
    /// A server for development: loopback only, tokens for everyone.
    pub fn development(database: Database, secret: Secret) -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: DEFAULT_PORT,
            database,
            secret,
            is_development: true,
            origins: Origins::Loopback,
            static_dir: None,
            events_per_minute: NonZeroU32::new(DEVELOPMENT_EVENTS_PER_MINUTE)
                .unwrap_or(NonZeroU32::MAX),
            max_connections: DEFAULT_MAX_CONNECTIONS,
            max_connections_per_user: DEFAULT_MAX_CONNECTIONS,
            max_waiting_packets: MAX_WAITING_PACKETS,
            heartbeat: Heartbeat {
                interval: Duration::from_millis(DEFAULT_PING_INTERVAL_MS),
                timeout: Duration::from_millis(DEFAULT_PING_TIMEOUT_MS),
            },
            times: Times::DEFAULT,
        }
    }
}

/// Where rooms and messages are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file, made where it does not exist.
    File(PathBuf),
    /// Nowhere: gone with the process.
    Memory,
}

/// A key that does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Keeps `bytes`.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The key itself.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}
