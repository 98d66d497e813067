//! What is changed about logins after they were made.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend};

use super::accounts::Taken;
use super::database::Transaction;
use super::error::Error;
use super::sql::{Row, Sql};
use super::{mailed_links, mails};
use crate::domain::accounts::{AccountStatus, Role, Scope, write_scopes};
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;

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

/// How to reach the person of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// How to reach the person of an ACTIVE account, whose row is held until the transaction ends; `None` for every other account.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, account_id: i64) -> Result<Option<Reach>, Error> {
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR NO KEY UPDATE" } else { "" };
    let sql = format!("SELECT email, phone FROM accounts WHERE id = $1 AND status = 'ACTIVE'{lock}");
    let read = |row: &Row<'_>| Ok(Reach { email: row.get(0)?, phone: row.get(1)? });
    Sql::whole(transaction, &sql, [account_id.into()]).one(transaction, read).await
}

/// Whether an account is ACTIVE, and so it stays until the transaction ends. Whoever adds something to an account asks first: the account may have
/// been erased since its owner signed in.
///
/// # Errors
/// The database's.
pub async fn stays_active(transaction: &Transaction, account_id: i64) -> Result<bool, Error> {
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR KEY SHARE" } else { "" };
    let sql = format!("SELECT id FROM accounts WHERE id = $1 AND status = 'ACTIVE'{lock}");
    Ok(Sql::whole(transaction, &sql, [account_id.into()]).one(transaction, |_| Ok(())).await?.is_some())
}

/// Gives an account another e-mail address, or tells that it is taken. The only place where an address changes: what was known of the old one goes
/// along.
///
/// # Errors
/// The database's.
pub async fn change_email(transaction: &Transaction, account_id: i64, email: &str, now: Instant) -> Result<Result<(), Taken>, Error> {
    let sql = "UPDATE accounts SET email = $2 WHERE id = $1";
    match Sql::whole(transaction, sql, [account_id.into(), email.into()]).execute(transaction).await {
        Ok(_) => forget_address(transaction, account_id, now).await.map(Ok),
        Err(error) if error.violates(&["accounts_email_unique"]) => Ok(Err(Taken::Email)),
        Err(error) => Err(error),
    }
}

/// Stores the telephone number of an account.
///
/// # Errors
/// The database's.
pub async fn set_phone(transaction: &Transaction, account_id: i64, phone: Option<&str>) -> Result<(), Error> {
    let sql = "UPDATE accounts SET phone = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [account_id.into(), phone.map(str::to_owned).into()]).execute(transaction).await.map(drop)
}

/// Stores the person's name.
///
/// # Errors
/// The database's.
pub async fn set_name(transaction: &Transaction, account_id: i64, name: &str) -> Result<(), Error> {
    let sql = "UPDATE accounts SET name = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [account_id.into(), name.into()]).execute(transaction).await.map(drop)
}

/// Sets the password of an ACTIVE account, whatever it was; `false` where the account is not, or is not any more.
///
/// # Errors
/// The database's.
pub async fn reset_password(connection: &impl ConnectionTrait, account_id: i64, hash: &str) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET password_hash = $2 WHERE id = $1 AND status = 'ACTIVE'";
    Ok(Sql::whole(connection, sql, [account_id.into(), hash.into()]).execute(connection).await? == 1)
}

/// As [`reset_password`], for the transaction password.
///
/// # Errors
/// The database's.
pub async fn reset_transaction_password(connection: &impl ConnectionTrait, account_id: i64, hash: &str) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET transaction_password_hash = $2 WHERE id = $1 AND status = 'ACTIVE'";
    Ok(Sql::whole(connection, sql, [account_id.into(), hash.into()]).execute(connection).await? == 1)
}

/// Notes that an account's address was proven; `false` where that is known.
///
/// # Errors
/// The database's.
pub async fn prove_address(connection: &impl ConnectionTrait, account_id: i64, now: Instant) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL AND email IS NOT NULL";
    Ok(Sql::whole(connection, sql, [account_id.into(), now.nanos().into()]).execute(connection).await? == 1)
}

/// What goes with a new password: links that were mailed before do not set another one, and those that wait are not sent.
///
/// # Errors
/// The database's.
pub async fn void_links(connection: &impl ConnectionTrait, account_id: i64, now: Instant) -> Result<(), Error> {
    mailed_links::void(connection, account_id, Some(MailKind::PasswordReset), now).await?;
    mailed_links::void(connection, account_id, Some(MailKind::TransactionPasswordReset), now).await
}

/// What goes with a change of an account's address, in the transaction of that change: the new one is not proven, links that went to the old one do not
/// work any more, and what waits for it is not sent.
///
/// # Errors
/// The database's.
pub async fn forget_address(connection: &impl ConnectionTrait, account_id: i64, now: Instant) -> Result<(), Error> {
    let sql = "UPDATE accounts SET email_verified_at = NULL WHERE id = $1";
    Sql::whole(connection, sql, [account_id.into()]).execute(connection).await?;
    mailed_links::void(connection, account_id, None, now).await?;
    mails::give_up_all(connection, account_id, "the address was changed", now).await
}

/// Blocks an account that is not blocked; `false` where it is. Its sessions and links are another matter.
///
/// # Errors
/// The database's.
pub async fn block(connection: &impl ConnectionTrait, account_id: i64) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET status = 'BLOCKED' WHERE id = $1 AND status <> 'BLOCKED'";
    Ok(Sql::whole(connection, sql, [account_id.into()]).execute(connection).await? == 1)
}

/// Takes a block back: the account may sign in again, or waits as before for its first password. `false` where it is not blocked.
///
/// # Errors
/// The database's.
pub async fn unblock(connection: &impl ConnectionTrait, account_id: i64) -> Result<bool, Error> {
    let sql =
        "UPDATE accounts SET status = CASE WHEN password_hash IS NULL THEN 'DORMANT' ELSE 'ACTIVE' END WHERE id = $1 AND status = 'BLOCKED'
        AND erased_at IS NULL";
    Ok(Sql::whole(connection, sql, [account_id.into()]).execute(connection).await? == 1)
}
