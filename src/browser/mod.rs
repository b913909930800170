//! The driver: browser events become the engine's inputs, its effects become browser calls.
//! Nothing here decides anything, and nothing needs `window` except where it says so.

mod clock;
mod delivery;
mod device;
mod driver;
mod error;
mod indexed_db;
mod journal;
mod known_users;
mod lifecycle;
mod namespace;
mod offer;
mod panics;
mod polling;
mod profile;
mod storage;
mod store;
mod tab_channel;
mod tab_lock;
mod transports;
mod value;
mod websocket;

#[cfg(test)]
mod tests;

pub(crate) use self::driver::Driver;
pub(crate) use self::error::to_js as error_to_js;
pub(crate) use self::value::{packet_of, packet_with};
pub(crate) use self::websocket::EarlySocket;
