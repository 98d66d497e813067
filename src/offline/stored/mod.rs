//! Results as the database keeps them: read by imports, written back by exports.

pub mod commissions;
pub mod ranks;
