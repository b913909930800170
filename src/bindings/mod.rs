//! What JavaScript sees of the engine: one file per exported class.

mod realtime_client;
mod rooms_service;
mod types;
