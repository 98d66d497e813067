//! Orders.

pub mod inputs;
pub mod loader;
pub mod mutation;
pub mod objects;
pub mod operator;
pub mod payments;
pub mod query;
