//! The connection to the database: one place for pools, transactions and retries.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use super::error::Error;
use super::statements;
use crate::config::database::{Backend, Database as Settings};

/// An open database.
///
/// SQLite has one connection that writes, with BEGIN IMMEDIATE, and readers apart: with plain BEGIN, concurrent writers lose most of
/// their work to lock errors. PostgreSQL has a pool for each, so that readers cannot starve writers.
#[derive(Clone, Debug)]
pub struct Database {
    readers: DatabaseConnection,
    writer: DatabaseConnection,
    tries: u32,
}

/// A connection of PostgreSQL that was idle for longer is asked whether it still stands before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(3);

/// A transaction under way.
pub type Transaction = DatabaseTransaction;

impl Database {
    /// Opens the database; an SQLite file is made where there is none.
    ///
    /// # Errors
    /// Unreachable, refused, or not a database.
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        let mut options = ConnectOptions::new(settings.url.expose());
        options
            .max_connections(settings.read_connections)
            .acquire_timeout(settings.acquire_timeout())
            .connect_timeout(settings.acquire_timeout())
            .sqlx_logging(false);
        let (readers, writer) = if settings.url.backend() == Backend::Sqlite {
            // A file does not go away.
            options.test_before_acquire(false);
            let mut write = options.clone();
            write.max_connections(1).map_sqlx_sqlite_opts(|options| {
                let options = options.create_if_missing(true).foreign_keys(true).busy_timeout(Duration::from_secs(5));
                // FULL: an acknowledged write survives a power failure.
                options
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "FULL")
                    // What is deleted or overwritten is gone from the file as well, as far as SQLite goes (promise P29).
                    .pragma("secure_delete", "ON")
                    .pragma("cache_size", "-65536")
                    .statement_cache_capacity(256)
            });
            let writer = open(write).await?;
            options.map_sqlx_sqlite_opts(|options| {
                let options = options.foreign_keys(true).busy_timeout(Duration::from_secs(5)).statement_cache_capacity(256);
                // Rows wait in a channel to be fetched: a page of a list goes through without a pause.
                let options = options.row_buffer_size(1_000);
                options.pragma("query_only", "ON").pragma("cache_size", "-65536").pragma("mmap_size", "1073741824")
            });
            (open(options).await?, writer)
        } else {
            options.statement_timeout(settings.statement_timeout()).set_application_name("upline");
            // Busy connections save the question; those that a restart of PostgreSQL has cut off are found out before a request gets them.
            options.test_before_acquire_if_idle_for(TRUSTED_IDLE);
            options.map_sqlx_postgres_opts(|options| options.statement_cache_capacity(256));
            let mut write = options.clone();
            write.max_connections(settings.write_connections);
            (open(options).await?, open(write).await?)
        };
        Ok(Self { readers, writer, tries: settings.write_tries })
    }

    /// For reading outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// SQLite or PostgreSQL.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Opens a transaction that may write. Acts use [`in_transaction!`](crate::store::database::in_transaction), which ends it as well.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Opens a transaction that reads one state of the database, whatever others write meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshot(&self) -> Result<Transaction, Error> {
        if self.backend() == DbBackend::Sqlite {
            return Ok(self.readers.begin().await?);
        }
        let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
        Ok(self.readers.begin_with_config(Some(isolation), Some(access)).await?)
    }

    /// Moves what was written from SQLite's log into its file and empties the log, so that nothing of what was overwritten stays there. Waits a few
    /// seconds for readers; what is left then goes with the next one. PostgreSQL keeps house by itself.
    ///
    /// # Errors
    /// The database's.
    pub async fn empty_log(&self) -> Result<(), Error> {
        if self.backend() == DbBackend::Sqlite {
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Ends a transaction by what came of it, and tells whether the act is to be tried again because rivals were in the way.
    pub async fn settle<T, E: From<Error> + AsTransient>(
        &self,
        transaction: Transaction,
        outcome: Result<T, E>,
        tried: &mut u32,
    ) -> Settled<T, E> {
        let outcome = match outcome {
            Ok(value) => transaction.commit().await.map(|()| value).map_err(|error| E::from(Error::from(error))),
            // A transaction that cannot be rolled back is rolled back by the end of its connection; the act's error says more.
            Err(error) => {
                transaction.rollback().await.ok();
                Err(error)
            }
        };
        match outcome {
            Err(error) if error.is_transient() && *tried < self.tries => {
                // Rivals that met once part ways: each waits a little longer than before.
                tokio::time::sleep(Duration::from_millis(u64::from(*tried * *tried))).await;
                *tried += 1;
                Settled::Again
            }
            outcome => Settled::Done(outcome),
        }
    }

    /// Applies the migrations that are missing.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrate(&self) -> Result<(), Error> {
        Ok(Migrator::up(&self.writer, None).await?)
    }

    /// Takes all migrations back: every table goes.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrate_down(&self) -> Result<(), Error> {
        Ok(Migrator::down(&self.writer, None).await?)
    }

    /// How many migrations this program knows that the database has not seen. Only reads, so that asking whether the server is ready waits for nobody.
    ///
    /// # Errors
    /// The database's.
    pub async fn pending_migrations(&self) -> Result<usize, Error> {
        Ok(Migrator::get_pending_migrations_read_only(&self.readers).await?.len())
    }

    /// The connections as they are used at the moment.
    #[must_use]
    pub fn pools(&self) -> [Pool; 2] {
        [Pool::of("readers", &self.readers), Pool::of("writers", &self.writer)]
    }

    /// Closes the connections after their work.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), Error> {
        self.readers.close().await?;
        Ok(self.writer.close().await?)
    }
}

/// How busy a pool of connections is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `readers` or `writers`.
    pub name: &'static str,
    /// Connections that wait for work.
    pub idle: u32,
    /// Connections at work.
    pub busy: u32,
}

impl Pool {
    fn of(name: &'static str, connection: &DatabaseConnection) -> Self {
        let (size, idle) = match connection.get_database_backend() {
            DbBackend::Sqlite => {
                let pool = connection.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
            _ => {
                let pool = connection.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        let idle = u32::try_from(idle).unwrap_or(u32::MAX);
        Self { name, idle, busy: size.saturating_sub(idle) }
    }
}

/// What [`Database::settle`] found.
pub enum Settled<T, E> {
    /// The act is over.
    Done(Result<T, E>),
    /// A rival was in the way: from the beginning, in a fresh transaction.
    Again,
}

/// Runs an act in one transaction: all of it is kept, or nothing. When rival transactions are in the way the whole act is tried again, so it
/// must have no effect outside the database. A macro, because a closure's future cannot be shown to be `Send`.
macro_rules! in_transaction {
    ($database:expr, |$transaction:ident| $act:expr) => {{
        let mut tried = 1;
        loop {
            let $transaction = $database.begin().await?;
            let outcome = async { $act }.await;
            if let $crate::store::database::Settled::Done(outcome) = $database.settle($transaction, outcome, &mut tried).await {
                break outcome;
            }
        }
    }};
}
pub(crate) use in_transaction;

/// Whether an error of an act came from a rival transaction.
pub trait AsTransient {
    /// Whether a fresh try may succeed.
    fn is_transient(&self) -> bool;
}

impl AsTransient for Error {
    fn is_transient(&self) -> bool {
        Self::is_transient(self)
    }
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, Error> {
    let mut connection = sea_orm::Database::connect(options).await?;
    connection.set_metric_callback(|_| statements::record());
    Ok(connection)
}
