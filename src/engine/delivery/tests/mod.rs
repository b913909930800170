//! Receipts of our own messages: whatever the order of arrival, the same facts give the same
//! record.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy does not see the helpers as tests"
)]

mod any_order;
mod ledger;
