//! What speaks to the world outside.

pub mod mails;
pub mod payouts;
