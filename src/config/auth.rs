//! `[auth]`: tokens, sessions, password hashes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, any, some};
use super::secrets::{Secret, is_key_or_empty};

/// Settings of sign-in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// `iss` of the tokens; empty when it is the public URL or, without one, "upline".
    pub issuer: String,
    /// `aud` of the tokens.
    pub audience: String,
    /// The signing key in base64; empty when it stands in a file. Read it by [`super::secrets::signing_key`].
    pub signing_key: Secret<String>,
    /// The file of the signing key; empty when it is the one beside the database.
    pub secret_file: PathBuf,
    /// Life of an access token.
    pub access_token_minutes: u32,
    /// Life of a refresh token.
    pub refresh_token_days: u32,
    /// Life of a session, refreshed or not.
    pub session_days: u32,
    /// Sessions an account may have.
    pub sessions_per_account: u32,
    /// Argon2id's memory.
    pub argon2_memory_kib: u32,
    /// Argon2id's passes.
    pub argon2_iterations: u32,
    /// Argon2id's lanes.
    pub argon2_parallelism: u32,
    /// Hashes computed at a time.
    pub concurrent_hashes: u32,
    /// Hashes waiting for their turn; one more is told to come back.
    pub waiting_hashes: u32,
    /// Wrong tries of a password before it is locked.
    pub tries: u32,
    /// For how long, and within how long the tries count.
    pub lock_minutes: u32,
    /// Wrong passwords from one address.
    pub address_tries: u32,
    /// Sign-ups from one address.
    pub address_sign_ups: u32,
    /// Requests for mails from one address.
    pub address_requests: u32,
    /// Useless links from one address.
    pub address_links: u32,
    /// Within how long these count.
    pub address_minutes: u32,
    /// Life of the link to a new password.
    pub reset_minutes: u32,
    /// Life of the link that confirms an address.
    pub verification_hours: u32,
    /// Mails of one kind that an account may ask for.
    pub mails_per_hour: u32,
    /// Whether members sign in with a confirmed address only.
    pub verify_before_sign_in: bool,
    /// Whether members become partners with a confirmed address only.
    pub verify_before_joining: bool,
    /// How soon after its use a refresh token may come again without ending the session.
    pub refresh_overlap_seconds: u32,
    /// Whether who signs up without a user name gets one.
    pub generated_usernames: bool,
}

pub(super) const RULES: &[Rule] = &[
    ("issuer", Allowed::Text(any, "a text")),
    ("audience", Allowed::Text(some, "a text that is not empty")),
    ("signing_key", Allowed::Secret(is_key_or_empty, "32 bytes in base64 (`openssl rand -base64 32`), or empty")),
    ("secret_file", Allowed::Text(any, "a file, or empty")),
    ("access_token_minutes", Allowed::Number(1..=60)),
    ("refresh_token_days", Allowed::Number(1..=365)),
    ("session_days", Allowed::Number(1..=730)),
    ("sessions_per_account", Allowed::Number(1..=1000)),
    ("argon2_memory_kib", Allowed::Number(8192..=1_048_576)),
    ("argon2_iterations", Allowed::Number(1..=20)),
    ("argon2_parallelism", Allowed::Number(1..=16)),
    ("concurrent_hashes", Allowed::Number(1..=64)),
    ("waiting_hashes", Allowed::Number(0..=10_000)),
    ("tries", Allowed::Number(1..=100)),
    ("lock_minutes", Allowed::Number(1..=1440)),
    ("address_tries", Allowed::Number(1..=1_000_000)),
    ("address_sign_ups", Allowed::Number(1..=1_000_000)),
    ("address_requests", Allowed::Number(1..=1_000_000)),
    ("address_links", Allowed::Number(1..=1_000_000)),
    ("address_minutes", Allowed::Number(1..=1440)),
    ("reset_minutes", Allowed::Number(5..=1440)),
    ("verification_hours", Allowed::Number(1..=720)),
    ("mails_per_hour", Allowed::Number(1..=60)),
    ("verify_before_sign_in", Allowed::Switch),
    ("verify_before_joining", Allowed::Switch),
    ("refresh_overlap_seconds", Allowed::Number(0..=60)),
    ("generated_usernames", Allowed::Switch),
];
