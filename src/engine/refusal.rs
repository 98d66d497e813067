//! Why a run is refused.

use std::fmt;

/// Which input is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The plan.
    Plan,
    /// The partners.
    Network,
    /// The orders.
    Orders,
}

/// The name under which docs/plans.md speaks of it.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "plan.toml",
            Self::Network => "network.csv",
            Self::Orders => "orders.csv",
        })
    }
}

/// Input that breaks a rule: which one, where, and the cause. Nothing is computed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The input.
    pub input: Input,
    /// The line, where the input came from a file and the cause lies in one line.
    pub line: Option<u64>,
    /// The path of the key, in plans: `bonus[1].levels[0]`.
    pub key: Option<String>,
    /// What is wrong and what is allowed.
    pub cause: String,
}

impl Refusal {
    /// Of a plan that has been read.
    pub(crate) fn plan(cause: String) -> Self {
        Self { input: Input::Plan, line: None, key: None, cause }
    }

    pub(crate) fn network(line: Option<u64>, cause: String) -> Self {
        Self { input: Input::Network, line, key: None, cause }
    }

    pub(crate) fn orders(line: Option<u64>, cause: String) -> Self {
        Self { input: Input::Orders, line, key: None, cause }
    }

    /// Where in the input and why, without the input's name: ` line 3, rank[0].code: must not be empty`.
    #[must_use]
    pub fn place_and_cause(&self) -> String {
        let line = self.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let comma = if self.line.is_some() && self.key.is_some() { "," } else { "" };
        let key = self.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
        format!("{line}{comma}{key}: {}", self.cause)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.input, self.place_and_cause())
    }
}
