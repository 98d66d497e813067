//! logIn

use super::session::{self, SignedIn};
use super::verify_email::is_unproven;
use crate::auth::passwords::Verdict;
use crate::commands::throttle::{self, Knock};
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::AccountStatus;
use crate::domain::clients::Client;
use crate::domain::refusal::Refusal;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};

/// Who signs in.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// User name or e-mail address, in any case.
    pub login: String,
    /// The password.
    pub password: Secret<String>,
    /// Where the call comes from.
    pub client: Client,
}

/// Opens a session. Unknown users, wrong passwords and accounts without one get one answer, after one hash; that an account is blocked, or must prove its
/// address first, hears who knows the password. Wrong passwords count for the account and for the address they come from.
///
/// # Errors
/// [`Refusal`]: `TooManyTries`, `WrongCredentials`, `AccountBlocked`, `EmailNotVerified`, `Busy`.
pub async fn log_in(services: &Services, input: &LogIn) -> Result<SignedIn, Error> {
    let counted = throttle::count(services, Knock::SignIn, &input.client).await?;
    let outcome = sign_in(services, input).await;
    if !matches!(outcome, Err(Error::Refused(Refusal::WrongCredentials | Refusal::TooManyTries { .. }))) {
        counted.take_back(services).await?;
    }
    outcome
}

async fn sign_in(services: &Services, input: &LogIn) -> Result<SignedIn, Error> {
    let found = accounts::credentials(services.database.reader(), Login::Typed(&input.login)).await?;
    // By name or by address, it is one password.
    let subject = found.as_ref().map_or_else(|| format!("login:{}", input.login), |found| format!("account:{}", found.account_id));
    let stored = found.as_ref().and_then(|found| found.password_hash.clone());
    let verdict = tries::check(services, Guarded::SignIn(&subject), &input.password, stored.clone()).await?;
    let (Some(found), Some(old)) = (found, stored) else { return Err(Refusal::WrongCredentials.into()) };
    let new = match verdict {
        Verdict::Wrong => return Err(Refusal::WrongCredentials.into()),
        Verdict::Right => None,
        Verdict::Outdated { hash } => Some(hash),
    };
    match found.status {
        AccountStatus::Active if services.proof.before_sign_in && is_unproven(&found) => return Err(Refusal::EmailNotVerified.into()),
        AccountStatus::Active => {}
        AccountStatus::Blocked => return Err(Refusal::AccountBlocked.into()),
        AccountStatus::Dormant => return Err(Refusal::WrongCredentials.into()),
    }
    let id = found.account_id;
    in_transaction!(services.database, |transaction| open(services, &transaction, id, (&old, new.as_deref()), &input.client).await)
}

/// The password is looked at again in the transaction: it may have been changed, or the account closed, while the hash was computed.
async fn open(
    services: &Services,
    transaction: &Transaction,
    account_id: i64,
    hashes: (&str, Option<&str>),
    client: &Client,
) -> Result<SignedIn, Error> {
    let unchanged = match hashes {
        (old, None) => accounts::hold_password(transaction, account_id, old).await?,
        (old, Some(new)) => accounts::replace_password(transaction, account_id, old, new).await?,
    };
    if !unchanged {
        return Err(Refusal::WrongCredentials.into());
    }
    session::open(services, transaction, account_id, client, services.now()).await
}
