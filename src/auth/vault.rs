//! Secrets at rest, such as bank details: sealed by an authenticated cipher under a key that the database does not hold (promise P26).

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Purpose, derive};
use crate::config::secrets::{Secret, SigningKey};
use crate::domain::random::Random;

/// The form of what is sealed, so that another cipher can take over one day.
const FORM: u8 = 1;
/// Long enough to be drawn at random for every seal.
const NONCE: usize = 24;

/// Seals and opens what one purpose needs.
#[derive(Clone)]
pub struct Vault {
    key: Secret<[u8; 32]>,
}

/// The bytes are not what this server sealed for this owner: another signing key, another owner, or somebody changed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is sealed cannot be opened: the signing key was changed, or the database was")]
pub struct NotOurs;

impl Vault {
    /// Under a key of its own, derived from the signing key.
    #[must_use]
    pub fn new(key: &SigningKey, purpose: Purpose) -> Self {
        Self { key: Secret::new(derive(key, purpose)) }
    }

    /// Seals a value for its owner, a partner or an account by the purpose: moved to another owner's row, it cannot be opened.
    ///
    /// # Errors
    /// [`NotOurs`] where it cannot be written; not for values as the domain makes them.
    pub fn seal(&self, value: &impl Serialize, owner: i64, random: &dyn Random) -> Result<Vec<u8>, NotOurs> {
        self.seal_bytes(&serde_json::to_vec(value).map_err(|_| NotOurs)?, owner, random)
    }

    /// Opens what was sealed for an owner.
    ///
    /// # Errors
    /// [`NotOurs`]
    pub fn open<T: DeserializeOwned>(&self, sealed: &[u8], owner: i64) -> Result<T, NotOurs> {
        serde_json::from_slice(&self.open_bytes(sealed, owner)?).map_err(|_| NotOurs)
    }

    /// As [`Vault::seal`], for a file.
    ///
    /// # Errors
    /// [`NotOurs`] for one that is larger than the cipher allows.
    pub fn seal_bytes(&self, plain: &[u8], owner: i64, random: &dyn Random) -> Result<Vec<u8>, NotOurs> {
        let nonce: [u8; NONCE] = random.bytes();
        let payload = Payload { msg: plain, aad: &associated(owner) };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).map_err(|_| NotOurs)?;
        Ok([&[FORM], nonce.as_slice(), &sealed].concat())
    }

    /// As [`Vault::open`], for a file.
    ///
    /// # Errors
    /// [`NotOurs`]
    pub fn open_bytes(&self, sealed: &[u8], owner: i64) -> Result<Vec<u8>, NotOurs> {
        let (form, rest) = sealed.split_first().ok_or(NotOurs)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().filter(|_| *form == FORM).ok_or(NotOurs)?;
        let payload = Payload { msg: sealed, aad: &associated(owner) };
        self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| NotOurs)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose().into())
    }
}

fn associated(owner: i64) -> [u8; 8] {
    owner.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;
    use crate::domain::payouts::Details;

    struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
        }
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_purpose_only_and_every_changed_bit_is_noticed() {
        let (vault, random) = (Vault::new(&Secret::new([7; 32]), Purpose::BankDetails), Counting(AtomicU8::new(0)));
        let details = Details::BankCard { card_number: "5200000000007312".to_owned() };
        let sealed = vault.seal(&details, 9, &random).unwrap();
        assert_eq!(vault.open::<Details>(&sealed, 9).unwrap(), details);
        assert_ne!(vault.seal(&details, 9, &random).unwrap(), sealed, "every seal has a nonce of its own");
        assert!(!sealed.windows(4).any(|part| part == b"5200" || part == b"7312"));
        assert_eq!(vault.open::<Details>(&sealed, 10).unwrap_err(), NotOurs);
        for (key, purpose) in [(8, Purpose::BankDetails), (7, Purpose::Mails), (7, Purpose::Profiles)] {
            assert_eq!(Vault::new(&Secret::new([key; 32]), purpose).open::<Details>(&sealed, 9).unwrap_err(), NotOurs);
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open::<Details>(&changed, 9).unwrap_err(), NotOurs, "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(vault.open::<Details>(&sealed[..length], 9).is_err(), "{length} bytes");
        }
    }
}
