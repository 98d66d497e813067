//! Partners and the two trees.

pub mod connections;
pub mod inputs;
pub mod joining;
pub mod loader;
mod money;
pub mod mutation;
pub mod objects;
pub mod query;
pub mod seen;
pub mod trees;
