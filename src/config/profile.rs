//! `[profile]`: what may be known of people.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use crate::domain::countries;

/// Settings of profiles.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    country: String,
    /// How old members must be who tell their date of birth.
    pub minimum_age: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("country", Allowed::Text(is_country_or_empty, "the two capital letters of a country in ISO 3166-1, such as IN, or empty")),
    ("minimum_age", Allowed::Number(0..=120)),
];

fn is_country_or_empty(text: &str) -> bool {
    text.is_empty() || countries::find(text).is_some_and(|country| country.code == text)
}

impl Profile {
    /// Whether the forms of Indian codes count.
    #[must_use]
    pub fn is_in_india(&self) -> bool {
        self.country == "IN"
    }
}
