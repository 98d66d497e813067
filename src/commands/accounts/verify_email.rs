//! verifyEmail, requestEmailVerification

use super::{request_password_reset, request_transaction_password_reset};
use crate::auth::principal::Principal;
use crate::commands::throttle::{self, Knock};
use crate::commands::{Error, Services, alike, mails};
use crate::config::secrets::Secret;
use crate::domain::accounts::Role;
use crate::domain::clients::Client;
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::events::EmailVerified;
use crate::store::accounts::{self, Credentials, Login};
use crate::store::database::in_transaction;
use crate::store::{account_changes, events, mailed_links};

/// Whether an account must still prove its address where the configuration asks for it: staff is made by those who know it, and without an address there
/// is nothing to prove.
pub(in crate::commands) fn is_unproven(account: &Credentials) -> bool {
    account.role == Role::Member && account.email.is_some() && !account.email_verified
}

/// Somebody comes back with a link.
#[derive(Clone, Debug)]
pub struct VerifyEmail {
    /// The link's secret.
    pub token: Secret<String>,
    /// Where the call comes from.
    pub client: Client,
}

/// Notes that an address is proven, by a mailed link, which is used up with those before it. Open to whoever has the link.
///
/// # Errors
/// [`Refusal`]: `TooManyTries`, from one address; `LinkInvalid`.
pub async fn verify_email(services: &Services, input: &VerifyEmail) -> Result<(), Error> {
    let kind = MailKind::EmailVerification;
    let (hash, account_id) = mails::find(services, kind, &input.token, &input.client).await?;
    in_transaction!(services.database, |transaction| {
        let now = services.now();
        if !mailed_links::use_up(&transaction, kind, &hash, now).await? {
            return Err(Refusal::LinkInvalid.into());
        }
        mailed_links::void(&transaction, account_id, Some(kind), now).await?;
        account_changes::prove_address(&transaction, account_id, now).await?;
        Ok::<_, Error>(events::append(&transaction, &EmailVerified { account: account_id }.into(), now).await?)
    })?;
    services.wake();
    Ok(())
}

/// Somebody waits for the mail that proves the address.
#[derive(Clone, Debug)]
pub struct RequestEmailVerification {
    /// User name or e-mail address, in any case; the caller's own account when left out.
    pub login: Option<String>,
    /// Where the call comes from.
    pub client: Client,
}

/// Mails the link again, at most `auth.mails_per_hour` times. Open to everybody who names an account: then the answer is the same, after the same time,
/// whatever is true.
///
/// # Errors
/// [`Error::Unauthenticated`] where nobody is named nor signed in; [`Refusal`]: `TooManyTries`, from one address; for the own account also
/// `EmailMissing`, `EmailAlreadyVerified`, `TooManyTries`.
pub async fn request_email_verification(services: &Services, principal: &Principal, input: &RequestEmailVerification) -> Result<(), Error> {
    let kind = MailKind::EmailVerification;
    if let Some(login) = &input.login {
        let _counted = throttle::count(services, Knock::Request, &input.client).await?;
        return alike::answer(request_password_reset::send(services, login, kind, |found| !found.email_verified)).await;
    }
    let account_id = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    let found = accounts::credentials(services.database.reader(), Login::Account(account_id)).await?;
    if found.is_some_and(|found| found.email_verified) {
        return Err(Refusal::EmailAlreadyVerified.into());
    }
    request_transaction_password_reset::send(services, account_id, kind).await
}
