//! The integration tests, one binary.

// clippy's allow-*-in-tests does not reach the helpers of tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod engine;
mod transport;
