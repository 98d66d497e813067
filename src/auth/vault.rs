//! Bank details at rest: sealed by an authenticated cipher under a key that the database does not hold (promise P26).

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Purpose, derive};
use crate::config::secrets::{Secret, SigningKey};
use crate::domain::bank::Bank;
use crate::domain::payouts::Details;
use crate::domain::random::Random;

/// The form of what is sealed, so that another cipher can take over one day.
const FORM: u8 = 1;
/// Long enough to be drawn at random for every seal.
const NONCE: usize = 24;

/// Seals and opens bank details.
#[derive(Clone)]
pub struct Vault {
    key: Secret<[u8; 32]>,
}

/// The bytes are not details that this server sealed for this partner: another signing key, another partner, or somebody changed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bank details cannot be opened: the signing key was changed, or the database was")]
pub struct NotOurs;

impl Vault {
    /// Under a key of its own, derived from the signing key.
    #[must_use]
    pub fn new(key: &SigningKey) -> Self {
        Self { key: Secret::new(derive(key, Purpose::BankDetails)) }
    }

    /// Seals details for a partner: moved to another partner's row, they cannot be opened.
    ///
    /// # Errors
    /// [`NotOurs`] where they cannot be written; not for details as the domain makes them.
    pub fn seal(&self, details: &Details, partner: i64, random: &dyn Random) -> Result<Vec<u8>, NotOurs> {
        self.close(details, &partner.to_be_bytes(), random)
    }

    /// Opens what was sealed for a partner.
    ///
    /// # Errors
    /// [`NotOurs`]
    pub fn open(&self, sealed: &[u8], partner: i64) -> Result<Details, NotOurs> {
        self.read(sealed, &partner.to_be_bytes())
    }

    /// Seals the bank of a profile for an account, as [`Vault::seal`] does for a partner; neither opens as the other.
    ///
    /// # Errors
    /// [`NotOurs`] where it cannot be written.
    pub fn seal_bank(&self, bank: &Bank, account: i64, random: &dyn Random) -> Result<Vec<u8>, NotOurs> {
        self.close(bank, &of_account(account), random)
    }

    /// Opens the bank that was sealed for an account.
    ///
    /// # Errors
    /// [`NotOurs`]
    pub fn open_bank(&self, sealed: &[u8], account: i64) -> Result<Bank, NotOurs> {
        self.read(sealed, &of_account(account))
    }

    fn close(&self, plain: &impl Serialize, aad: &[u8], random: &dyn Random) -> Result<Vec<u8>, NotOurs> {
        let plain = serde_json::to_vec(plain).map_err(|_| NotOurs)?;
        let nonce: [u8; NONCE] = random.bytes();
        let sealed = self.cipher().encrypt(&nonce.into(), Payload { msg: &plain, aad }).map_err(|_| NotOurs)?;
        Ok([&[FORM], nonce.as_slice(), &sealed].concat())
    }

    fn read<T: DeserializeOwned>(&self, sealed: &[u8], aad: &[u8]) -> Result<T, NotOurs> {
        let (form, rest) = sealed.split_first().ok_or(NotOurs)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().filter(|_| *form == FORM).ok_or(NotOurs)?;
        let plain = self.cipher().decrypt(&(*nonce).into(), Payload { msg: sealed, aad }).map_err(|_| NotOurs)?;
        serde_json::from_slice(&plain).map_err(|_| NotOurs)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose().into())
    }
}

/// Another length than a partner's, so that one never stands for the other.
fn of_account(account: i64) -> Vec<u8> {
    [b"account ".as_slice(), &account.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
        }
    }

    #[test]
    fn what_is_sealed_opens_for_its_partner_only_and_every_changed_bit_is_noticed() {
        let (vault, random) = (Vault::new(&Secret::new([7; 32])), Counting(AtomicU8::new(0)));
        let details = Details::BankCard { card_number: "5200000000007312".to_owned() };
        let sealed = vault.seal(&details, 9, &random).unwrap();
        assert_eq!(vault.open(&sealed, 9).unwrap(), details);
        assert_ne!(vault.seal(&details, 9, &random).unwrap(), sealed, "every seal has a nonce of its own");
        assert!(!sealed.windows(4).any(|part| part == b"5200" || part == b"7312"));
        assert_eq!(vault.open(&sealed, 10).unwrap_err(), NotOurs);
        assert_eq!(Vault::new(&Secret::new([8; 32])).open(&sealed, 9).unwrap_err(), NotOurs);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open(&changed, 9).unwrap_err(), NotOurs, "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(vault.open(&sealed[..length], 9).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_bank_opens_for_its_account_and_not_for_the_partner_with_the_same_number() {
        let (vault, random) = (Vault::new(&Secret::new([7; 32])), Counting(AtomicU8::new(0)));
        let bank = Bank { account_number: Some("40817810570000123456".to_owned()), ..Bank::default() };
        let sealed = vault.seal_bank(&bank, 9, &random).unwrap();
        assert_eq!(vault.open_bank(&sealed, 9), Ok(bank));
        assert_eq!((vault.open_bank(&sealed, 10), vault.open(&sealed, 9)), (Err(NotOurs), Err(NotOurs)));
    }
}
