//! What a bulk write does before its first row and after its last.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::placements::lock_trees;

/// Keeps other writers out until the transaction ends; readers go on. SQLite has one writer anyway.
///
/// The locks also make sure that no number is drawn from a sequence that the bulk write gives out itself. The commit checks every deferred
/// reference and takes longer than one statement may.
///
/// # Errors
/// The database's.
pub async fn exclusive(transaction: &Transaction) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        without_timeout(transaction).await?;
        lock_trees(transaction).await?;
        let tables = "accounts, partners, periods, orders, volume_events, volumes, commissions, rank_history";
        transaction.execute_unprepared(&format!("LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")).await?;
    }
    Ok(())
}

/// Lets the statements of a transaction take as long as they need: an export reads whole tables.
///
/// # Errors
/// The database's.
pub async fn without_timeout(transaction: &Transaction) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    Ok(())
}

/// Lets new rows be numbered above those that brought their own numbers (SQLite does so by itself), and gathers the statistics by which the
/// database chooses its ways.
///
/// # Errors
/// The database's.
pub async fn finish(transaction: &Transaction) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        for table in ["accounts", "partners", "orders"] {
            // The sequence may stand higher than any row: numbers once given are not given again.
            transaction
                .execute_unprepared(&format!(
                    "SELECT setval(s, greatest((SELECT max(id) FROM {table}), nextval(s) - 1)) FROM (SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS s) sequence
                     WHERE EXISTS (SELECT 1 FROM {table})"
                ))
                .await?;
        }
    }
    transaction.execute_unprepared("ANALYZE").await?;
    Ok(())
}
