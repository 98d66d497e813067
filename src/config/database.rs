//! `[database]`: where the data lies, and the pools.

use std::fmt;
use std::path::{Path, PathBuf};
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
        Allowed::Secret(
            |text| Backend::of(text).is_some(),
            "sqlite://PATH of a file (without %, and not of memory, of which every connection would see another one) or postgres://USER:PASSWORD@HOST:PORT/NAME; \
             percent-encode in user, password and parameters what has a meaning in URLs: / as %2F, ? as %3F, # as %23, @ as %40, % as %25",
        ),
    ),
    ("read_connections", Allowed::Number(1..=500)),
    ("write_connections", Allowed::Number(1..=500)),
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
    /// Embedded: a file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Backend {
    fn of(url: &str) -> Option<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            // The driver decodes `%`, and the file would be another one than the one whose mode and neighbours are looked after here.
            let plain = |file: &str| !file.is_empty() && file != ":memory:" && !file.contains('%');
            return (plain(path_of(path)) && !path.contains("mode=memory")).then_some(Self::Sqlite);
        }
        let server = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        server.filter(|rest| names_server(rest)).map(|_| Self::Postgres)
    }
}

/// Whether what follows the scheme is cut where it was meant to be: a `/`, `?` or `#` of a password that is not percent-encoded would make parsers take
/// part of it for a port or a database, and print it in their messages. Such a URL has its `@` behind what looks like the end of the host.
fn names_server(rest: &str) -> bool {
    let (authority, path) = rest.split_at(authority_end(rest));
    let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
    let port = if server.ends_with(']') { None } else { server.rsplit_once(':').map(|(_, port)| port) };
    !rest.is_empty()
        && !path.contains('@')
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
        && !rest.chars().any(|character| character.is_whitespace() || character.is_control())
}

/// Where user, password, host and port end.
fn authority_end(rest: &str) -> usize {
    rest.find(['/', '?', '#']).unwrap_or(rest.len())
}

/// A database URL. Printed or serialised, its passwords are masked; [`DatabaseUrl::expose`] gives it whole.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
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

    /// The file of an SQLite database; `None` for PostgreSQL.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        Some(Path::new(path_of(self.0.strip_prefix("sqlite://")?)))
    }

    /// A file or folder as it is named; where it is not, the one of this name beside an SQLite database, and none for PostgreSQL.
    #[must_use]
    pub fn place(&self, named: &Path, beside: &str) -> Option<PathBuf> {
        if named.as_os_str().is_empty() { Some(self.sqlite_file()?.with_file_name(beside)) } else { Some(named.to_owned()) }
    }

    fn masked(&self) -> String {
        // Only a PostgreSQL URL has passwords, and the rule has made sure that it is cut as parsers cut it.
        let Some((scheme, rest)) = self.0.split_once("://").filter(|(scheme, _)| *scheme != "sqlite") else { return self.0.clone() };
        let (authority, path) = rest.split_at(authority_end(rest));
        let authority = match authority.rsplit_once('@') {
            Some((user, server)) => match user.split_once(':') {
                Some((name, _)) => format!("{name}:***@{server}"),
                None => authority.to_owned(),
            },
            None => authority.to_owned(),
        };
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut masked = format!("{scheme}://{authority}{path}");
        for (index, pair) in query.iter().flat_map(|query| query.split('&')).enumerate() {
            masked.push(if index == 0 { '?' } else { '&' });
            match pair.split_once('=') {
                // An encoded name may say "password" as well.
                Some((name, _)) if name.to_lowercase().contains("password") || name.contains('%') => masked.extend([name, "=***"]),
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
