//! SQL written once for both databases: `$1` placeholders, values bound, rows read by position.

use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

use super::error::Error;

/// The first row, if there is one.
pub(super) async fn one(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, Error> {
    Ok(connection.query_one_raw(statement(connection, sql, values)).await?)
}

/// All rows; the statement bounds their number.
pub(super) async fn all(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, Error> {
    Ok(connection.query_all_raw(statement(connection, sql, values)).await?)
}

/// How many rows were changed.
pub(super) async fn execute(connection: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, Error> {
    Ok(connection.execute_raw(statement(connection, sql, values)).await?.rows_affected())
}

/// A column of a row, counted from 0.
pub(super) fn column<T: TryGetable>(row: &QueryResult, index: usize) -> Result<T, Error> {
    row.try_get_by_index(index).map_err(Error::from)
}

/// A column that holds a code.
pub(super) fn code<T: std::str::FromStr>(row: &QueryResult, index: usize, table: &'static str) -> Result<T, Error> {
    let value: String = column(row, index)?;
    value.parse().map_err(|_| Error::Corrupt { table, value })
}

fn statement(connection: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}

/// The key that an INSERT … RETURNING gave.
pub(super) fn returned(row: Option<QueryResult>) -> Result<i64, Error> {
    let row = row.ok_or_else(|| Error::Database(sea_orm::DbErr::RecordNotInserted))?;
    column(&row, 0)
}
