//! `[log]`: what is logged, and how.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::rules::{Allowed, Rule};

/// Settings of the log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: Format,
    /// A level, or levels by module, as `tracing_subscriber::EnvFilter` reads them.
    pub filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A line for people.
    Text,
    /// A JSON object per line.
    Json,
}

pub(super) const RULES: &[Rule] = &[
    ("format", Allowed::OneOf(&["text", "json"])),
    ("filter", Allowed::Text(is_filter, "a level or levels by module, such as info or \"info,sqlx=warn\"")),
];

/// A bare word counts as a module at level trace, which nobody means: a typing error such as "inof" would log everything.
fn is_filter(text: &str) -> bool {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let directives = || text.split(',').map(str::trim);
    directives().all(|directive| levels.contains(&directive) || directive.contains('=')) && EnvFilter::try_new(text).is_ok()
}
