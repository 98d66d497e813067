//! Logins.

pub mod blocking;
pub mod inputs;
pub mod loader;
pub mod mutation;
pub mod objects;
pub mod query;
pub mod recovery;
pub mod sessions;
