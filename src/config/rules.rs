//! What each key may hold. Every number has a range, every text a form; a test holds the reference to that.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use config::{Value, ValueKind};

use super::origins::Origins;
use super::problems::{Problem, Problems};
use super::{
    auth, database, epin, events, graphql, kyc, log, mail, network, payout, profile, purge, referral, server, shop, upload, wallet,
};

/// What a key may hold.
pub(super) enum Allowed {
    /// A whole number from the range.
    Number(RangeInclusive<u32>),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A text that passes the check; the words say which do.
    Text(fn(&str) -> bool, &'static str),
    /// A list of texts that each pass the check.
    Texts(fn(&str) -> bool, &'static str),
    /// As [`Allowed::Text`], but the value is never shown.
    Secret(fn(&str) -> bool, &'static str),
}

/// A key within its section, and what it may hold.
pub(super) type Rule = (&'static str, Allowed);

const SECTIONS: [(&str, &[Rule]); 17] = [
    ("server", server::RULES),
    ("database", database::RULES),
    ("auth", auth::RULES),
    ("profile", profile::RULES),
    ("graphql", graphql::RULES),
    ("network", network::RULES),
    ("events", events::RULES),
    ("purge", purge::RULES),
    ("shop", shop::RULES),
    ("wallet", wallet::RULES),
    ("epin", epin::RULES),
    ("payout", payout::RULES),
    ("mail", mail::RULES),
    ("referral", referral::RULES),
    ("upload", upload::RULES),
    ("kyc", kyc::RULES),
    ("log", log::RULES),
];

/// Judges every value, then what values must hold together.
pub(super) fn check(merged: &config::Config, origins: &Origins) -> Result<(), Problems> {
    let mut problems = Vec::new();
    let mut numbers = BTreeMap::new();
    for (section, rules) in SECTIONS {
        for (name, allowed) in rules {
            let key = format!("{section}.{name}");
            let value: Value = merged.get(&key).map_err(|error| Problem::unreadable(&error.to_string()))?;
            if !allowed.admits(&value.kind) {
                problems.push(Problem::not_allowed(&key, &allowed.shown(&value.kind), origins.of(&key), &allowed.in_words()));
            } else if let ValueKind::I64(number) = value.kind {
                numbers.insert(key, number);
            }
        }
    }
    for (smaller, larger) in [
        ("graphql.page_default", "graphql.page_max"),
        ("auth.refresh_token_days", "auth.session_days"),
        ("mail.smtp_timeout_seconds", "mail.lease_seconds"),
    ] {
        if let (Some(small), Some(large)) = (numbers.get(smaller), numbers.get(larger))
            && small > large
        {
            let allowed = format!("at most {larger}, which is {large} (from {})", origins.of(larger));
            problems.push(Problem::not_allowed(smaller, &small.to_string(), origins.of(smaller), &allowed));
        }
    }
    Problems::none_or_all(problems)
}

impl Allowed {
    fn admits(&self, value: &ValueKind) -> bool {
        match (self, value) {
            (Self::Number(range), ValueKind::I64(number)) => u32::try_from(*number).is_ok_and(|number| range.contains(&number)),
            (Self::Switch, ValueKind::Boolean(_)) => true,
            (Self::OneOf(words), ValueKind::String(text)) => words.contains(&text.as_str()),
            (Self::Text(check, _) | Self::Secret(check, _), ValueKind::String(text)) => check(text),
            (Self::Texts(check, _), ValueKind::Array(items)) => {
                items.iter().all(|item| matches!(&item.kind, ValueKind::String(text) if check(text)))
            }
            _ => false,
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Number(range) => format!("a whole number from {} to {}", range.start(), range.end()),
            Self::Switch => "true or false".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Text(_, words) | Self::Secret(_, words) => (*words).to_owned(),
            Self::Texts(_, words) => format!("a list, each {words}"),
        }
    }

    fn shown(&self, value: &ValueKind) -> String {
        match value {
            _ if matches!(self, Self::Secret(..)) => "(not shown)".to_owned(),
            ValueKind::String(text) => format!("{text:?}"),
            ValueKind::Array(items) => format!("[{}]", items.iter().map(|item| self.shown(&item.kind)).collect::<Vec<_>>().join(", ")),
            ValueKind::Table(_) => "(a table)".to_owned(),
            other => other.to_string(),
        }
    }
}

/// Any text, the empty one too.
pub(super) fn any(_: &str) -> bool {
    true
}

/// Anything but the empty text.
pub(super) fn some(text: &str) -> bool {
    !text.trim().is_empty()
}

#[cfg(test)]
pub(super) fn keys() -> Vec<String> {
    SECTIONS.iter().flat_map(|(section, rules)| rules.iter().map(move |(name, _)| format!("{section}.{name}"))).collect()
}
