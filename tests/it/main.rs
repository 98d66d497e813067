//! The integration tests, in one binary.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod engine;
