//! The driver: browser events become the engine's inputs, its effects become browser calls.
//! Nothing here decides anything, and nothing needs `window` except where it says so.

mod clock;
mod delivery;
mod device;
mod driver;
mod error;
mod lifecycle;
mod offer;
mod panics;
mod polling;
mod transports;
mod value;
mod websocket;

pub(crate) use self::driver::Driver;
pub(crate) use self::error::to_js as error_to_js;
pub(crate) use self::value::{packet_of, packet_with};
pub(crate) use self::websocket::EarlySocket;
