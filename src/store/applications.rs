//! Applications and their keys.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend};

use super::database::Transaction;
use super::error::Error;
use super::sql::{Order, Row, Sql, group};
use crate::domain::accounts::{AccountStatus, Role, read_scopes, write_scopes};
use crate::domain::applications::{Application, ApplicationKey, ApplicationState, KEYS_SHOWN, Networks};
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};

const COLUMNS: &str = "p.id, p.account_id, a.name, p.kind, p.state, a.scopes, p.networks, p.created_at";
const TABLES: &str = " applications AS p JOIN accounts AS a ON a.id = p.account_id";

fn read(row: &Row<'_>) -> Result<Application, Error> {
    let networks: String = row.get(6)?;
    Ok(Application {
        id: row.get(0)?,
        account_id: row.get(1)?,
        name: row.get(2)?,
        kind: row.code(3, "applications")?,
        state: row.code(4, "applications")?,
        scopes: read_scopes(&row.get::<String>(5)?),
        networks: Networks::read(&networks).map_err(|_| Error::Corrupt { table: "applications", value: networks })?,
        created_at: Instant::from_nanos(row.get(7)?),
    })
}

/// The ACTIVE application on a server whose key has this hash and is taken at this time: one statement, sent with every request.
///
/// # Errors
/// The database's.
pub async fn by_key(connection: &impl ConnectionTrait, hash: &[u8; 32], now: Instant) -> Result<Option<Application>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(" FROM")
        .push(TABLES)
        .push(" JOIN application_keys AS k ON k.application_id = p.id WHERE k.key_hash = ");
    sql.bind(hash.to_vec()).push(" AND (k.ends_at IS NULL OR k.ends_at > ").bind(now.nanos());
    sql.push(") AND p.kind = 'SERVER' AND p.state = 'ACTIVE' AND a.status = 'ACTIVE'");
    sql.one(connection, read).await
}

/// An application, held until the transaction ends: rivals for it wait.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, number: i64) -> Result<Option<Application>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM").push(TABLES).push(" WHERE p.id = ").bind(number);
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR NO KEY UPDATE OF p");
    }
    sql.one(transaction, read).await
}

/// The applications with these numbers.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<Application>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN applications AS p ON p.id = wanted.id");
    sql.push(" JOIN accounts AS a ON a.id = p.account_id");
    sql.all(connection, read).await
}

const LATEST: Order = Order { sort: "p.id", id: "p.id", direction: Direction::Descending };

/// A page of all applications, the latest first.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, page: &Page) -> Result<Slice<Application>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM").push(TABLES).push(" WHERE 1 = 1");
    sql.and_within(page, LATEST).order_by(page, LATEST).limit(page);
    Ok(Slice::of(page, sql.all(connection, read).await?))
}

/// How many applications there are.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait) -> Result<i64, Error> {
    Ok(Sql::whole(connection, "SELECT count(*) FROM applications", []).one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

/// The latest keys of applications, the latest first.
///
/// # Errors
/// The database's.
pub async fn keys(connection: &impl ConnectionTrait, applications: &[i64]) -> Result<HashMap<i64, Vec<ApplicationKey>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT n.application_id, n.id, n.ending, n.created_at, n.ends_at FROM (SELECT k.*, row_number() OVER (PARTITION BY k.application_id");
    sql.push(" ORDER BY k.id DESC) AS place FROM ")
        .numbers(applications)
        .push(" AS wanted JOIN application_keys AS k ON k.application_id = wanted.id");
    sql.push(") AS n WHERE n.place <= ").bind(i64::from(KEYS_SHOWN)).push(" ORDER BY n.id DESC");
    let read = |row: &Row<'_>| {
        let key = ApplicationKey {
            id: row.get(1)?,
            ending: row.get(2)?,
            created_at: Instant::from_nanos(row.get(3)?),
            ends_at: row.get::<Option<i64>>(4)?.map(Instant::from_nanos),
        };
        Ok((row.get(0)?, key))
    };
    Ok(group(sql.all(connection, read).await?))
}

/// Stores an application with a login of its own, under a user name that nobody else has; gives its number. The numbers of the given one are passed over.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, application: &Application, username: &str) -> Result<i64, Error> {
    let Application { name, kind, state, scopes, networks, created_at, .. } = application;
    let sql = "INSERT INTO accounts (username, name, role, scopes, status, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let (role, status) = (Role::Operator.code(), AccountStatus::Active.code());
    let values = [username.into(), name.clone().into(), role.into(), write_scopes(scopes).into(), status.into(), created_at.nanos().into()];
    let account = Sql::whole(transaction, sql, values).returned(transaction).await?;
    let sql = "INSERT INTO applications (account_id, kind, state, networks, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let networks = networks.texts().join(" ");
    let values = [account.into(), kind.code().into(), state.code().into(), networks.into(), created_at.nanos().into()];
    Sql::whole(transaction, sql, values).returned(transaction).await
}

/// Stores a key.
///
/// # Errors
/// The database's.
pub async fn insert_key(transaction: &Transaction, application: i64, hash: &[u8; 32], ending: &str, at: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO application_keys (application_id, key_hash, ending, created_at) VALUES ($1, $2, $3, $4)";
    let values = [application.into(), hash.to_vec().into(), ending.into(), at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Ends the keys that an application has, at this time; those that end before do so.
///
/// # Errors
/// The database's.
pub async fn end_keys(transaction: &Transaction, application: i64, at: Instant) -> Result<(), Error> {
    let sql = "UPDATE application_keys SET ends_at = $2 WHERE application_id = $1 AND (ends_at IS NULL OR ends_at > $2)";
    Sql::whole(transaction, sql, [application.into(), at.nanos().into()]).execute(transaction).await.map(drop)
}

/// Switches an application.
///
/// # Errors
/// The database's.
pub async fn set_state(transaction: &Transaction, application: i64, state: ApplicationState) -> Result<(), Error> {
    let sql = "UPDATE applications SET state = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [application.into(), state.code().into()]).execute(transaction).await.map(drop)
}

/// Stores from where an application may call.
///
/// # Errors
/// The database's.
pub async fn set_networks(transaction: &Transaction, application: i64, networks: &Networks) -> Result<(), Error> {
    let sql = "UPDATE applications SET networks = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [application.into(), networks.texts().join(" ").into()]).execute(transaction).await.map(drop)
}
