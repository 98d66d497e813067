//! signUp

use super::log_in::{LogIn, log_in};
use super::session::{self, SignedIn};
use crate::commands::epins::Guesser;
use crate::commands::idempotency::Repeatable;
use crate::commands::orders::Purse;
use crate::commands::partners::{Joining, join};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::{check_email, check_name, check_password, check_phone, check_username};
use crate::domain::refusal::Refusal;
use crate::events::AccountSignedUp;
use crate::store::accounts::{self, NewAccount, Taken};
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;

/// A new login.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Unique, ignoring case.
    pub username: String,
    /// Unique, ignoring case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Optional.
    pub phone: Option<String>,
    /// Not stored.
    pub password: Secret<String>,
    /// Joins the network in the same act.
    pub partner: Option<Joining>,
    /// Makes the act repeatable: the same account again, with a fresh session while the password is still this one.
    pub idempotency_key: Option<String>,
}

/// Makes a login for a member and signs it in. Open to everybody.
///
/// # Errors
/// [`Refusal`]: `InvalidUsername`, `InvalidEmail`, `InvalidName`, `InvalidPhone`, `WeakPassword`, `UsernameTaken`, `EmailTaken`,
/// `InvalidIdempotencyKey`, `IdempotencyConflict`, `Busy`; those of [`become_partner`](crate::commands::partners::become_partner) for who joins the
/// network at once; `WrongCredentials` for a repetition when the password was changed or the account closed
/// since.
pub async fn sign_up(services: &Services, input: &SignUp) -> Result<SignedIn, Error> {
    check_username(&input.username)?;
    check_email(&input.email)?;
    check_name(&input.name)?;
    input.phone.as_deref().map_or(Ok(()), check_phone)?;
    check_password(input.password.expose(), &input.username, Some(&input.email))?;
    let joining = input.partner.as_ref().map(Joining::request);
    let request = (&input.username, &input.email, &input.name, &input.phone, input.password.expose(), joining);
    // Two strangers may choose the same key, but not the same name.
    let who = format!("anonymous:{}", input.username.to_ascii_lowercase());
    let repeatable = Repeatable::new(services, who, "signUp", input.idempotency_key.as_deref(), &request)?;
    if repeatable.done::<i64>(services).await?.is_some() {
        return again(services, input).await;
    }
    let purse = match &input.partner {
        Some(joining) => joining.purse(services, Guesser::Visitor(&input.username)).await?,
        None => None,
    };
    let password_hash = services.passwords.hash(input.password.expose().clone()).await?;
    let signed_in = in_transaction!(services.database, |transaction| {
        write(services, &transaction, input, (&password_hash, purse.clone()), &repeatable).await
    })?;
    let Some(signed_in) = signed_in else { return again(services, input).await };
    services.wake();
    Ok(signed_in)
}

/// Who repeats a request knows the password of then; a session is worth the password of now.
async fn again(services: &Services, input: &SignUp) -> Result<SignedIn, Error> {
    log_in(services, &LogIn { login: input.username.clone(), password: input.password.clone() }).await
}

/// `None` for a repetition: the account was made before.
async fn write(
    services: &Services,
    transaction: &Transaction,
    input: &SignUp,
    (password_hash, purse): (&str, Option<Purse>),
    repeatable: &Repeatable,
) -> Result<Option<SignedIn>, Error> {
    let now = services.now();
    if repeatable.claim::<i64>(transaction, now).await?.is_some() {
        return Ok(None);
    }
    let account = NewAccount {
        username: &input.username,
        email: &input.email,
        phone: input.phone.as_deref(),
        name: input.name.trim(),
        password_hash,
        at: now,
    };
    let account_id = accounts::insert(transaction, &account).await?.map_err(|taken| match taken {
        Taken::Username => Refusal::UsernameTaken,
        Taken::Email => Refusal::EmailTaken,
    })?;
    events::append(transaction, &AccountSignedUp { account: account_id }.into(), now).await?;
    if let Some(joining) = &input.partner {
        join(services, transaction, account_id, joining, purse).await?;
    }
    repeatable.settle(transaction, &account_id).await?;
    session::open(services, transaction, account_id, now).await.map(Some)
}
