//! One file per table: columns and relations only.

pub mod account;
pub mod attempt;
pub mod audit_entry;
pub mod commission;
pub mod event;
pub mod hold;
pub mod idempotency_key;
pub mod import;
pub mod journal;
pub mod journal_seal;
pub mod ledger_account;
pub mod order;
pub mod order_line;
pub mod partner;
pub mod period;
pub mod plan_version;
pub mod posting;
pub mod product;
pub mod rank;
pub mod rank_history;
pub mod refresh_token;
pub mod session;
pub mod setting;
pub mod unsealed_journal;
pub mod volume;
pub mod volume_event;
