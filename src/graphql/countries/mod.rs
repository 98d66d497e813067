//! Countries and their states.

pub mod objects;
pub mod query;
