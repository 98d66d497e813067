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
    /// May be null.
    OptionalInteger,
    Text,
    /// May be null, and is never empty.
    OptionalText,
    Boolean,
}

impl Kind {
    /// As a column of an array: its type, the SQL that reads it, and what stands for null, which the driver cannot put into arrays.
    fn array(self, column: usize) -> (ArrayType, String, &'static str, Option<Value>) {
        match self {
            Self::Integer => (ArrayType::BigInt, format!("c{column}"), "bigint", None),
            Self::OptionalInteger => (ArrayType::BigInt, format!("nullif(c{column}, {})", i64::MIN), "bigint", Some(i64::MIN.into())),
            Self::Text => (ArrayType::String, format!("c{column}"), "text", None),
            Self::OptionalText => (ArrayType::String, format!("nullif(c{column}, '')"), "text", Some("".into())),
            Self::Boolean => (ArrayType::Bool, format!("c{column}"), "boolean", None),
        }
    }
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
        let kinds: [_; N] = std::array::from_fn(|index| self.columns[index].1.array(index));
        let mut columns: [Vec<Value>; N] = std::array::from_fn(|_| Vec::with_capacity(rows.len()));
        for row in rows {
            for ((column, (.., null)), value) in columns.iter_mut().zip(&kinds).zip(row) {
                column.push(match null {
                    Some(null) if value == value.as_null() => null.clone(),
                    _ => value,
                });
            }
        }
        let join = |texts: Vec<String>| texts.join(", ");
        let read = join(kinds.iter().map(|(_, read, ..)| read.clone()).collect());
        let arrays = join(kinds.iter().enumerate().map(|(index, (_, _, kind, _))| format!("${}::{kind}[]", index + 1)).collect());
        let names = join((0..N).map(|index| format!("c{index}")).collect());
        let sql = format!("{head} SELECT {read} FROM unnest({arrays}) AS rows ({names})");
        let values = columns.into_iter().zip(kinds).map(|(column, (kind, ..))| Value::Array(kind, Some(Box::new(column))));
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
