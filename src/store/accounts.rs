//! Logins.

use entity::account;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};

use super::error::Error;
use super::sql::Sql;
use crate::domain::accounts::{Account, AccountStatus, Role, Scope, read_scopes};
use crate::domain::instant::Instant;

/// A login to be stored: a member that may sign in.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// Unique, ignoring case.
    pub username: &'a str,
    /// Unique, ignoring case.
    pub email: &'a str,
    /// As the person wrote it.
    pub phone: Option<&'a str>,
    /// The person's name.
    pub name: &'a str,
    /// In the PHC string format.
    pub password_hash: &'a str,
    /// Now.
    pub at: Instant,
}

/// What sign-in needs of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The account.
    pub account_id: i64,
    /// The login's name.
    pub username: String,
    /// Its address.
    pub email: Option<String>,
    /// In the PHC string format; none where sign-in was never opened.
    pub password_hash: Option<String>,
    /// Whether it may sign in.
    pub status: AccountStatus,
    /// What kind of user.
    pub role: Role,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
}

/// Which account is meant.
#[derive(Clone, Copy, Debug)]
pub enum Login<'a> {
    /// By key.
    Account(i64),
    /// By what a person types in: an e-mail address where it has an `@`, which no user name has.
    Typed(&'a str),
}

/// Which unique name another account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The user name.
    Username,
    /// The e-mail address.
    Email,
}

/// Whether anybody else of the staff, who may sign in, holds one of these scopes; programs are nobody.
///
/// # Errors
/// The database's.
pub async fn others_hold(connection: &impl ConnectionTrait, account: i64, scopes: &[Scope]) -> Result<bool, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT 1 FROM accounts AS a WHERE a.id <> ").bind(account).push(" AND a.status = ").bind(AccountStatus::Active.code());
    sql.push(" AND NOT EXISTS (SELECT 1 FROM applications AS p WHERE p.account_id = a.id) AND (a.role = ").bind(Role::Owner.code());
    sql.push(" OR a.role = ").bind(Role::Operator.code()).push(" AND (1 = 0");
    for scope in scopes {
        sql.push(" OR ' ' || a.scopes || ' ' LIKE ").bind(format!("% {} %", scope.code()));
    }
    sql.push(")) LIMIT 1");
    Ok(sql.one(connection, |row| row.get::<i32>(0)).await?.is_some())
}

/// Stores a new account and gives its key, or tells what is taken already.
///
/// # Errors
/// The database's.
pub async fn insert(connection: &impl ConnectionTrait, account: &NewAccount<'_>) -> Result<Result<i64, Taken>, Error> {
    let sql = "INSERT INTO accounts (username, email, phone, name, password_hash, role, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let values = [
        account.username.into(),
        account.email.into(),
        account.phone.map(str::to_owned).into(),
        account.name.into(),
        account.password_hash.into(),
        Role::Member.code().into(),
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

/// The credentials of an account, whatever its status; not of an application's, which nobody signs in with.
///
/// # Errors
/// The database's.
pub async fn credentials(connection: &impl ConnectionTrait, login: Login<'_>) -> Result<Option<Credentials>, Error> {
    let (condition, value): (_, sea_orm::Value) = match login {
        Login::Account(id) => ("id = ", id.into()),
        Login::Typed(typed) if typed.contains('@') => ("lower(email) = ", typed.to_ascii_lowercase().into()),
        Login::Typed(typed) => ("lower(username) = ", typed.to_ascii_lowercase().into()),
    };
    let mut sql = Sql::new(connection);
    sql.push("SELECT id, username, email, password_hash, status, role, email_verified_at IS NOT NULL FROM accounts WHERE ")
        .push(condition)
        .bind(value)
        .push(" AND NOT EXISTS (SELECT 1 FROM applications WHERE account_id = accounts.id)");
    sql.one(connection, |row| {
        Ok(Credentials {
            account_id: row.get(0)?,
            username: row.get(1)?,
            email: row.get(2)?,
            password_hash: row.get(3)?,
            status: row.code(4, "accounts")?,
            role: row.code(5, "accounts")?,
            email_verified: row.get(6)?,
        })
    })
    .await
}

/// Whether an account is ACTIVE and still has this password hash; if so its row is held until the transaction ends. Unlike a write that waits for
/// nobody but rivals for this very row, so people can sign in while an import keeps other writers out.
///
/// # Errors
/// The database's.
pub async fn hold_password(connection: &impl ConnectionTrait, account_id: i64, hash: &str) -> Result<bool, Error> {
    hold_hash(connection, "password_hash", account_id, hash).await
}

/// Holds an account's row until the transaction ends: rivals who hold it too wait.
///
/// # Errors
/// The database's.
pub async fn hold(connection: &impl ConnectionTrait, account_id: i64) -> Result<(), Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT 1 FROM accounts WHERE id = ").bind(account_id);
    if connection.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR NO KEY UPDATE");
    }
    sql.one(connection, |_| Ok(())).await.map(drop)
}

async fn hold_hash(connection: &impl ConnectionTrait, column: &str, account_id: i64, hash: &str) -> Result<bool, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT 1 FROM accounts WHERE id = ")
        .bind(account_id)
        .push(&format!(" AND {column} = "))
        .bind(hash)
        .push(" AND status = 'ACTIVE'");
    if connection.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR NO KEY UPDATE");
    }
    Ok(sql.one(connection, |row| row.get::<i32>(0)).await?.is_some())
}

/// Replaces the password hash of an ACTIVE account that still has the old one, and holds the account's row until the transaction ends.
/// `false` when a rival was faster.
///
/// # Errors
/// The database's.
pub async fn replace_password(connection: &impl ConnectionTrait, account_id: i64, old: &str, new: &str) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND status = 'ACTIVE'";
    Ok(Sql::whole(connection, sql, [account_id.into(), old.into(), new.into()]).execute(connection).await? == 1)
}

/// The hash of an account's transaction password; `None` where none was set.
///
/// # Errors
/// The database's.
pub async fn transaction_password(connection: &impl ConnectionTrait, account_id: i64) -> Result<Option<String>, Error> {
    let sql = "SELECT transaction_password_hash FROM accounts WHERE id = $1";
    Ok(Sql::whole(connection, sql, [account_id.into()]).one(connection, |row| row.get(0)).await?.flatten())
}

/// As [`hold_password`], for the transaction password.
///
/// # Errors
/// The database's.
pub async fn hold_transaction_password(connection: &impl ConnectionTrait, account_id: i64, hash: &str) -> Result<bool, Error> {
    hold_hash(connection, "transaction_password_hash", account_id, hash).await
}

/// Replaces the hash of the transaction password of an ACTIVE account that still has the old one, or none. `false` when a rival was faster.
///
/// # Errors
/// The database's.
pub async fn replace_transaction_password(
    connection: &impl ConnectionTrait,
    account_id: i64,
    old: Option<&str>,
    new: &str,
) -> Result<bool, Error> {
    let sql = "UPDATE accounts SET transaction_password_hash = $3
        WHERE id = $1 AND coalesce(transaction_password_hash, '') = $2 AND status = 'ACTIVE'";
    let values = [account_id.into(), old.unwrap_or_default().into(), new.into()];
    Ok(Sql::whole(connection, sql, values).execute(connection).await? == 1)
}

/// The accounts with these keys.
///
/// # Errors
/// The database's.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Account>, Error> {
    let rows = account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied())).all(connection).await?;
    let corrupt = |value: &str| Error::Corrupt { table: "accounts", value: value.to_owned() };
    let read = |row: account::Model| {
        Ok(Account {
            id: row.id,
            role: row.role.parse().map_err(|_| corrupt(&row.role))?,
            scopes: read_scopes(&row.scopes),
            status: row.status.parse().map_err(|_| corrupt(&row.status))?,
            created_at: Instant::from_nanos(row.created_at),
            email_verified_at: row.email_verified_at.map(Instant::from_nanos),
            username: row.username,
            email: row.email,
            phone: row.phone,
            name: row.name,
        })
    };
    rows.into_iter().map(read).collect()
}
