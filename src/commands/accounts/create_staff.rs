//! `upline account create`: what the owner of the machine does; there is no caller to ask.

use std::collections::BTreeSet;

use crate::auth::passwords::Passwords;
use crate::commands::Error;
use crate::config::secrets::Secret;
use crate::domain::accounts::{Role, Scope, check_email, check_name, check_password, check_username};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::store::account_changes::{self, StaffAccount};
use crate::store::accounts::Taken;
use crate::store::database::{Database, in_transaction};

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

/// Makes a login of staff; gives its key.
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
    in_transaction!(database, |transaction| {
        account_changes::insert_staff(&transaction, &account).await?.map_err(|taken| {
            Error::from(match taken {
                Taken::Username => Refusal::UsernameTaken,
                Taken::Email => Refusal::EmailTaken,
            })
        })
    })
}
