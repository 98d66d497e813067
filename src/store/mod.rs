//! The only SQL: rows to domain and back. Finders and writers take a connection or a transaction, never open one.

pub mod bulk;
pub mod database;
pub mod error;
pub mod statements;
