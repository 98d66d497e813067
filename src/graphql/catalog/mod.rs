//! What the company sells.

pub mod mutation;
pub mod objects;
pub mod query;
