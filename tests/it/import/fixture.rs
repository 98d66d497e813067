//! A fresh migrated database of either kind, and a folder for files.

use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait as _;
use upline::config::{Config, Sources};
use upline::domain::instant::Instant;
use upline::export::{self, export};
use upline::import::{self, Files, Options, Report, Source};
use upline::store::database::Database;

use crate::app::{Backend, TestDatabase, files};

pub struct Fixture {
    pub database: Database,
    pub config: Config,
    folder: tempfile::TempDir,
    made: TestDatabase,
}

impl Fixture {
    pub async fn sqlite() -> Self {
        Self::open(Backend::Sqlite).await
    }

    async fn open(backend: Backend) -> Self {
        let overrides = vec!["auth.argon2_memory_kib=8192".to_owned(), "auth.argon2_iterations=1".to_owned()];
        let config = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
        let made = TestDatabase::create(backend).await;
        Self { database: made.open.clone(), config, folder: tempfile::tempdir().unwrap(), made }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and names it as an import source.
    pub fn file(&self, name: &str, text: &str) -> Option<Source> {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        Some(Source::file(path))
    }

    pub async fn import(&self, files: &Files) -> Result<Report, import::Error> {
        import::import(&self.database, files, &options()).await
    }

    /// Exports, and gives the text of each file by name; empty where a file was not written.
    pub async fn export(&self, period: Option<&str>, contacts: bool) -> impl Fn(&str) -> String + use<> {
        let folder = self.path("out");
        let period = period.map(|period| period.parse().unwrap());
        export(&self.database, &folder, export::Options { period, contacts }).await.unwrap();
        move |name| std::fs::read_to_string(Path::new(&folder).join(name)).unwrap_or_default()
    }

    /// The number that a query gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.database.reader().query_one_raw(sea_orm::Statement::from_string(self.database.backend(), sql)).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    async fn close(self) {
        drop(self.database);
        self.made.remove().await;
    }
}

pub fn now() -> Instant {
    "2026-02-01T12:00:00Z".parse().unwrap()
}

pub fn options() -> Options {
    files::options(now())
}

/// Runs a test on SQLite, then on PostgreSQL.
pub async fn on_both(test: impl AsyncFn(&Fixture)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let fixture = Fixture::open(backend).await;
        test(&fixture).await;
        fixture.close().await;
    }
}
