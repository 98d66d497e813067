//! `[epin]`: what e-pins may be used for.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Settings of e-pins.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Epin {
    /// Whether partners may pass their pins on to others.
    pub transfers: bool,
    /// Whether partners may pay what is on a pin into their wallets.
    pub redemption: bool,
}

pub(super) const RULES: &[Rule] = &[("transfers", Allowed::Switch), ("redemption", Allowed::Switch)];
