//! updatePersonal, updateContact, updateBank: people tell who they are, how to reach them, and where their bank is.

mod bank;
mod contact;
mod personal;

use super::{Error, Services};
use crate::auth::principal::Principal;
use crate::domain::bank::BankChange;
use crate::domain::instant::Instant;
use crate::domain::profiles::{ContactChange, PersonalChange, Profile};
use crate::events::ProfileChanged;
use crate::store::account_changes::{self, Reach};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, profiles};

/// What shall become of a profile: those parts that are given.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    /// Name, gender and date of birth.
    pub personal: Option<PersonalChange>,
    /// The ways to reach the person.
    pub contact: Option<ContactChange>,
    /// The bank.
    pub bank: Option<BankChange>,
}

/// Changes the caller's profile, all given parts of it or nothing, and gives the account's key.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal): `InvalidDateOfBirth`, `TooYoung`, `CountryUnknown`, `StateUnknown`,
/// `InvalidEmail`, `InvalidPhone`, `EmailTaken`, `InvalidProfile`.
pub async fn update_profile(services: &Services, principal: &Principal, change: &ProfileChange) -> Result<i64, Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    in_transaction!(services.database, |transaction| write(services, &transaction, account, change).await)?;
    services.wake();
    Ok(account)
}

async fn write(services: &Services, transaction: &Transaction, account: i64, change: &ProfileChange) -> Result<(), Error> {
    if let Some(change) = &change.personal {
        personal::write(services, transaction, account, change).await?;
    }
    if let Some(change) = &change.contact {
        contact::write(services, transaction, account, change).await?;
    }
    if let Some(change) = &change.bank {
        bank::write(services, transaction, account, change).await?;
    }
    Ok(())
}

/// The profile of an account that is ACTIVE, held until the transaction ends: changes of one profile come one after the other.
async fn hold(transaction: &Transaction, account: i64) -> Result<(Reach, Profile), Error> {
    let reach = account_changes::hold(transaction, account).await?.ok_or(Error::Unauthenticated)?;
    let profile = profiles::by_accounts(transaction, &[account]).await?.remove(&account);
    Ok((reach, profile.unwrap_or_default()))
}

/// Writes down that a profile was changed.
async fn tell(services: &Services, transaction: &Transaction, account: i64) -> Result<Instant, Error> {
    let now = services.now();
    events::append(transaction, &ProfileChanged { account }.into(), now).await?;
    Ok(now)
}
