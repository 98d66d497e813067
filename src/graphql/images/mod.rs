//! Pictures of accounts.

pub mod loader;
pub mod mutation;
