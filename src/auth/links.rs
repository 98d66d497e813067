//! The secrets of links that are mailed: random, used once, stored as hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::config::secrets::Secret;
use crate::domain::random::Random;

/// A fresh secret, 256 random bits in base64url, and the form in which it is stored.
#[must_use]
pub fn link_token(random: &dyn Random) -> (Secret<String>, [u8; 32]) {
    let text = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
    let hash = hash_link_token(&text);
    (Secret::new(text), hash)
}

/// The form in which a secret is stored. Fast is enough: there is nothing to guess in 256 random bits.
#[must_use]
pub fn hash_link_token(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
