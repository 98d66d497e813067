//! The keys of applications: random, shown once, stored as hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::keys::keyed_hash;
use crate::config::secrets::Secret;

/// What keys begin with, so that nobody takes one for an access token and a scanner of source texts finds those that were left lying about.
const PREFIX: &str = "upk_";

/// The key of a seed: 47 characters of the alphabet of base64url. The same for the same seed, so that a repeated request can be answered without the key
/// being kept anywhere.
#[must_use]
pub fn make(key: &[u8; 32], seed: &[u8; 32]) -> Secret<String> {
    Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(keyed_hash(key, seed))))
}

/// The form in which a key is stored; `None` for what is no key. Fast is enough: there is nothing to guess in 256 random bits.
#[must_use]
pub fn hash(text: &str) -> Option<[u8; 32]> {
    text.starts_with(PREFIX).then(|| Sha256::digest(text.as_bytes()).into())
}
