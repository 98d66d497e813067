//! What operators change about logins.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use super::accounts::Taken;
use super::error::Error;
use super::sql::Sql;
use crate::domain::accounts::{AccountStatus, Role, Scope, write_scopes};
use crate::domain::instant::Instant;

/// A login of staff to be stored.
#[derive(Clone, Debug)]
pub struct StaffAccount<'a> {
    /// Unique, ignoring case.
    pub username: &'a str,
    /// Unique, ignoring case.
    pub email: Option<&'a str>,
    /// The person's name.
    pub name: &'a str,
    /// In the PHC string format.
    pub password_hash: &'a str,
    /// What kind of user.
    pub role: Role,
    /// Powers, for operators.
    pub scopes: &'a BTreeSet<Scope>,
    /// Now.
    pub at: Instant,
}

/// Stores a login of staff and gives its key, or tells what is taken already.
///
/// # Errors
/// The database's.
pub async fn insert_staff(connection: &impl ConnectionTrait, account: &StaffAccount<'_>) -> Result<Result<i64, Taken>, Error> {
    let sql = "INSERT INTO accounts (username, email, name, password_hash, role, scopes, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let values = [
        account.username.into(),
        account.email.map(str::to_owned).into(),
        account.name.into(),
        account.password_hash.into(),
        account.role.code().into(),
        write_scopes(account.scopes).into(),
        AccountStatus::Active.code().into(),
        account.at.nanos().into(),
    ];
    match Sql::whole(connection, sql, values).returned(connection).await {
        Ok(id) => Ok(Ok(id)),
        Err(error) if error.violates(&["accounts_username_unique"]) => Ok(Err(Taken::Username)),
        Err(error) if error.violates(&["accounts_email_unique"]) => Ok(Err(Taken::Email)),
        Err(error) => Err(error),
    }
}

/// Sets the password of an account and opens sign-in where that was never done; a blocked account stays blocked.
///
/// # Errors
/// The database's.
pub async fn set_password(connection: &impl ConnectionTrait, account_id: i64, hash: &str) -> Result<(), Error> {
    let sql = "UPDATE accounts SET password_hash = $2, status = CASE status WHEN 'DORMANT' THEN 'ACTIVE' ELSE status END WHERE id = $1";
    Sql::whole(connection, sql, [account_id.into(), hash.into()]).execute(connection).await.map(drop)
}
