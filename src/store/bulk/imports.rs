//! Which files were imported.

use crate::domain::instant::Instant;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

/// A file that was imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// NETWORK, ORDERS, COMMISSIONS or RANKS.
    pub kind: &'static str,
    /// SHA-256 of the file's bytes, in hexadecimal digits.
    pub digest: String,
    /// Code of the period; empty for files that have none.
    pub period: String,
    /// The file as the user named it.
    pub file: String,
    /// Rows without the header.
    pub rows: i64,
    /// When.
    pub imported_at: Instant,
}

/// When a file with these bytes was imported, if it was.
///
/// # Errors
/// The database's.
pub async fn find(transaction: &Transaction, kind: &str, digest: &str, period: &str) -> Result<Option<Instant>, Error> {
    let sql = "SELECT imported_at FROM imports WHERE kind = $1 AND digest = $2 AND period = $3";
    let sql = Sql::whole(transaction, sql, [kind.into(), digest.into(), period.into()]);
    sql.one(transaction, |row| row.get(0).map(Instant::from_nanos)).await
}

/// Whether a file with this name was imported.
///
/// # Errors
/// The database's.
pub async fn named(transaction: &Transaction, kind: &str, file: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM imports WHERE kind = $1 AND file = $2 LIMIT 1";
    Ok(Sql::whole(transaction, sql, [kind.into(), file.into()]).one(transaction, |_| Ok(())).await?.is_some())
}

/// Remembers an import.
///
/// # Errors
/// The database's.
pub async fn record(transaction: &Transaction, import: Import) -> Result<(), Error> {
    let Import { kind, digest, period, file, rows, imported_at } = import;
    let sql = "INSERT INTO imports (kind, digest, period, file, file_rows, imported_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [kind.into(), digest.into(), period.into(), file.into(), rows.into(), imported_at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}
