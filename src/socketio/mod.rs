//! Socket.IO 5 over Engine.IO 4, client side: pure, without any input or output of its own.

mod value;

pub use value::{Bytes, MAX_DEPTH, Text, Value, ValueError};
