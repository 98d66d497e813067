//! `upline account create`: what the owner of the machine does; there is no caller to ask.

use std::collections::BTreeSet;

use serde_json::json;

use crate::auth::passwords::Passwords;
use crate::commands::Error;
use crate::config::secrets::Secret;
use crate::domain::accounts::{Role, Scope, check_email, check_name, check_password, check_username};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::events::AccountSignedUp;
use crate::store::account_changes::{self, StaffAccount};
use crate::store::accounts::Taken;
use crate::store::audit::{self, Entry};
use crate::store::database::{Database, Transaction, in_transaction};
use crate::store::events;

/// A login of staff.
#[derive(Clone, Debug)]
pub struct CreateStaff {
    /// Unique, ignoring case.
    pub username: String,
    /// Unique, ignoring case.
    pub email: Option<String>,
    /// The person's name.
    pub name: String,
    /// Operator or owner.
    pub role: Role,
    /// Powers, for operators.
    pub scopes: BTreeSet<Scope>,
    /// Not stored.
    pub password: Secret<String>,
}

/// Makes a login of staff, and writes that down; gives its key.
///
/// # Errors
/// [`Refusal`]: `InvalidUsername`, `InvalidEmail`, `InvalidName`, `WeakPassword`, `UsernameTaken`, `EmailTaken`, `Busy`.
pub async fn create_staff(database: &Database, passwords: &Passwords, input: &CreateStaff, now: Instant) -> Result<i64, Error> {
    check_username(&input.username)?;
    check_name(&input.name)?;
    input.email.as_deref().map_or(Ok(()), check_email)?;
    check_password(input.password.expose(), &input.username, input.email.as_deref())?;
    let hash = passwords.hash(input.password.expose().clone()).await?;
    let account = StaffAccount {
        username: &input.username,
        email: input.email.as_deref(),
        name: &input.name,
        password_hash: &hash,
        role: input.role,
        scopes: &input.scopes,
        at: now,
    };
    in_transaction!(database, |transaction| write(&transaction, &account).await)
}

async fn write(transaction: &Transaction, account: &StaffAccount<'_>) -> Result<i64, Error> {
    let id = account_changes::insert_staff(transaction, account).await?.map_err(|taken| match taken {
        Taken::Username => Refusal::UsernameTaken,
        Taken::Email => Refusal::EmailTaken,
    })?;
    let scopes: Vec<_> = account.scopes.iter().map(|scope| scope.code()).collect();
    let detail = json!({ "role": account.role.code(), "scopes": scopes }).to_string();
    let entry = Entry { account_id: None, action: "createStaff", subject: &format!("account:{id}"), detail: &detail, at: account.at };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &AccountSignedUp { account: id }.into(), account.at).await?;
    Ok(id)
}
