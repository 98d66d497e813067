//! Keys with one purpose each, derived from the signing key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::secrets::SigningKey;

/// What a derived key is for: a text signed for one purpose says nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing access tokens.
    AccessTokens,
    /// Hashing requests that carry an idempotency key: they may hold passwords, so a bare hash could be guessed from a stolen database.
    IdempotentRequests,
    /// Sealing bank details at rest.
    BankDetails,
    /// Making and hashing the codes of e-pins.
    EpinCodes,
    /// Sealing the banks of profiles.
    Profiles,
    /// Sealing mails that wait.
    Mails,
    /// Hashing who follows a link: the key of which the keys of days are made.
    Visitors,
    /// Sealing identity documents at rest.
    IdentityDocuments,
    /// Making the keys of applications.
    ApplicationKeys,
}

/// The key for one purpose: HMAC-SHA-256 of the purpose's name under the signing key (the expand step of RFC 5869 with one block).
#[must_use]
pub fn derive(key: &SigningKey, purpose: Purpose) -> [u8; 32] {
    let name: &[u8] = match purpose {
        Purpose::AccessTokens => b"upline access tokens 1\x01",
        Purpose::IdempotentRequests => b"upline idempotent requests 1\x01",
        Purpose::BankDetails => b"upline bank details 1\x01",
        Purpose::EpinCodes => b"upline e-pin codes 1\x01",
        Purpose::Profiles => b"upline profiles 1\x01",
        Purpose::Mails => b"upline mails 1\x01",
        Purpose::Visitors => b"upline visitors 1\x01",
        Purpose::IdentityDocuments => b"upline identity documents 1\x01",
        Purpose::ApplicationKeys => b"upline application keys 1\x01",
    };
    keyed_hash(key.expose(), name)
}

/// HMAC-SHA-256.
#[must_use]
pub fn keyed_hash(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length; its constructor's error is for other algorithms.
    Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message).finalize().into_bytes().into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::secrets::Secret;

    #[test]
    fn each_purpose_has_its_own_key() {
        let signing = Secret::new([7; 32]);
        let purposes = [
            Purpose::AccessTokens,
            Purpose::IdempotentRequests,
            Purpose::BankDetails,
            Purpose::EpinCodes,
            Purpose::Profiles,
            Purpose::Mails,
            Purpose::Visitors,
            Purpose::IdentityDocuments,
            Purpose::ApplicationKeys,
        ];
        let keys = purposes.map(|purpose| derive(&signing, purpose));
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), purposes.len());
        assert!(!keys.contains(&[7; 32]) && !keys.contains(&[0; 32]));
        assert_ne!(keys[0], derive(&Secret::new([8; 32]), Purpose::AccessTokens));
    }
}
