//! Upline: a commission engine for direct selling.

pub mod cli;
pub mod config;
pub mod domain;
