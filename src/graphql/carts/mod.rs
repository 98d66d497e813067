//! The caller's own cart and addresses.

pub mod mutation;
pub mod objects;
