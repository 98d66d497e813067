//! requestPasswordReset

use crate::commands::mails::{self, Recipient};
use crate::commands::throttle::{self, Knock};
use crate::commands::{Error, Services, alike};
use crate::domain::accounts::AccountStatus;
use crate::domain::clients::Client;
use crate::domain::mails::MailKind;
use crate::events::LinkRequested;
use crate::store::accounts::{self, Credentials, Login};
use crate::store::database::in_transaction;
use crate::store::events;

/// Somebody has forgotten a password.
#[derive(Clone, Debug)]
pub struct RequestPasswordReset {
    /// User name or e-mail address, in any case.
    pub login: String,
    /// Where the call comes from.
    pub client: Client,
}

/// Mails a link to a new password, where there is an account that may sign in and has an address, at most `auth.mails_per_hour` times. Open to everybody;
/// the answer is the same, after the same time, whatever is true.
///
/// # Errors
/// [`Refusal`](crate::domain::refusal::Refusal): `TooManyTries`, from one address.
pub async fn request_password_reset(services: &Services, input: &RequestPasswordReset) -> Result<(), Error> {
    let _counted = throttle::count(services, Knock::Request, &input.client).await?;
    alike::answer(send(services, &input.login, MailKind::PasswordReset, |_| true)).await
}

/// Mails a link to the address of the account that is meant, if there is one for which it makes sense; says nothing of it.
pub(super) async fn send(services: &Services, login: &str, kind: MailKind, makes_sense: fn(&Credentials) -> bool) -> Result<(), Error> {
    let found = accounts::credentials(services.database.reader(), Login::Typed(login)).await?;
    let Some(found) = found.filter(|found| found.status == AccountStatus::Active && makes_sense(found)) else { return Ok(()) };
    let Some(address) = &found.email else { return Ok(()) };
    let recipient = Recipient { account_id: found.account_id, address };
    let written = in_transaction!(services.database, |transaction| {
        let now = services.now();
        let written = mails::write_limited(services, &transaction, recipient, kind, now).await?;
        if written.is_ok() {
            events::append(&transaction, &LinkRequested { account: recipient.account_id, kind }.into(), now).await?;
        }
        Ok::<_, Error>(written)
    })?;
    if written.is_ok() {
        services.wake();
    }
    Ok(())
}
