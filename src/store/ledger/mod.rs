//! The ledger: journals are written whole, sealed into a chain, and checked from the ground up.

mod agreement;
mod books;
pub mod holds;
mod post;
mod read;
mod seal;
mod verify;

pub(in crate::store) use books::COUNTERPARTY;
pub use books::{Entry, entries};
pub use post::{Failed, Posted, balance, balances, close, hold_closed, post};
pub use read::{Written, find};
pub use seal::{Head, Link, seal};
pub use verify::{Finding, Findings, verify};
