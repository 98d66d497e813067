//! `[database]`: where the data lies, and the pools.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::rules::{Allowed, Rule};

/// The database's settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Which database; its password is masked wherever it is printed.
    pub url: DatabaseUrl,
    /// Connections for reading.
    pub read_connections: u32,
    /// Connections for writing (PostgreSQL; SQLite has one writer).
    pub write_connections: u32,
    /// Connections for background work.
    pub job_connections: u32,
    /// How long to wait for a free connection.
    pub acquire_timeout_milliseconds: u32,
    /// How long one statement may run.
    pub statement_timeout_seconds: u32,
    /// How often a transaction is tried on conflicts.
    pub write_tries: u32,
}

pub(super) const RULES: &[Rule] = &[
    (
        "url",
        Allowed::Secret(|text| Backend::of(text).is_some(), "sqlite://PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/NAME"),
    ),
    ("read_connections", Allowed::Number(1..=500)),
    ("write_connections", Allowed::Number(1..=500)),
    ("job_connections", Allowed::Number(1..=100)),
    ("acquire_timeout_milliseconds", Allowed::Number(10..=60_000)),
    ("statement_timeout_seconds", Allowed::Number(1..=3600)),
    ("write_tries", Allowed::Number(1..=20)),
];

impl Database {
    /// [`Database::acquire_timeout_milliseconds`] as a duration.
    #[must_use]
    pub const fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_milliseconds as u64)
    }

    /// [`Database::statement_timeout_seconds`] as a duration.
    #[must_use]
    pub const fn statement_timeout(&self) -> Duration {
        Duration::from_secs(self.statement_timeout_seconds as u64)
    }
}

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Embedded: a file, or memory.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Backend {
    fn of(url: &str) -> Option<Self> {
        if url == DatabaseUrl::MEMORY || url.strip_prefix("sqlite://").is_some_and(|path| !path_of(path).is_empty()) {
            return Some(Self::Sqlite);
        }
        let server = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        server.filter(|rest| !rest.is_empty()).map(|_| Self::Postgres)
    }
}

/// A database URL. Printed or serialised, its passwords are masked; [`DatabaseUrl::expose`] gives it whole.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    const MEMORY: &str = "sqlite::memory:";

    /// The URL with its password, for connecting only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Which database the URL names.
    #[must_use]
    pub fn backend(&self) -> Backend {
        Backend::of(&self.0).unwrap_or(Backend::Postgres)
    }

    /// The file of an SQLite database; `None` for memory and PostgreSQL.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        let path = path_of(self.0.strip_prefix("sqlite://")?);
        (path != ":memory:").then(|| Path::new(path))
    }

    fn masked(&self) -> String {
        let (address, query) = self.0.split_once('?').map_or((self.0.as_str(), None), |(address, query)| (address, Some(query)));
        let mut masked = match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
            Some((scheme, (user, host))) => match user.split_once(':') {
                Some((name, _)) => format!("{scheme}://{name}:***@{host}"),
                None => address.to_owned(),
            },
            None => address.to_owned(),
        };
        for (index, pair) in query.iter().flat_map(|query| query.split('&')).enumerate() {
            masked.push(if index == 0 { '?' } else { '&' });
            match pair.split_once('=') {
                Some((name, _)) if name.to_lowercase().contains("password") => masked.extend([name, "=***"]),
                _ => masked.push_str(pair),
            }
        }
        masked
    }
}

fn path_of(rest: &str) -> &str {
    rest.split('?').next().unwrap_or_default()
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}
