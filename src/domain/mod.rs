//! PURE: nouns, invariants, money, time, refusals. No input or output, no clock, no database.

pub mod amount;
pub mod clock;
pub mod instant;
pub mod order_kind;
pub mod partner_status;
pub mod period;
pub mod position;
