//! Orders.

pub mod inputs;
pub mod loader;
pub mod objects;
