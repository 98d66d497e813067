//! `[referral]`: links that partners advertise with.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use crate::domain::landings::base;

/// Settings of referral links.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// Links that one partner may have.
    pub links: u32,
    /// Where visitors go; empty: to this server's own page.
    pub front_end: String,
    /// Further addresses below which links may lead.
    pub targets: Vec<String>,
    /// How long it is remembered by which link a visitor came.
    pub cookie_days: u32,
    /// Clicks of one address in a minute that count.
    pub counted_per_minute: u32,
}

const AN_ADDRESS: &str = "http:// or https:// with a host and perhaps a path, such as https://shop.example/app";

pub(super) const RULES: &[Rule] = &[
    ("links", Allowed::Number(1..=1000)),
    ("front_end", Allowed::Text(|text| text.is_empty() || base(text).is_some(), AN_ADDRESS_OR_EMPTY)),
    ("targets", Allowed::Texts(|text| base(text).is_some(), AN_ADDRESS)),
    ("cookie_days", Allowed::Number(1..=400)),
    ("counted_per_minute", Allowed::Number(1..=100_000)),
];

const AN_ADDRESS_OR_EMPTY: &str = "http:// or https:// with a host and perhaps a path, such as https://shop.example/app, or empty";
