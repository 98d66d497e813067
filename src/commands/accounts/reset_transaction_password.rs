//! resetTransactionPassword

use super::reset_password::Reset;
use crate::auth::passwords::Verdict;
use crate::commands::mails;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::domain::accounts::check_transaction_password;
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::events::TransactionPasswordChanged;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{account_changes, events, mailed_links};

/// Sets a new transaction password by a mailed link, which is used up with those before it; wrong tries are forgotten. Open to whoever has the link.
///
/// # Errors
/// [`Refusal`], looked for in this order: `TooManyTries`, from one address; `LinkInvalid`, `WeakTransactionPassword`, `Busy`.
pub async fn reset_transaction_password(services: &Services, input: &Reset) -> Result<(), Error> {
    let (hash, account_id) = mails::find(services, MailKind::TransactionPasswordReset, &input.token, &input.client).await?;
    check_transaction_password(input.new.expose())?;
    let login = accounts::credentials(services.database.reader(), Login::Account(account_id)).await?.ok_or(Refusal::LinkInvalid)?;
    if services.passwords.check(input.new.expose().clone(), login.password_hash).await? != Verdict::Wrong {
        return Err(Refusal::WeakTransactionPassword.into());
    }
    let new = services.passwords.hash(input.new.expose().clone()).await?;
    in_transaction!(services.database, |transaction| write(services, &transaction, account_id, (&hash, &new)).await)?;
    services.wake();
    Ok(())
}

async fn write(services: &Services, transaction: &Transaction, account_id: i64, (hash, new): (&[u8; 32], &str)) -> Result<(), Error> {
    let (now, kind) = (services.now(), MailKind::TransactionPasswordReset);
    if !mailed_links::use_up(transaction, kind, hash, now).await?
        || !account_changes::reset_transaction_password(transaction, account_id, new).await?
    {
        return Err(Refusal::LinkInvalid.into());
    }
    mailed_links::void(transaction, account_id, Some(kind), now).await?;
    tries::forget(services, transaction, Guarded::TransactionPassword(account_id)).await?;
    Ok(events::append(transaction, &TransactionPasswordChanged { account: account_id }.into(), now).await?)
}
