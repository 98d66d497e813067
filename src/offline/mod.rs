//! Files for offline runs and imports: the CSV tables of plans.md, sections 2 and 8.

pub mod network;
pub mod orders;
mod table;

pub use table::Refused;
