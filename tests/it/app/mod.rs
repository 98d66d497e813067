//! A server without its transports: services on a fresh database, with a clock and chance that the test owns.

mod databases;
pub mod dump;
pub mod files;
mod hubs;
mod ledger;
mod network;
mod outside;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use sea_orm::{ConnectionTrait, Statement, TryGetable, Value};
use upline::app::World;
use upline::auth::principal::Principal;
use upline::commands::accounts::{LogIn, SignUp, SignedIn, log_in, sign_up};
use upline::commands::partners::{BecomePartner, Joining, become_partner};
use upline::commands::referral_links::Referral;
use upline::commands::{Error, Outside, Services};
use upline::config::secrets::Secret;
use upline::config::{Config, Sources};
use upline::domain::accounts::{Role, Scope, write_scopes};
use upline::domain::clients::Client;
use upline::domain::partners::Slot;
use upline::domain::refusal::Refusal;

pub use self::databases::{Backend, TestDatabase};
use self::hubs::Hubs;
use self::outside::{ManualClock, SeededRandom};

pub const PASSWORD: &str = "correct horse battery";
pub const KEY: [u8; 32] = [42; 32];

/// Makes each of the named tests twice: `sqlite::name` and `postgres::name`.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::app::run(crate::app::Backend::Sqlite, super::$name).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::app::run(crate::app::Backend::Postgres, super::$name).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// What a test works with.
#[derive(Clone)]
pub struct App {
    pub services: Services,
    pub clock: Arc<ManualClock>,
    wakes: Arc<AtomicUsize>,
    hubs: Hubs,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Member {
    pub principal: Principal,
    pub tokens: SignedIn,
}

impl Member {
    /// The access token.
    pub fn token(&self) -> &str {
        self.tokens.access_token.expose()
    }
}

/// A partner signed in.
#[derive(Clone, Debug)]
pub struct TestPartner {
    pub member: Member,
    pub number: i64,
    pub code: String,
}

/// Runs a test on a fresh database; afterwards both trees must be whole, the ledger must be in order, and every hub that ran must have read every
/// event.
pub async fn run<F: Future<Output = ()>>(backend: Backend, test: fn(App) -> F) {
    let database = TestDatabase::create(backend).await;
    let app = App::start(&database);
    test(app.clone()).await;
    network::assert_whole(&app).await;
    hubs::assert_all_read(&app).await;
    ledger::assert_in_order(&app).await;
    drop(app);
    database.remove().await;
}

impl App {
    /// For tests that end the server themselves, and with it the database; all others get one from [`run`].
    pub fn start(database: &TestDatabase) -> Self {
        let (clock, wakes) = (Arc::new(ManualClock::default()), Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&wakes);
        let outside = Outside {
            clock: Arc::<ManualClock>::clone(&clock),
            random: Arc::new(SeededRandom::new(7)),
            wake: Arc::new(move || {
                counter.fetch_add(1, Ordering::SeqCst);
            }),
        };
        let services = Services::new(&config(&[]), &Secret::new(KEY), database.open.clone(), outside).unwrap();
        Self { services, clock, wakes, hubs: Hubs::default() }
    }

    /// The same database and clock under another configuration.
    pub fn with(&self, settings: &[&str]) -> Self {
        let wakes = Arc::clone(&self.wakes);
        let outside = Outside {
            clock: Arc::clone(&self.services.clock),
            random: Arc::clone(&self.services.random),
            wake: Arc::new(move || {
                wakes.fetch_add(1, Ordering::SeqCst);
            }),
        };
        let services = Services::new(&config(settings), &Secret::new(KEY), self.services.database.clone(), outside).unwrap();
        Self { services, ..self.clone() }
    }

    /// The application as it is served, over this database and clock. Its hub must be kept running.
    pub async fn whole(&self, settings: &[&str]) -> upline::app::App {
        self.try_whole(settings).await.unwrap()
    }

    /// The same, or why it does not start.
    pub async fn try_whole(&self, settings: &[&str]) -> anyhow::Result<upline::app::App> {
        let key = format!("auth.signing_key={}", STANDARD.encode(KEY));
        let settings: Vec<&str> = settings.iter().copied().chain([key.as_str()]).collect();
        let world = World { clock: Arc::clone(&self.services.clock), random: Arc::clone(&self.services.random) };
        let metrics = upline::telemetry::recorder().unwrap().handle();
        let whole = upline::app::App::new(&config(&settings), self.services.database.clone(), &world, metrics).await?;
        self.hubs.watch(&whole.hub);
        Ok(whole)
    }

    /// For hubs that were never run: what they have not read does not count.
    pub fn forget_hubs(&self) {
        self.hubs.forget();
    }

    /// How often readers of events were woken.
    pub fn wakes(&self) -> usize {
        self.wakes.load(Ordering::SeqCst)
    }

    pub async fn authenticate(&self, token: &str) -> Option<Principal> {
        self.services.authenticate(token, None).await.unwrap()
    }

    /// The principal of a pair of tokens, which must be valid.
    pub async fn principal(&self, tokens: &SignedIn) -> Principal {
        self.authenticate(tokens.access_token.expose()).await.expect("the access token is valid")
    }

    /// A new account, `{username}@example.org`, signed in.
    pub async fn member(&self, username: &str) -> Member {
        let tokens = sign_up(&self.services, &new_account(username)).await.unwrap();
        Member { principal: self.principal(&tokens).await, tokens }
    }

    /// Somebody who has an account, signed in once more.
    pub async fn sign_in(&self, username: &str) -> Principal {
        let input = LogIn { login: username.to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
        self.principal(&log_in(&self.services, &input).await.unwrap()).await
    }

    /// A new operator with these scopes.
    pub async fn operator(&self, username: &str, scopes: &[Scope]) -> Principal {
        self.staff(username, Role::Operator, scopes).await.principal
    }

    /// Somebody new of the staff, signed in.
    pub async fn staff(&self, username: &str, role: Role, scopes: &[Scope]) -> Member {
        let member = self.member(username).await;
        let scopes = write_scopes(&scopes.iter().copied().collect::<BTreeSet<_>>());
        let sql = "UPDATE accounts SET role = $1, scopes = $2 WHERE username = $3";
        self.execute(sql, [role.code().into(), scopes.into(), username.into()]).await;
        Member { principal: self.principal(&member.tokens).await, ..member }
    }

    /// A new partner; with a sponsor where a referral code is given, in a slot where one is given.
    pub async fn join(&self, username: &str, code: Option<&str>, slot: Option<Slot>) -> Result<TestPartner, Error> {
        let member = self.member(username).await;
        let joining = Joining { referral_code: code.map(str::to_owned), slot, ..Joining::default() };
        let input = BecomePartner { joining, idempotency_key: None };
        let number = become_partner(&self.services, &member.principal, &input).await?;
        Ok(self.partner(member, number).await)
    }

    /// The partner that a member has become.
    pub async fn partner(&self, member: Member, number: i64) -> TestPartner {
        let code = self.value("SELECT referral_code FROM partners WHERE id = $1", [number.into()]).await;
        let principal = self.principal(&member.tokens).await;
        TestPartner { member: Member { principal, ..member }, number, code }
    }

    /// A sponsor's recruits, one after the other.
    pub async fn recruits(&self, sponsor: &TestPartner, usernames: &[&str]) -> Vec<TestPartner> {
        let mut recruits = Vec::new();
        for username in usernames {
            recruits.push(self.join(username, Some(&sponsor.code), None).await.unwrap());
        }
        recruits
    }

    /// Where a partner stands: `parent position`, or nothing.
    pub async fn place(&self, number: i64) -> Option<(i64, String)> {
        let parent: Option<i64> = self.value("SELECT placement_parent_id FROM partners WHERE id = $1", [number.into()]).await;
        let position: Option<String> = self.value("SELECT position FROM partners WHERE id = $1", [number.into()]).await;
        parent.zip(position)
    }

    /// The events' kinds and payloads, in the order of writing.
    pub async fn events(&self) -> Vec<(String, String)> {
        let rows = self.services.database.reader().query_all_raw(self.statement("SELECT kind, payload FROM events ORDER BY id", []));
        rows.await.unwrap().iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
    }

    /// The one value that a query gives.
    pub async fn value<T: TryGetable>(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> T {
        let row = self.services.database.reader().query_one_raw(self.statement(sql, values)).await.unwrap();
        row.expect("a row").try_get_by_index(0).unwrap()
    }

    pub async fn count(&self, rows: &str) -> i64 {
        self.value(&format!("SELECT count(*) FROM {rows}"), []).await
    }

    /// Changes rows behind the server's back.
    pub async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) {
        let transaction = self.services.database.begin().await.unwrap();
        transaction.execute_raw(self.statement(sql, values)).await.unwrap();
        transaction.commit().await.unwrap();
    }

    fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.services.database.backend(), sql, values)
    }
}

/// What `username` signs up with.
pub fn new_account(username: &str) -> SignUp {
    SignUp {
        username: Some(username.to_owned()),
        email: format!("{username}@example.org"),
        name: username.to_uppercase(),
        phone: None,
        password: Secret::new(PASSWORD.to_owned()),
        partner: None,
        client: Client::default(),
        referral: Referral::default(),
        idempotency_key: None,
    }
}

/// The refusal of an act that must have been refused.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

/// What came of acts done all at once: the answers and the refusals.
pub async fn all_at_once<T: Send + 'static>(
    acts: impl IntoIterator<Item = impl Future<Output = Result<T, Error>> + Send + 'static>,
) -> (Vec<T>, Vec<Refusal>) {
    let tasks: Vec<_> = acts.into_iter().map(tokio::spawn).collect();
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            Ok(answer) => answers.push(answer),
            Err(Error::Refused(refusal)) => refusals.push(refusal),
            Err(error) => panic!("{error}"),
        }
    }
    (answers, refusals)
}

pub fn config(settings: &[&str]) -> Config {
    // Their address is not that of the database they run on, so mails would go to a folder that all tests share.
    let cheap = ["mail.delivery=off", "auth.argon2_memory_kib=8192", "auth.argon2_iterations=1", "auth.waiting_hashes=10000"];
    // Most tests of payouts are about something else; those of the transaction password say so.
    let usual = ["payout.transaction_password=never"];
    let overrides = cheap.iter().chain(&usual).chain(settings).map(|&setting| setting.to_owned()).collect();
    Config::load(&Sources { overrides, ..Sources::default() }).unwrap()
}
