//! `[purge]`: how long rows are kept that nobody needs any more.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Settings of the purge.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// Between two purges.
    pub pause_minutes: u32,
    /// Rows deleted in one transaction.
    pub batch_rows: u32,
    /// Transactions of one purge for each kind of rows.
    pub batches: u32,
    /// Age of sessions and refresh tokens, counted from their end.
    pub session_days: u32,
    /// Age of stored answers.
    pub idempotency_days: u32,
    /// Age of mails and links, counted from their end.
    pub mail_days: u32,
    /// Age of events.
    pub event_days: u32,
}

impl Purge {
    /// [`Purge::pause_minutes`] as a duration.
    #[must_use]
    pub const fn pause(&self) -> Duration {
        Duration::from_secs(self.pause_minutes as u64 * 60)
    }
}

pub(super) const RULES: &[Rule] = &[
    ("pause_minutes", Allowed::Number(1..=1440)),
    ("batch_rows", Allowed::Number(10..=100_000)),
    ("batches", Allowed::Number(1..=100_000)),
    ("session_days", Allowed::Number(1..=3650)),
    ("idempotency_days", Allowed::Number(1..=3650)),
    ("mail_days", Allowed::Number(1..=3650)),
    ("event_days", Allowed::Number(1..=3650)),
];
