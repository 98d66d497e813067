//! Upline: a commission engine for direct selling.

pub mod auth;
pub mod domain;
pub mod store;
