//! Upline: a commission engine for direct selling.

pub mod domain;
pub mod graphql;
pub mod http;
