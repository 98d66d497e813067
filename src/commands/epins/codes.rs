//! Codes of e-pins: how they are made, hashed, looked for and guarded against guessing (promise P06).

use crate::auth::keys::keyed_hash;
use crate::commands::powers::forbid_own_pin;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::amount::Amount;
use crate::domain::epins::{Epin, read_code, write_code};
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::epin_changes::{self, NewCode};
use crate::store::epins;

/// A code from a seed: the same for the same seed, so that a repeated request can be answered without the code being kept anywhere.
pub(super) fn make(services: &Services, seed: &[u8; 16], index: u32) -> Secret<String> {
    let message = [b"make".as_slice(), seed, &index.to_be_bytes()].concat();
    let hash = keyed_hash(services.epin_key.expose(), &message);
    let mut bits = [0; 10];
    bits.copy_from_slice(&hash[..10]);
    Secret::new(write_code(bits))
}

/// A code as it is stored: its keyed hash, and its ending.
pub(super) fn stored(services: &Services, code: &Secret<String>) -> Option<NewCode> {
    let code = read_code(code.expose())?;
    let ending = code.get(code.len() - 4..)?.to_owned();
    Some((keyed_hash(services.epin_key.expose(), format!("code{code}").as_bytes()), ending))
}

/// Gives a pin the code of a seed, which is given back; the one that it had is worth nothing from then on.
pub(super) async fn renew(services: &Services, transaction: &Transaction, pin: i64, seed: &[u8; 16]) -> Result<Secret<String>, Error> {
    let code = make(services, seed, 0);
    let new = stored(services, &code).ok_or_else(|| Error::Internal("a code was made that is none".to_owned()))?;
    epin_changes::set_code(transaction, pin, new).await?;
    Ok(code)
}

/// Who shows a code: wrong ones are counted for each.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) enum Guesser<'a> {
    /// An account that is signed in.
    Account(i64),
    /// Somebody who signs up under this name.
    Visitor(&'a str),
}

impl Guesser<'_> {
    /// The account, 0 for visitors: all of them together are one stranger to a wallet.
    pub fn account_id(self) -> i64 {
        match self {
            Self::Account(account) => account,
            Self::Visitor(_) => 0,
        }
    }
}

/// The hash of a code that a pin has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct KnownCode([u8; 32]);

/// Makes sure that a pin has this code; unknown codes are counted, and too many lock whoever shows them out for a while.
pub(in crate::commands) async fn known(services: &Services, who: Guesser<'_>, code: &Secret<String>) -> Result<KnownCode, Error> {
    let what = match who {
        Guesser::Account(account) => Guarded::Epin(account),
        Guesser::Visitor(name) => Guarded::EpinOfVisitor(name),
    };
    let hash = stored(services, code).map(|(hash, _)| hash);
    let look = async {
        Ok(match hash {
            Some(hash) => epins::exists(services.database.reader(), &hash).await?.then_some(KnownCode(hash)),
            None => None,
        })
    };
    tries::look(services, what, look).await?.ok_or_else(|| Refusal::EpinUnknown.into())
}

/// Takes from the pin that has the code still, if `user` may use it, the whole of it where no amount is named; gives the pin as it was and what was taken.
/// The journal is the caller's.
pub(in crate::commands) async fn take(
    services: &Services,
    transaction: &Transaction,
    code: KnownCode,
    user: Option<i64>,
    amount: Option<Amount>,
) -> Result<(Epin, Amount), Error> {
    let pin = epins::hold_by_code(transaction, &code.0).await?.ok_or(Refusal::EpinUnknown)?;
    if let Some(user) = user {
        forbid_own_pin(transaction, pin.batch_id, user).await?;
    }
    let amount = amount.unwrap_or(pin.remaining);
    pin.check(user, amount, services.now())?;
    if !epin_changes::take(transaction, pin.id, amount).await? {
        return Err(Error::Internal(format!("e-pin {} was held and changed all the same", pin.id)));
    }
    Ok((pin, amount))
}
