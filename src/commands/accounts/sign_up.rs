//! signUp

use super::log_in::{LogIn, log_in};
use super::session::{self, SignedIn};
use crate::auth::keys::keyed_hash;
use crate::commands::epins::Guesser;
use crate::commands::idempotency::Repeatable;
use crate::commands::mails::{self, Recipient};
use crate::commands::orders::Purse;
use crate::commands::partners::{Joining, join};
use crate::commands::referral_links::{Referral, credited, register};
use crate::commands::throttle::{self, Knock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::{check_email, check_name, check_password, check_phone, check_username, generate_username};
use crate::domain::clients::Client;
use crate::domain::hexadecimal::hexadecimal;
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::events::AccountSignedUp;
use crate::store::accounts::{self, Login, NewAccount, Taken};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, settings};

/// A new login.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Unique, ignoring case; may be left out where user names are generated.
    pub username: Option<String>,
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
    /// Where the call comes from.
    pub client: Client,
    /// By which link the newcomer came: it is credited with the account.
    pub referral: Referral,
    /// Makes the act repeatable: the same account again, with a fresh session while the password is still this one.
    pub idempotency_key: Option<String>,
}

/// A clash needs two equal names out of 67 thousand million.
const TRIES: u32 = 5;

/// Makes a login for a member, signs it in, and mails a link that proves the address. Open to everybody.
///
/// # Errors
/// [`Refusal`]: `InvalidUsername`, `InvalidEmail`, `InvalidName`, `InvalidPhone`, `WeakPassword`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `TooManyTries` (from one address), `SignUpsClosed`, `ReferralLinkCodeUnknown`, `UsernameTaken`, `EmailTaken`, `Busy`; those of
/// [`become_partner`](crate::commands::partners::become_partner) for who joins the network at once; for a repetition those of [`log_in`], such as
/// `WrongCredentials` when the password was changed since.
pub async fn sign_up(services: &Services, input: &SignUp) -> Result<SignedIn, Error> {
    check_email(&input.email)?;
    check_name(&input.name)?;
    input.phone.as_deref().map_or(Ok(()), check_phone)?;
    let joining = input.partner.as_ref().map(Joining::request);
    let request = (&input.username, &input.email, &input.name, &input.phone, input.password.expose(), joining, &input.referral.code);
    // Two strangers may choose the same key, but not the same name. Who they are is not kept.
    let who = input.username.as_ref().unwrap_or(&input.email).to_ascii_lowercase();
    let who = format!("anonymous:{}", hexadecimal(&keyed_hash(services.request_key.expose(), who.as_bytes())));
    let repeatable = Repeatable::new(services, who, "signUp", input.idempotency_key.as_deref(), &request)?;
    if let Some(account_id) = repeatable.done(services).await? {
        return again(services, input, account_id).await;
    }
    let _counted = throttle::count(services, Knock::SignUp, &input.client).await?;
    let Some(username) = &input.username else { return sign_up_with_any_name(services, input, &repeatable).await };
    sign_up_as(services, input, username, &repeatable).await
}

async fn sign_up_with_any_name(services: &Services, input: &SignUp, repeatable: &Repeatable) -> Result<SignedIn, Error> {
    if !services.generated_usernames {
        return Err(Refusal::InvalidUsername.into());
    }
    for _ in 1..TRIES {
        match sign_up_as(services, input, &generate_username(&*services.random), repeatable).await {
            Err(Error::Refused(Refusal::UsernameTaken)) => {}
            outcome => return outcome,
        }
    }
    sign_up_as(services, input, &generate_username(&*services.random), repeatable).await
}

async fn sign_up_as(services: &Services, input: &SignUp, username: &str, repeatable: &Repeatable) -> Result<SignedIn, Error> {
    check_username(username)?;
    check_password(input.password.expose(), username, Some(&input.email))?;
    let purse = match &input.partner {
        Some(joining) => joining.purse(services, Guesser::Visitor(username)).await?,
        None => None,
    };
    let password_hash = services.passwords.hash(input.password.expose().clone()).await?;
    let made = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (input, username), (&password_hash, purse.clone()), repeatable).await
    })?;
    match made {
        Made::Now(signed_in) => {
            services.wake();
            Ok(signed_in)
        }
        Made::Before(account_id) => again(services, input, account_id).await,
    }
}

/// Who repeats a request knows the password of then; a session is worth the password of now.
async fn again(services: &Services, input: &SignUp, account_id: i64) -> Result<SignedIn, Error> {
    let found = accounts::credentials(services.database.reader(), Login::Account(account_id)).await?;
    let login = found.ok_or(Refusal::WrongCredentials)?.username;
    log_in(services, &LogIn { login, password: input.password.clone(), client: input.client.clone() }).await
}

/// Whether the account is new.
enum Made {
    Now(SignedIn),
    /// By the same request.
    Before(i64),
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (input, username): (&SignUp, &str),
    (password_hash, purse): (&str, Option<Purse>),
    repeatable: &Repeatable,
) -> Result<Made, Error> {
    let now = services.now();
    if let Some(account_id) = repeatable.claim(transaction, now).await? {
        return Ok(Made::Before(account_id));
    }
    if !settings::sign_ups_open(transaction).await? {
        return Err(Refusal::SignUpsClosed.into());
    }
    let credited = credited(transaction, &input.referral).await?;
    let account =
        NewAccount { username, email: &input.email, phone: input.phone.as_deref(), name: input.name.trim(), password_hash, at: now };
    let account_id = accounts::insert(transaction, &account).await?.map_err(|taken| match taken {
        Taken::Username => Refusal::UsernameTaken,
        Taken::Email => Refusal::EmailTaken,
    })?;
    events::append(transaction, &AccountSignedUp { account: account_id }.into(), now).await?;
    if let Some((_, source)) = credited {
        register(transaction, account_id, source, now).await?;
    }
    if let Some(joining) = &input.partner {
        join(services, transaction, account_id, joining, purse).await?;
    }
    mails::write(services, transaction, Recipient { account_id, address: &input.email }, MailKind::EmailVerification, now).await?;
    repeatable.settle(transaction, &account_id).await?;
    session::open(services, transaction, account_id, &input.client, now).await.map(Made::Now)
}
