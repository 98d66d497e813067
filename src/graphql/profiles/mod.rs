//! Who people are, how to reach them, their banks; and their erasure.

pub mod inputs;
pub mod loader;
pub mod mutation;
pub mod objects;
