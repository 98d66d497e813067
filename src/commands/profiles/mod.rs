//! updatePersonal, updateContact, updateBank: people tell who they are, how to reach them, and where their bank is.

mod bank;
mod contact;
mod personal;

use super::tries::{self, Guarded};
use super::{Error, Services};
use crate::auth::passwords::Verdict;
use crate::auth::principal::Principal;
use crate::config::secrets::Secret;
use crate::domain::bank::BankChange;
use crate::domain::instant::Instant;
use crate::domain::profiles::{Change, ContactChange, PersonalChange, Profile};
use crate::domain::refusal::Refusal;
use crate::events::ProfileChanged;
use crate::store::account_changes::{self, Reach};
use crate::store::accounts::{self, Login};
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
    /// The caller's password: another e-mail address needs it, as links to new passwords go there.
    pub password: Option<Secret<String>>,
}

/// Changes the caller's profile, all given parts of it or nothing, and gives the account's key.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `TooManyTries` and `WrongPassword` (for another e-mail address), `Busy`, `InvalidDateOfBirth`, `TooYoung`, `CountryUnknown`, `StateUnknown`,
/// `InvalidEmail`, `InvalidPhone`, `EmailTaken`, `InvalidProfile`.
pub async fn update_profile(services: &Services, principal: &Principal, change: &ProfileChange) -> Result<i64, Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    prove(services, account, change).await?;
    in_transaction!(services.database, |transaction| write(services, &transaction, account, change).await)?;
    services.wake();
    Ok(account)
}

/// Who has got hold of a session does not get hold of the account: another address is given by who knows the password.
async fn prove(services: &Services, account: i64, change: &ProfileChange) -> Result<(), Error> {
    let Some(ContactChange { email: Change::To(Some(email)), .. }) = &change.contact else { return Ok(()) };
    let known = accounts::credentials(services.database.reader(), Login::Account(account)).await?.ok_or(Error::Unauthenticated)?;
    if known.email.as_ref() == Some(email) {
        return Ok(());
    }
    let password = change.password.as_ref().ok_or(Refusal::WrongPassword)?;
    match tries::check(services, Guarded::Password(account), password, known.password_hash).await? {
        Verdict::Wrong => Err(Refusal::WrongPassword.into()),
        Verdict::Right | Verdict::Outdated { .. } => Ok(()),
    }
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
