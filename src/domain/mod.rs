//! PURE: nouns, invariants, money, time, refusals. No input or output, no clock, no database.

pub mod accounts;
pub mod amount;
pub mod clock;
pub mod coded;
pub mod commissions;
pub mod currency;
pub mod instant;
pub mod ledger;
pub mod order_kind;
pub mod orders;
pub mod pages;
pub mod partner_status;
pub mod partners;
pub mod payout_details;
pub mod payouts;
pub mod period;
pub mod periods;
pub mod position;
pub mod random;
pub mod ranks;
pub mod refusal;
pub mod time_span;
pub mod trees;
pub mod volumes;
pub mod wallets;
