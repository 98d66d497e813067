//! Rows by the ten thousand: what imports, exports and rebuilds read and write.

pub mod commissions;
pub mod imports;
mod insert;
pub mod lock;
pub mod orders;
pub mod partners;
pub mod periods;
pub mod plans;
pub mod ranks;
pub mod volumes;

pub use super::sql::Rows;
