//! resetPassword

use crate::auth::passwords::Verdict;
use crate::commands::mails;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::check_password;
use crate::domain::clients::Client;
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::events::PasswordChanged;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};
use crate::store::sessions::SessionEnd;
use crate::store::{account_changes, events, mailed_links, sessions};

/// Somebody comes back with a link.
#[derive(Clone, Debug)]
pub struct Reset {
    /// The link's secret.
    pub token: Secret<String>,
    /// The new password.
    pub new: Secret<String>,
    /// Where the call comes from.
    pub client: Client,
}

/// Sets a new password by a mailed link, which is used up with those before it: all sessions of the account end, wrong tries are forgotten, and the
/// address is proven. Open to whoever has the link.
///
/// # Errors
/// [`Refusal`], looked for in this order: `TooManyTries`, from one address; `LinkInvalid`, `WeakPassword`, `Busy`.
pub async fn reset_password(services: &Services, input: &Reset) -> Result<(), Error> {
    let (hash, account_id) = mails::find(services, MailKind::PasswordReset, &input.token, &input.client).await?;
    let reader = services.database.reader();
    let found = accounts::credentials(reader, Login::Account(account_id)).await?.ok_or(Refusal::LinkInvalid)?;
    check_password(input.new.expose(), &found.username, found.email.as_deref())?;
    let spending = accounts::transaction_password(reader, account_id).await?;
    if services.passwords.check(input.new.expose().clone(), spending).await? != Verdict::Wrong {
        return Err(Refusal::WeakPassword.into());
    }
    let new = services.passwords.hash(input.new.expose().clone()).await?;
    in_transaction!(services.database, |transaction| write(services, &transaction, account_id, (&hash, &new)).await)?;
    services.wake();
    Ok(())
}

async fn write(services: &Services, transaction: &Transaction, account_id: i64, (hash, new): (&[u8; 32], &str)) -> Result<(), Error> {
    let (now, kind) = (services.now(), MailKind::PasswordReset);
    // The link may have been used, or the account closed, while the hash was computed.
    if !mailed_links::use_up(transaction, kind, hash, now).await? || !account_changes::reset_password(transaction, account_id, new).await? {
        return Err(Refusal::LinkInvalid.into());
    }
    mailed_links::void(transaction, account_id, Some(kind), now).await?;
    sessions::end_others(transaction, account_id, None, SessionEnd::PasswordChanged, now).await?;
    tries::forget(services, transaction, Guarded::SignIn(&format!("account:{account_id}"))).await?;
    tries::forget(services, transaction, Guarded::Password(account_id)).await?;
    account_changes::prove_address(transaction, account_id, now).await?;
    Ok(events::append(transaction, &PasswordChanged { account: account_id }.into(), now).await?)
}
