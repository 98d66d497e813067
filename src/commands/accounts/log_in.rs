//! logIn

use super::session::{self, SignedIn};
use crate::auth::passwords::Verdict;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::AccountStatus;
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
}

/// Opens a session. Unknown users, wrong passwords and closed accounts get one answer, after one hash.
///
/// # Errors
/// [`Refusal`]: `TooManyTries`, `WrongCredentials`, `Busy`.
pub async fn log_in(services: &Services, input: &LogIn) -> Result<SignedIn, Error> {
    let found = accounts::credentials(services.database.reader(), Login::Typed(&input.login)).await?;
    let (account, stored) = match found {
        Some(found) => (Some((found.account_id, found.status)), found.password_hash),
        None => (None, None),
    };
    // By name or by address, it is one password.
    let subject = account.map_or_else(|| format!("login:{}", input.login), |(account_id, _)| format!("account:{account_id}"));
    let verdict = tries::check(services, Guarded::SignIn(&subject), &input.password, stored.clone()).await?;
    let (Some((account_id, AccountStatus::Active)), Some(old)) = (account, stored) else {
        return Err(Refusal::WrongCredentials.into());
    };
    let new = match verdict {
        Verdict::Wrong => return Err(Refusal::WrongCredentials.into()),
        Verdict::Right => None,
        Verdict::Outdated { hash } => Some(hash),
    };
    in_transaction!(services.database, |transaction| open(services, &transaction, account_id, (&old, new.as_deref())).await)
}

/// The password is looked at again in the transaction: it may have been changed, or the account closed, while the hash was computed.
async fn open(services: &Services, transaction: &Transaction, account_id: i64, hashes: (&str, Option<&str>)) -> Result<SignedIn, Error> {
    let unchanged = match hashes {
        (old, None) => accounts::hold_password(transaction, account_id, old).await?,
        (old, Some(new)) => accounts::replace_password(transaction, account_id, old, new).await?,
    };
    if !unchanged {
        return Err(Refusal::WrongCredentials.into());
    }
    session::open(services, transaction, account_id, services.now()).await
}
