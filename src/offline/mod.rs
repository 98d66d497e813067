//! Files for offline runs and imports: the CSV tables of docs/plans.md, sections 2 and 8.

pub mod commissions;
pub mod compare;
pub mod generate;
pub mod inputs;
pub mod network;
pub mod orders;
pub mod outputs;
pub mod payouts;
pub mod ranks;
pub mod stored;
mod table;

pub use table::{Refused, guarded};
