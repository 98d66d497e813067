//! What can go wrong in the database.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A named constraint forbids the row; commands turn the name into a refusal.
    #[error("the database refused a row: constraint {constraint}")]
    Constraint {
        /// The constraint's or index's name on PostgreSQL; on SQLite that name, or `table.column` for plain unique columns.
        constraint: String,
    },
    /// Another transaction was in the way; the whole transaction may be tried again.
    #[error("the database is busy: {0}")]
    Conflict(DbErr),
    /// No connection came free in time, or none could be made.
    #[error("no database connection came free in time: the database is busy, or cannot be reached")]
    Exhausted,
    /// The statement took longer than `database.statement_timeout_seconds`.
    #[error("the statement took too long and was stopped")]
    TooSlow(DbErr),
    /// A row holds something that the domain does not know.
    #[error("table {table} holds {value:?}, which is not known there")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// What.
        value: String,
    },
    /// A number does not fit into its column.
    #[error("a number does not fit into the database: {0}")]
    OutOfRange(DbErr),
    /// Anything else.
    #[error(transparent)]
    Database(DbErr),
}

impl Error {
    /// Whether a fresh try of the whole transaction may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Whether a sum did not fit where it was to be kept.
    #[must_use]
    pub fn is_out_of_range(&self) -> bool {
        // SQLite turns a sum that is too large into a float, which the table's own check refuses.
        matches!(self, Self::OutOfRange(_)) || self.violates(&["volumes_in_range"])
    }

    /// Whether one of these constraints was in the way: its name, and for a plain unique column also `table.column`, which is all SQLite tells.
    #[must_use]
    pub fn violates(&self, names: &[&str]) -> bool {
        matches!(self, Self::Constraint { constraint } if names.contains(&constraint.as_str()))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match runtime(&error) {
            Some(sqlx::Error::Database(inner)) => match inner.code().as_deref() {
                // PostgreSQL: serialisation failure, deadlock, lock timeout. SQLite: BUSY and LOCKED with their extended codes.
                Some("40001" | "40P01" | "55P03" | "5" | "6" | "261" | "262" | "517") => Self::Conflict(error),
                // PostgreSQL class 23; SQLite CONSTRAINT with its extended codes (787 foreign key, 1555 primary key, 1811 trigger, 2067 unique, 275 check).
                Some(code) if code.starts_with("23") || matches!(code, "19" | "275" | "787" | "1299" | "1555" | "1811" | "2067") => {
                    let constraint = inner.constraint().map_or_else(|| sqlite_constraint(inner.message()), ToOwned::to_owned);
                    Self::Constraint { constraint }
                }
                // PostgreSQL: query_canceled, by the statement timeout.
                Some("57014") => Self::TooSlow(error),
                // PostgreSQL: numeric_value_out_of_range. SQLite says it in words, for its sum().
                Some("22003") => Self::OutOfRange(error),
                Some("1") if inner.message() == "integer overflow" => Self::OutOfRange(error),
                _ => Self::Database(error),
            },
            Some(sqlx::Error::PoolTimedOut) => Self::Exhausted,
            _ => match error {
                DbErr::ConnectionAcquire(_) => Self::Exhausted,
                error => Self::Database(error),
            },
        }
    }
}

fn runtime(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

/// SQLite names an expression index and a CHECK by name, a plain UNIQUE by its columns: `UNIQUE constraint failed: partners.account_id`,
/// `UNIQUE constraint failed: index 'accounts_email_unique'`, `CHECK constraint failed: orders_not_negative`.
fn sqlite_constraint(message: &str) -> String {
    let name = message.rsplit_once("failed: ").map_or(message, |(_, name)| name);
    let name = name.strip_prefix("index ").unwrap_or(name).trim_matches('\'');
    name.to_owned()
}
