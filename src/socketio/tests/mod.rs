//! What the protocol does, shown from the outside.
