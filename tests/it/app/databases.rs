//! A database for each test: a file on SQLite, a copy of one migrated template on PostgreSQL.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database as Server, DatabaseConnection, DbErr, Statement};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use upline::config::{Config, Sources};
use upline::store::database::Database;

const URL_VARIABLE: &str = "UPLINE_TEST_POSTGRES_URL";
/// Databases older than this were left over by a run that was cut off.
const STALE_SECONDS: u64 = 3600;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// An open database that goes when the test has passed.
pub struct TestDatabase {
    pub open: Database,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server(String),
}

impl TestDatabase {
    pub async fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let open = connect(&format!("sqlite://{}", folder.path().join("upline.db").display())).await;
                open.migrate().await.unwrap();
                Self { open, place: Place::Folder(folder) }
            }
            Backend::Postgres => {
                let name = copy_of_template().await;
                Self { open: connect(&url_of(&name)).await, place: Place::Server(name) }
            }
        }
    }

    /// Where it lies on a server.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Folder(_) => panic!("only databases of a server have a URL that others may use"),
            Place::Server(name) => url_of(name),
        }
    }

    /// The same database after the server that had it open has ended.
    pub async fn reopen(self) -> Self {
        let url = match &self.place {
            Place::Folder(folder) => format!("sqlite://{}", folder.path().join("upline.db").display()),
            Place::Server(name) => url_of(name),
        };
        Self { open: connect(&url).await, ..self }
    }

    pub async fn remove(self) {
        self.open.close().await.unwrap();
        match self.place {
            Place::Folder(folder) => folder.close().unwrap(),
            Place::Server(name) => {
                let server = server().await;
                run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
                server.close().await.unwrap();
            }
        }
    }
}

async fn connect(url: &str) -> Database {
    let settings = [&format!("database.url={url}"), "database.acquire_timeout_milliseconds=60000", "database.read_connections=4"];
    let config = Config::load(&Sources { overrides: settings.map(str::to_owned).into(), ..Sources::default() }).unwrap();
    Database::connect(&config.database).await.unwrap()
}

/// Copies the template, which the first test of the process makes.
async fn copy_of_template() -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    static COPIES: AtomicU32 = AtomicU32::new(0);
    let template = TEMPLATE.get_or_init(make_template).await;
    let name = template.replace("template", &COPIES.fetch_add(1, Ordering::Relaxed).to_string());
    let server = server().await;
    run(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    server.close().await.unwrap();
    name
}

async fn make_template() -> String {
    let server = server().await;
    #[expect(clippy::disallowed_methods, reason = "the age of left-over databases is a matter of the real time")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    remove_stale(&server, now).await;
    let name = format!("upline_test_{now}_{}_template", std::process::id());
    run(&server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
    server.close().await.unwrap();
    let template = connect(&url_of(&name)).await;
    template.migrate().await.unwrap();
    template.close().await.unwrap();
    name
}

async fn remove_stale(server: &DatabaseConnection, now: u64) {
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'upline\\_test\\_%'";
    let rows = server.query_all_raw(Statement::from_string(server.get_database_backend(), sql)).await.unwrap();
    for name in rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()) {
        let made = name.split('_').nth(2).and_then(|seconds| seconds.parse::<u64>().ok());
        if made.is_some_and(|made| made + STALE_SECONDS < now) {
            // Another run may be removing the same ones.
            run(server, &format!("DROP DATABASE IF EXISTS {name}")).await.ok();
        }
    }
}

async fn run(server: &DatabaseConnection, sql: &str) -> Result<(), DbErr> {
    server.execute_unprepared(sql).await.map(drop)
}

async fn server() -> DatabaseConnection {
    Server::connect(server_url()).await.unwrap_or_else(|error| panic!("{URL_VARIABLE} names no server that answers: {error}"))
}

fn server_url() -> String {
    std::env::var(URL_VARIABLE).unwrap_or_else(|_| {
        panic!("{URL_VARIABLE} is not set: start the tests by tests/run, or set it to a PostgreSQL where databases may be made")
    })
}

/// The server's URL with another database: whatever stands between the host and the parameters is replaced.
fn url_of(database: &str) -> String {
    let url = server_url();
    let (address, parameters) = url.split_once('?').map_or((url.as_str(), String::new()), |(address, rest)| (address, format!("?{rest}")));
    let (scheme, rest) = address.split_once("://").expect("a URL");
    let host = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{database}{parameters}")
}
