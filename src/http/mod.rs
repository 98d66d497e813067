//! HTTP.

pub mod graphql;
