//! `[mail]`: how mails leave, and what they say.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, any, some};
use super::secrets::Secret;
use super::server::is_origin;
use crate::domain::accounts::check_email;

/// Settings of mails.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `folder`, `smtp` or `off`.
    pub delivery: String,
    /// Where files go; empty: `mails` beside the embedded database.
    pub folder: PathBuf,
    /// What the company calls the product.
    pub product: String,
    /// The front end's address; empty when it is that of the server.
    pub link_base: String,
    /// Whom mails come from.
    pub from_address: String,
    /// The SMTP server.
    pub smtp_host: String,
    /// Its port.
    pub smtp_port: u32,
    /// `starttls`, `tls` or `none`.
    pub smtp_tls: String,
    /// Certificates of authorities of the company's own, in PEM; empty: none.
    pub smtp_ca: PathBuf,
    /// Who signs in there; empty: nobody.
    pub smtp_username: String,
    /// With what.
    pub smtp_password: Secret<String>,
    /// How long the server may take to answer.
    pub smtp_timeout_seconds: u32,
    /// Between two looks at what waits.
    pub pause_seconds: u32,
    /// Mails sent in one go.
    pub batch_mails: u32,
    /// How long one process has a mail to itself.
    pub lease_seconds: u32,
    /// How often a mail is tried.
    pub attempts: u32,
    /// Between the first two tries.
    pub retry_seconds: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("delivery", Allowed::OneOf(&["folder", "smtp", "off"])),
    ("folder", Allowed::Text(any, "a folder, or empty")),
    ("product", Allowed::Text(is_one_line, "a text of 1 to 50 characters in one line")),
    (
        "link_base",
        Allowed::Text(is_base_or_empty, "http:// or https:// with a host and perhaps a path, without a slash at its end, or empty"),
    ),
    ("from_address", Allowed::Text(is_address, "an e-mail address")),
    ("smtp_host", Allowed::Text(some, "a host")),
    ("smtp_port", Allowed::Number(1..=65_535)),
    ("smtp_tls", Allowed::OneOf(&["starttls", "tls", "none"])),
    ("smtp_ca", Allowed::Text(any, "a PEM file, or empty")),
    ("smtp_username", Allowed::Text(any, "a text, or empty")),
    ("smtp_password", Allowed::Secret(any, "a text, or empty")),
    ("smtp_timeout_seconds", Allowed::Number(1..=300)),
    ("pause_seconds", Allowed::Number(1..=3600)),
    ("batch_mails", Allowed::Number(1..=1000)),
    ("lease_seconds", Allowed::Number(2..=3600)),
    ("attempts", Allowed::Number(1..=50)),
    ("retry_seconds", Allowed::Number(1..=3600)),
];

impl Mail {
    /// [`Mail::smtp_timeout_seconds`] as a duration.
    #[must_use]
    pub const fn smtp_timeout(&self) -> Duration {
        Duration::from_secs(self.smtp_timeout_seconds as u64)
    }

    /// [`Mail::pause_seconds`] as a duration.
    #[must_use]
    pub const fn pause(&self) -> Duration {
        Duration::from_secs(self.pause_seconds as u64)
    }
}

fn is_one_line(text: &str) -> bool {
    (1..=50).contains(&text.chars().count()) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn is_address(text: &str) -> bool {
    check_email(text).is_ok()
}

fn is_base_or_empty(text: &str) -> bool {
    let after_scheme = text.find("://").map_or(text.len(), |at| at + 3);
    let (origin, path) = text.split_at(text.get(after_scheme..).and_then(|rest| rest.find('/')).map_or(text.len(), |at| after_scheme + at));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.is_empty() || (is_origin(origin) && !path.ends_with('/') && path.bytes().all(plain))
}
