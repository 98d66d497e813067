//! `[events]`: reading and replaying what happened.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Settings of the readers of events.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Pause between looks at the database when no wake-up came.
    pub poll_milliseconds: u32,
    /// Events read in one go.
    pub batch_events: u32,
    /// Missed events a subscription may replay.
    pub replay_events: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("poll_milliseconds", Allowed::Number(10..=60_000)),
    ("batch_events", Allowed::Number(1..=10_000)),
    ("replay_events", Allowed::Number(1..=10_000_000)),
];

impl Events {
    /// [`Events::poll_milliseconds`] as a duration.
    #[must_use]
    pub const fn poll_interval(&self) -> Duration {
        Duration::from_millis(self.poll_milliseconds as u64)
    }
}
