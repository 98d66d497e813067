//! The program itself, as somebody at a terminal runs it.

#[cfg(unix)]
mod demo;
mod life;
mod mails;
mod payouts;
pub mod server;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder in which the program runs, with a configuration that says where the database lies.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let configuration = "[database]\nurl = \"sqlite://data/upline.db\"\n[auth]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n";
        place.write("upline.toml", configuration);
        place
    }

    /// The same on another database than an embedded one.
    pub fn on(url: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let key = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=";
        let auth = format!("[auth]\nsigning_key = \"{key}\"\nargon2_memory_kib = 8192\nargon2_iterations = 1\n");
        place.write("upline.toml", &format!("[database]\nurl = \"{url}\"\n{auth}[mail]\ndelivery = \"off\"\n"));
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What the program has logged to a file here.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("log.txt")).unwrap_or_default()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        let before = std::fs::read_to_string(self.path().join(name)).unwrap_or_default();
        self.write(name, &format!("{before}{text}"));
    }

    /// Runs the program with words and a text on its standard input.
    fn run(&self, words: &[&str], input: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_upline"));
        program.args(words).current_dir(self.path()).env_clear();
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that ends without reading closes the pipe.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        child.wait_with_output().unwrap()
    }

    /// What the program says when all is well.
    pub fn says(&self, words: &[&str], input: &str) -> String {
        let output = self.run(words, input);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the program says when it refuses.
    fn refuses(&self, words: &[&str], input: &str) -> String {
        let output = self.run(words, input);
        assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

const NETWORK: &str = "partner,sponsor,joined_at,name\n1,,2026-01-01T00:00:00Z,Anna\n2,1,2026-01-01T00:00:00Z,Bert\n";

#[test]
fn a_network_is_taken_in_rebuilt_and_written_back() {
    let place = Place::new();
    assert!(place.says(&["migrate"], "").contains("migrations applied, the database is up to date"));
    assert!(place.says(&["migrate"], "").contains(": 0 migrations applied"));
    place.write("network.csv", NETWORK);
    place.write("orders.csv", "order,partner,placed_at,cv\n7,2,2026-01-05T00:00:00Z,10\n");
    let import = ["import", "--network", "network.csv", "--orders", "orders.csv"];
    assert_eq!(place.says(&import, ""), "network.csv: 2 rows imported\norders.csv: 1 rows imported\n");
    assert!(place.says(&import, "").starts_with("network.csv: passed over, it was imported at "));
    assert_eq!(place.says(&["rebuild"], ""), "2 rows of volumes rebuilt\n");
    assert_eq!(place.says(&["export", "--out", "out"], ""), "out/network.csv: 2 rows\nout/orders.csv: 1 rows\n");
    assert_eq!(std::fs::read_to_string(place.path().join("out/orders.csv")).unwrap().lines().count(), 2);
    assert!(place.refuses(&["migrate", "--down"], "").contains("--drop-all-data"));
    assert!(place.says(&["migrate", "--down", "--drop-all-data"], "").contains("all tables were dropped"));
    assert!(place.refuses(&import, "").contains("migrations are missing; run: upline migrate"));
}

#[test]
fn a_bad_row_and_a_period_that_is_no_month_are_named() {
    let place = Place::new();
    place.says(&["migrate"], "");
    place.write("network.csv", &format!("{NETWORK}3,9,2026-01-01T00:00:00Z,Carl\n"));
    let refused = place.refuses(&["import", "--network", "network.csv"], "");
    assert_eq!(refused, "upline: network.csv line 4: sponsor: partner 9 does not exist\n");
    place.write("ranks.csv", "partner,rank,previous\n");
    let refused = place.refuses(&["import", "--ranks", "ranks.csv", "--period", "2026-W05"], "");
    assert!(refused.contains("ranks.csv: --period 2026-W05: orders are filed by month"), "{refused}");
}

#[test]
fn accounts_are_made_and_opened_from_standard_input() {
    let place = Place::new();
    place.says(&["migrate"], "");
    let create = ["account", "create", "--username", "boss", "--role", "OWNER"];
    assert!(place.refuses(&create, "").contains("standard input is empty"));
    assert_eq!(place.says(&create, "correct horse battery\n"), "boss: the account is made\n");
    assert!(!place.refuses(&create, "correct horse battery\n").contains("correct horse"));
    assert_eq!(place.says(&["account", "password", "--username", "BOSS"], "another long password\n"), "boss: the password is set\n");
    assert!(place.refuses(&["account", "password", "--username", "nobody"], "x\n").contains("there is no account nobody"));
}

#[test]
fn a_mistyped_path_makes_no_database() {
    let place = Place::new();
    for words in [&["export", "--out", "out"][..], &["rebuild"], &["migrate", "--down", "--drop-all-data"]] {
        let refused = place.refuses(words, "");
        assert!(refused.contains("database.url sqlite://data/upline.db: there is no such file"), "{words:?}: {refused}");
    }
    assert!(!place.path().join("data").exists());
}

#[cfg(unix)]
#[test]
fn the_embedded_database_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.says(&["migrate"], "");
    let mode = |name: &str| std::fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/upline.db")), (0o700, 0o600));
}

#[test]
fn the_configuration_is_shown_without_its_secrets() {
    let place = Place::new();
    let url = "database.url=postgres://upline:hunter2@db.example/upline";
    let shown = place.says(&["config", "--set", url], "");
    assert!(shown.contains("url = \"postgres://upline:***@db.example/upline\"  # flag --set"), "{shown}");
    assert!(shown.contains("argon2_memory_kib = 8192  # file upline.toml"), "{shown}");
    assert_eq!(place.says(&["config", "--reference"], ""), upline::config::REFERENCE);
    place.write("upline.toml", "[database]\nurl = postgres://upline:hunter2@db.example/upline\n");
    let refused = place.refuses(&["config"], "");
    assert!(refused.contains("file upline.toml: line 2, column ") && !refused.contains("hunter2"), "{refused}");
}
