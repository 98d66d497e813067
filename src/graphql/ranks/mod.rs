//! Ranks.

pub mod loader;
pub mod objects;
pub mod query;
