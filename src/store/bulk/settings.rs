//! Settings of the network that are data rather than configuration.

use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

/// The shape of the placement tree, in the form of the configuration key `network.placement`.
pub const PLACEMENT: &str = "placement";

/// The value of a setting.
///
/// # Errors
/// The database's.
pub async fn find(transaction: &Transaction, name: &str) -> Result<Option<String>, Error> {
    Sql::whole(transaction, "SELECT value FROM settings WHERE name = $1", [name.into()]).one(transaction, |row| row.get(0)).await
}

/// Sets a setting.
///
/// # Errors
/// The database's.
pub async fn set(transaction: &Transaction, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    Sql::whole(transaction, sql, [name.into(), value.into()]).execute(transaction).await.map(drop)
}
