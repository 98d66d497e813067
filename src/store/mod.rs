//! The only SQL: rows to domain and back. Finders and writers take a connection or a transaction, never open one.

pub mod account_changes;
pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod bulk;
pub mod commissions;
pub mod database;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod ledger;
pub mod orders;
pub mod partner_changes;
pub mod partners;
pub mod periods;
pub mod placements;
pub mod purge;
pub mod ranks;
pub mod sessions;
pub mod settings;
mod sql;
pub mod statements;
pub mod trees;
pub mod volume_changes;
pub mod volumes;
pub mod wallets;
