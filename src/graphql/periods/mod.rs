//! Commission periods.

pub mod loader;
pub mod objects;
pub mod query;
