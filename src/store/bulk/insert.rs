//! Many rows by one statement.
//!
//! PostgreSQL takes one array per column, so that a batch of any size is the same statement; SQLite takes rows of placeholders.

use std::fmt::Write as _;

use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::store::database::Transaction;
use crate::store::error::Error;

/// Rows of one SQLite statement: beyond that the time per row no longer falls.
const SQLITE_ROWS: usize = 200;

/// The kinds of columns that are written in bulk.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Integer,
    Text,
    Boolean,
}

/// A table and the columns that are filled.
pub(super) struct Target<const N: usize> {
    pub table: &'static str,
    pub columns: [(&'static str, Kind); N],
}

impl<const N: usize> Target<N> {
    /// Adds the rows.
    pub(super) async fn insert(&self, transaction: &Transaction, rows: Vec<[Value; N]>) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let names = self.columns.map(|(name, _)| name).join(", ");
        let head = format!("INSERT INTO {} ({names})", self.table);
        match transaction.get_database_backend() {
            DbBackend::Postgres => self.insert_arrays(transaction, &head, rows).await,
            _ => Self::insert_placeholders(transaction, &head, rows).await,
        }
    }

    async fn insert_arrays(&self, transaction: &Transaction, head: &str, rows: Vec<[Value; N]>) -> Result<(), Error> {
        let mut columns: [Vec<Value>; N] = std::array::from_fn(|_| Vec::with_capacity(rows.len()));
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let mut arrays = Vec::with_capacity(N);
        let mut values = Vec::with_capacity(N);
        for (index, (column, (_, kind))) in columns.into_iter().zip(self.columns).enumerate() {
            let (array, name) = match kind {
                Kind::Integer => (ArrayType::BigInt, "bigint"),
                Kind::Text => (ArrayType::String, "text"),
                Kind::Boolean => (ArrayType::Bool, "boolean"),
            };
            arrays.push(format!("${}::{name}[]", index + 1));
            values.push(Value::Array(array, Some(Box::new(column))));
        }
        let sql = format!("{head} SELECT * FROM unnest({})", arrays.join(", "));
        transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        Ok(())
    }

    async fn insert_placeholders(transaction: &Transaction, head: &str, rows: Vec<[Value; N]>) -> Result<(), Error> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let values: Vec<Value> = rows.by_ref().take(SQLITE_ROWS).flatten().collect();
            let row = format!("({})", ["?"; N].join(","));
            let mut sql = format!("{head} VALUES {row}");
            for _ in 1..values.len() / N {
                // Writing to a string does not fail.
                let _ = write!(sql, ",{row}");
            }
            transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        }
        Ok(())
    }
}
