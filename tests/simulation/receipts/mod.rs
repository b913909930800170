//! Receipts (I10): what the server tells of them, and what apps show. Nothing of either goes back,
//! whatever the order of arrival, and what was read was delivered.

mod acts;
mod quiet;
mod shown;
mod told;

pub(crate) use shown::Shown;
pub(crate) use told::Told;
