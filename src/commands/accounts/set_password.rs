//! `upline account password`: what an operator at the machine does; there is no caller to ask.

use crate::auth::passwords::Passwords;
use crate::commands::Error;
use crate::config::secrets::Secret;
use crate::domain::accounts::check_password;
use crate::domain::instant::Instant;
use crate::events::PasswordChanged;
use crate::store::accounts::{self, Credentials, Login};
use crate::store::audit::{self, Entry};
use crate::store::database::{Database, in_transaction};
use crate::store::sessions::SessionEnd;
use crate::store::{account_changes, events, sessions};

/// Sets the password of an account, opens sign-in where that was never done, ends all its sessions, and writes that down.
///
/// # Errors
/// [`Refusal`](crate::domain::refusal::Refusal): `WeakPassword`, `Busy`.
pub async fn set_password(
    database: &Database,
    passwords: &Passwords,
    account: &Credentials,
    password: &Secret<String>,
    now: Instant,
) -> Result<(), Error> {
    check_password(password.expose(), &account.username, account.email.as_deref())?;
    let hash = passwords.hash(password.expose().clone()).await?;
    in_transaction!(database, |transaction| {
        account_changes::set_password(&transaction, account.account_id, &hash).await?;
        sessions::end_others(&transaction, account.account_id, None, SessionEnd::PasswordChanged, now).await?;
        account_changes::void_links(&transaction, account.account_id, now).await?;
        let subject = format!("account:{}", account.account_id);
        let entry = Entry { account_id: None, action: "setPassword", subject: &subject, detail: "{}", at: now };
        audit::append(&transaction, &entry).await?;
        events::append(&transaction, &PasswordChanged { account: account.account_id }.into(), now).await?;
        Ok(())
    })
}

/// The account with a user name or e-mail address, whatever its status.
///
/// # Errors
/// The database's.
pub async fn find_account(database: &Database, typed: &str) -> Result<Option<Credentials>, Error> {
    Ok(accounts::credentials(database.reader(), Login::Typed(typed)).await?)
}
