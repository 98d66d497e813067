//! Upline: a commission engine for direct selling.

pub mod cli;
pub mod domain;
pub mod engine;
pub mod offline;
