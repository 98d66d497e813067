//! Upline: a commission engine for direct selling.

pub mod domain;
