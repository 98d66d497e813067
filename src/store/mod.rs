//! The only SQL: rows to domain and back. Finders and writers take a connection or a transaction, never open one.

pub mod commissions;
pub mod database;
pub mod error;
pub mod orders;
pub mod partners;
pub mod periods;
pub mod plans;
pub mod ranks;
mod sql;
pub mod statements;
pub mod trees;
pub mod volumes;
