//! changePassword

use crate::auth::passwords::Verdict;
use crate::auth::principal::{Caller, Principal};
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::check_password;
use crate::domain::refusal::Refusal;
use crate::events::PasswordChanged;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};
use crate::store::sessions::SessionEnd;
use crate::store::{account_changes, events, sessions};

/// A change of the own password.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The present password.
    pub present: Secret<String>,
    /// The new one.
    pub new: Secret<String>,
}

/// Changes the caller's password and ends the account's other sessions.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `WeakPassword`, `TooManyTries`, `WrongPassword`, `Busy`.
pub async fn change_password(services: &Services, principal: &Principal, input: &ChangePassword) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let found = accounts::credentials(services.database.reader(), Login::Account(caller.account_id)).await?;
    let found = found.ok_or(Error::Unauthenticated)?;
    check_password(input.new.expose(), &found.username, found.email.as_deref())?;
    let old = found.password_hash.ok_or(Refusal::WrongPassword)?;
    if tries::check(services, Guarded::Password(caller.account_id), &input.present, Some(old.clone())).await? == Verdict::Wrong {
        return Err(Refusal::WrongPassword.into());
    }
    let spending = accounts::transaction_password(services.database.reader(), caller.account_id).await?;
    if services.passwords.check(input.new.expose().clone(), spending).await? != Verdict::Wrong {
        return Err(Refusal::WeakPassword.into());
    }
    let new = services.passwords.hash(input.new.expose().clone()).await?;
    in_transaction!(services.database, |transaction| write(services, &transaction, caller, (&old, &new)).await)?;
    services.wake();
    Ok(())
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, (old, new): (&str, &str)) -> Result<(), Error> {
    let now = services.now();
    if !accounts::replace_password(transaction, caller.account_id, old, new).await? {
        return Err(Refusal::WrongPassword.into());
    }
    sessions::end_others(transaction, caller.account_id, Some(&caller.sid), SessionEnd::PasswordChanged, now).await?;
    account_changes::void_links(transaction, caller.account_id, now).await?;
    events::append(transaction, &PasswordChanged { account: caller.account_id }.into(), now).await?;
    Ok(())
}
