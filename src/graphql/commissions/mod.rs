//! Commission lines and their summaries.

pub mod inputs;
pub mod loader;
pub mod objects;
pub mod query;
pub mod summary;
