//! The integration tests, in one binary. Those that need a database run on SQLite and on PostgreSQL, each with one of its own.

// clippy's allow-*-in-tests does not reach the helpers of tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod accounts;
mod app;
mod binary;
mod commands;
mod engine;
mod entities;
mod graphql;
mod import;
mod money;
mod page;
mod people;
mod referrals;
mod soak;
mod transport;
mod uploads;
