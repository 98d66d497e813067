//! Reading rows as a stream, and looking up many keys at once.

use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait, Value};

use crate::store::database::Transaction;
use crate::store::error::Error;

/// Rows as they come from the database.
pub type Rows<'a, T> = BoxStream<'a, Result<T, Error>>;

/// Streams the rows of a query; `$1`, `$2` … stand for the values on both databases.
pub(super) async fn stream<'a, T: Send + 'a>(
    transaction: &'a Transaction,
    sql: &str,
    values: Vec<Value>,
    read: fn(&QueryResult) -> Result<T, Error>,
) -> Result<Rows<'a, T>, Error> {
    let rows = transaction.stream_raw(statement(transaction, sql, values)).await?;
    Ok(rows.map_err(Error::from).and_then(move |row| std::future::ready(read(&row))).boxed())
}

fn statement(transaction: &Transaction, sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(ConnectionTrait::get_database_backend(transaction), sql, values)
}

/// The first row of a query.
pub(super) async fn first(transaction: &Transaction, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, Error> {
    Ok(transaction.query_one_raw(statement(transaction, sql, values)).await?)
}

/// All rows of a query.
pub(super) async fn all(transaction: &Transaction, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
    Ok(transaction.query_all_raw(statement(transaction, sql, values)).await?)
}

/// Runs a statement.
pub(super) async fn execute(transaction: &Transaction, sql: &str, values: Vec<Value>) -> Result<(), Error> {
    transaction.execute_raw(statement(transaction, sql, values)).await?;
    Ok(())
}

/// Whether a table has any row.
pub(super) async fn any(transaction: &Transaction, table: &str) -> Result<bool, Error> {
    Ok(first(transaction, &format!("SELECT 1 FROM {table} LIMIT 1"), Vec::new()).await?.is_some())
}

/// Runs a query in which `{numbers}` stands for the set of numbers.
pub(super) async fn by_numbers(transaction: &Transaction, sql: &str, numbers: &[i64]) -> Result<Vec<QueryResult>, Error> {
    by_keys(transaction, "{numbers}", sql, ArrayType::BigInt, numbers.iter().map(|number| (*number).into()).collect()).await
}

/// Runs a query in which `{texts}` stands for the set of texts.
pub(super) async fn by_texts(transaction: &Transaction, sql: &str, texts: Vec<String>) -> Result<Vec<QueryResult>, Error> {
    by_keys(transaction, "{texts}", sql, ArrayType::String, texts.into_iter().map(Into::into).collect()).await
}

/// Keys of one SQLite statement, far below its limit of 32,766 variables.
const SQLITE_KEYS: usize = 5000;

async fn by_keys(transaction: &Transaction, mark: &str, sql: &str, kind: ArrayType, keys: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
    let backend = ConnectionTrait::get_database_backend(transaction);
    if backend == DbBackend::Postgres {
        return all(transaction, &sql.replace(mark, "(SELECT unnest($1))"), vec![Value::Array(kind, Some(Box::new(keys)))]).await;
    }
    let mut rows = Vec::new();
    for keys in keys.chunks(SQLITE_KEYS) {
        let marks = format!("({})", vec!["?"; keys.len()].join(","));
        rows.extend(all(transaction, &sql.replace(mark, &marks), keys.to_vec()).await?);
    }
    Ok(rows)
}
