//! The native nchat realtime server: the reference of the wire, and what development runs on.
//!
//! `core` holds what the server does, over a `store`; `socket` and `http` are how it is reached;
//! `cli` and `config` say how it runs; `server` puts it together.

pub mod cli;
pub mod config;
pub mod core;
pub mod http;
pub mod server;
pub mod socket;
pub mod store;
