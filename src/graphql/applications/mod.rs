//! Applications: programs that call by a key of their own.

pub mod inputs;
pub mod loader;
pub mod mutation;
pub mod objects;
pub mod query;
