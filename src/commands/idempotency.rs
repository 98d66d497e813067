//! Acts that a client may repeat: one effect, one answer (promise P05).

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, Services};
use crate::auth::keys::keyed_hash;
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::idempotency::{self, Claim, Key};

/// A request that may carry an idempotency key. Without one every step is passed over.
pub(super) struct Repeatable(Option<Keyed>);

struct Keyed {
    principal: String,
    operation: &'static str,
    key: String,
    request: [u8; 32],
}

impl Repeatable {
    /// The request of somebody (`account:17`, `anonymous:anna`) for an act; `input` is all that makes one request differ from another.
    pub fn new(
        services: &Services,
        principal: String,
        operation: &'static str,
        key: Option<&str>,
        input: &impl Serialize,
    ) -> Result<Self, Error> {
        let Some(key) = key else { return Ok(Self(None)) };
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::InvalidIdempotencyKey.into());
        }
        let request = keyed_hash(services.request_key.expose(), &serde_json::to_vec(input)?);
        Ok(Self(Some(Keyed { principal, operation, key: key.to_owned(), request })))
    }

    /// What came of the same request before, or `None`: it is to be done in this transaction.
    pub async fn claim<T: DeserializeOwned>(&self, transaction: &Transaction, now: Instant) -> Result<Option<T>, Error> {
        let Some(keyed) = &self.0 else { return Ok(None) };
        match idempotency::claim(transaction, keyed.key(), &keyed.request, now).await? {
            Claim::Fresh => Ok(None),
            Claim::Done(outcome) => Ok(Some(serde_json::from_str(&outcome)?)),
            Claim::Conflict => Err(Refusal::IdempotencyConflict.into()),
        }
    }

    /// What came of the same request before, looked up ahead of what a repetition need not pass again: a password may have been changed meanwhile.
    pub async fn done<T: DeserializeOwned>(&self, services: &Services) -> Result<Option<T>, Error> {
        let Some(keyed) = &self.0 else { return Ok(None) };
        let outcome = idempotency::done(services.database.reader(), keyed.key(), &keyed.request).await?;
        Ok(outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?)
    }

    /// Stores what came of it.
    pub async fn settle(&self, transaction: &Transaction, outcome: &impl Serialize) -> Result<(), Error> {
        let Some(keyed) = &self.0 else { return Ok(()) };
        Ok(idempotency::settle(transaction, keyed.key(), &serde_json::to_string(outcome)?).await?)
    }
}

impl Keyed {
    fn key(&self) -> Key<'_> {
        Key { principal: &self.principal, operation: self.operation, key: &self.key }
    }
}
