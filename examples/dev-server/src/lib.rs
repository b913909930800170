//! The native nchat realtime server.
