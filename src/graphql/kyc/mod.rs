//! Identity checks.

pub mod inputs;
pub mod loader;
pub mod mutation;
pub mod objects;
pub mod query;
