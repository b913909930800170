//! Presence, typing and who may know of them, in every second world: what people do, what the
//! server may tell of them, and what a client may show of what it was told.

mod acts;
mod choices;
mod ledger;
mod quiet;
mod rights;
mod screen;
mod twins;

pub(crate) use choices::Choices;
pub(crate) use ledger::Ledger;
pub(crate) use screen::Screen;
pub(crate) use twins::Twin;
