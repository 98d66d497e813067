//! What the server does by itself that needs the world outside.

pub mod mails;
pub mod payouts;
