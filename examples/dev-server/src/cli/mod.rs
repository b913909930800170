//! The command line: what can be said, and what follows from it.

mod run;
mod secret;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::config::{
    Config, DEFAULT_EVENTS_PER_MINUTE, DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_CONNECTIONS_PER_USER,
    DEFAULT_PING_INTERVAL_MS, DEFAULT_PING_TIMEOUT_MS, DEFAULT_PORT, DEVELOPMENT_EVENTS_PER_MINUTE,
    Database,
};
use crate::core::Times;
use crate::http::Origins;
use crate::socket::{Heartbeat, MAX_WAITING_PACKETS};

pub use run::main;

/// The nchat realtime server.
///
/// Without arguments and without REALTIME_JWT_SECRET it starts in development mode, as with
/// --dev: on 127.0.0.1 only, for pages on loopback addresses only, with a secret of its own, and
/// with tokens for everyone who asks.
///
/// It logs to standard error, what RUST_LOG says [default: info]. SIGTERM and SIGINT stop it.
#[derive(Debug, Parser)]
#[command(name = "nchat-dev-server", version)]
pub struct Args {
    /// Development mode: binds 127.0.0.1, hands out tokens at POST /dev/token, and accepts the
    /// tokens `user:<id>`.
    #[arg(long)]
    dev: bool,

    /// Port to listen on; 0 takes a free one and prints it.
    #[arg(long, env = "REALTIME_PORT", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Address to listen on [default: 127.0.0.1 in development, else 0.0.0.0].
    #[arg(long, env = "REALTIME_HOST")]
    host: Option<IpAddr>,

    /// SQLite file for rooms and messages, or :memory:.
    #[arg(long, env = "REALTIME_DATABASE", default_value = ".cache/nchat.sqlite")]
    database: PathBuf,

    /// File with the key of tokens (HS256, at least 32 bytes); instead of REALTIME_JWT_SECRET.
    #[arg(long, value_name = "FILE")]
    jwt_secret_file: Option<PathBuf>,

    /// Origins of pages that may talk to the server, separated by commas, or `*`; in development
    /// those on this machine.
    #[arg(
        long,
        env = "REALTIME_CORS_ORIGIN",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    cors_origin: Vec<String>,

    /// Directory with a site to serve.
    #[arg(long = "static", value_name = "DIR")]
    static_dir: Option<PathBuf>,

    /// Events that one user may send in a minute [default: 100, in development 600000].
    #[arg(long, env = "REALTIME_RATE_LIMIT")]
    rate_limit: Option<NonZeroU32>,

    /// Sockets at once.
    #[arg(long, env = "REALTIME_MAX_CONNECTIONS", default_value_t = DEFAULT_MAX_CONNECTIONS)]
    max_connections: usize,

    /// Sockets of one user at once [default: 100, in development as many as there may be].
    #[arg(long, env = "REALTIME_MAX_CONNECTIONS_PER_USER")]
    max_connections_per_user: Option<usize>,

    /// Between two pings of the server, in milliseconds.
    #[arg(
        long,
        env = "REALTIME_PING_INTERVAL",
        default_value_t = DEFAULT_PING_INTERVAL_MS,
        value_parser = clap::value_parser!(u64).range(1..=MAX_TIME_MS as u64)
    )]
    ping_interval: u64,

    /// For the answer to a ping, and for a peer to take a part of what it is sent, in milliseconds.
    #[arg(
        long,
        env = "REALTIME_PING_TIMEOUT",
        default_value_t = DEFAULT_PING_TIMEOUT_MS,
        value_parser = clap::value_parser!(u64).range(1..=MAX_TIME_MS as u64)
    )]
    ping_timeout: u64,

    /// Delay before a user who disconnected is shown offline, in milliseconds.
    #[arg(
        long,
        env = "REALTIME_PRESENCE_GRACE",
        default_value_t = Times::DEFAULT.grace_ms,
        value_parser = clap::value_parser!(i64).range(0..=MAX_TIME_MS)
    )]
    presence_grace: i64,

    /// How long somebody types who does not say so again, in milliseconds.
    #[arg(
        long,
        env = "REALTIME_TYPING_TIMEOUT",
        default_value_t = Times::DEFAULT.typing_ms,
        value_parser = clap::value_parser!(i64).range(1..=MAX_TIME_MS)
    )]
    typing_timeout: i64,
}

/// A day: longer times are mistakes.
const MAX_TIME_MS: i64 = 86_400_000;

/// Why the server does not start as it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No key for tokens.
    #[error(
        "no secret for tokens: set REALTIME_JWT_SECRET or --jwt-secret-file, \
         or pass --dev for development"
    )]
    NoSecret,
    /// A key that can be guessed.
    #[error("the secret for tokens must have at least {0} bytes")]
    WeakSecret(usize),
    /// Tokens for everyone must not be reachable from elsewhere.
    #[error("development mode listens on loopback addresses only, not on {0}")]
    NotLoopback(IpAddr),
    /// A file or directory could not be used.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl Args {
    /// What follows from the arguments. `environment_secret` is REALTIME_JWT_SECRET;
    /// `has_arguments` says whether there were any at all.
    pub fn into_config(
        self,
        environment_secret: Option<String>,
        has_arguments: bool,
    ) -> Result<Config, ConfigError> {
        let database = match self.database.as_os_str() {
            name if name == ":memory:" => Database::Memory,
            _ => Database::File(self.database),
        };
        let given = secret::given(self.jwt_secret_file.as_deref(), environment_secret)?;
        let is_development = self.dev || (!has_arguments && given.is_none());
        let secret = match given {
            Some(secret) => secret,
            None if is_development => secret::for_development(&database)?,
            None => return Err(ConfigError::NoSecret),
        };
        let host = match self.host {
            Some(host) if is_development && !host.is_loopback() => {
                return Err(ConfigError::NotLoopback(host));
            }
            Some(host) => host,
            None if is_development => IpAddr::V4(Ipv4Addr::LOCALHOST),
            None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        let default_events = match is_development {
            true => DEVELOPMENT_EVENTS_PER_MINUTE,
            false => DEFAULT_EVENTS_PER_MINUTE,
        };
        let default_sockets = match is_development {
            true => self.max_connections,
            false => DEFAULT_MAX_CONNECTIONS_PER_USER,
        };
        let default_events = NonZeroU32::new(default_events).unwrap_or(NonZeroU32::MAX);
        Ok(Config {
            host,
            port: self.port,
            database,
            secret,
            is_development,
            origins: match is_development {
                true => Origins::Loopback,
                false => Origins::listed(self.cors_origin),
            },
            static_dir: self.static_dir,
            events_per_minute: self.rate_limit.unwrap_or(default_events),
            max_connections: self.max_connections,
            max_connections_per_user: self.max_connections_per_user.unwrap_or(default_sockets),
            max_waiting_packets: MAX_WAITING_PACKETS,
            heartbeat: Heartbeat {
                interval: Duration::from_millis(self.ping_interval),
                timeout: Duration::from_millis(self.ping_timeout),
            },
            times: Times {
                grace_ms: self.presence_grace,
                typing_ms: self.typing_timeout,
            },
        })
    }
}
