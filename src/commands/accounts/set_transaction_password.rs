//! setTransactionPassword

use crate::auth::passwords::Verdict;
use crate::auth::principal::Principal;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::check_transaction_password;
use crate::domain::refusal::Refusal;
use crate::events::TransactionPasswordChanged;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;

/// The secret that spending needs.
#[derive(Clone, Debug)]
pub struct SetTransactionPassword {
    /// The present transaction password; while none is set, the password for signing in.
    pub present: Secret<String>,
    /// The new one.
    pub new: Secret<String>,
}

/// Sets or changes the caller's transaction password.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `WeakTransactionPassword`, `TooManyTries`, `WrongPassword` (the first time), `WrongTransactionPassword`,
/// `Busy`.
pub async fn set_transaction_password(services: &Services, principal: &Principal, input: &SetTransactionPassword) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let (account_id, reader) = (caller.account_id, services.database.reader());
    check_transaction_password(input.new.expose())?;
    let login = accounts::credentials(reader, Login::Account(account_id)).await?.ok_or(Error::Unauthenticated)?.password_hash;
    let old = accounts::transaction_password(reader, account_id).await?;
    let (what, stored, wrong) = match &old {
        Some(old) => (Guarded::TransactionPassword(account_id), Some(old.clone()), Refusal::WrongTransactionPassword),
        None => (Guarded::Password(account_id), login.clone(), Refusal::WrongPassword),
    };
    if tries::check(services, what, &input.present, stored).await? == Verdict::Wrong {
        return Err(wrong.into());
    }
    if services.passwords.check(input.new.expose().clone(), login).await? != Verdict::Wrong {
        return Err(Refusal::WeakTransactionPassword.into());
    }
    let new = services.passwords.hash(input.new.expose().clone()).await?;
    in_transaction!(services.database, |transaction| write(services, &transaction, account_id, (old.as_deref(), &new), &wrong).await)?;
    services.wake();
    Ok(())
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    account_id: i64,
    (old, new): (Option<&str>, &str),
    wrong: &Refusal,
) -> Result<(), Error> {
    if !accounts::replace_transaction_password(transaction, account_id, old, new).await? {
        return Err(wrong.clone().into());
    }
    events::append(transaction, &TransactionPasswordChanged { account: account_id }.into(), services.now()).await?;
    Ok(())
}
