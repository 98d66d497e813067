//! requestTransactionPasswordReset

use crate::auth::principal::Principal;
use crate::commands::mails::{self, Recipient};
use crate::commands::{Error, Services};
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::events::LinkRequested;
use crate::store::accounts::{self, Login};
use crate::store::database::in_transaction;
use crate::store::events;

/// Mails the caller a link to a new transaction password, at most `auth.mails_per_hour` times.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `EmailMissing`, `TooManyTries`.
pub async fn request_transaction_password_reset(services: &Services, principal: &Principal) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    send(services, caller.account_id, MailKind::TransactionPasswordReset).await
}

/// Mails a link to the address of an account whose person is told what hinders it.
pub(super) async fn send(services: &Services, account_id: i64, kind: MailKind) -> Result<(), Error> {
    let found = accounts::credentials(services.database.reader(), Login::Account(account_id)).await?.ok_or(Error::Unauthenticated)?;
    let address = found.email.ok_or(Refusal::EmailMissing)?;
    let recipient = Recipient { account_id, address: &address };
    in_transaction!(services.database, |transaction| {
        let now = services.now();
        let written = mails::write_limited(services, &transaction, recipient, kind, now).await?;
        written.map_err(|until| Refusal::too_many_tries(now, until))?;
        Ok::<_, Error>(events::append(&transaction, &LinkRequested { account: account_id, kind }.into(), now).await?)
    })?;
    services.wake();
    Ok(())
}
