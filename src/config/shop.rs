//! `[shop]`: orders.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Settings of the shop.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Whether an order is finished as soon as it is paid.
    pub complete_when_paid: bool,
}

pub(super) const RULES: &[Rule] = &[("complete_when_paid", Allowed::Switch)];
