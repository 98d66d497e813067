//! The demo network: two thousand partners with their orders, the commissions and ranks that the engine computes for them, and three logins to
//! look at it.

mod logins;
mod results;

use std::path::Path;

use crate::auth::passwords::Passwords;
use crate::commands;
use crate::commands::accounts::{CreateStaff, create_staff, find_account, set_password};
use crate::config::network::Placement;
use crate::config::secrets::Secret;
use crate::domain::accounts::{Role, Scope};
use crate::domain::instant::Instant;
use crate::domain::period::Period;
use crate::domain::random::Random;
use crate::domain::trees::PlacementPreference;
use crate::import::{self, Files, Options, Source, identity};
use crate::store;
use crate::store::bulk::partners;
use crate::store::database::{Database, in_transaction};

pub use logins::{DemoLogin, DemoLogins, FileError};

/// The month whose commissions the demo shows.
const PERIOD: &str = "2026-01";
const OPERATOR: &str = "operator";
/// High in the tree: 13 directs, 492 partners below.
const HIGH: i64 = 1201;
/// Low in the tree: eight levels below a root, two directs.
const LOW: i64 = 6248;

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database belongs to somebody.
    #[error("the database holds a network already: give the demo one of its own by database.url")]
    OtherNetwork,
    /// The demo's commissions were not computed.
    #[error("the demo's commissions cannot be computed: {0}")]
    Computation(String),
    /// The demo network was not imported.
    #[error(transparent)]
    Import(#[from] import::Error),
    /// A login was not made.
    #[error(transparent)]
    Login(#[from] commands::Error),
    /// The passwords cannot be kept or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

/// What the demo's logins are made with.
pub struct Means<'a> {
    /// Hashes the passwords.
    pub passwords: &'a Passwords,
    /// What the passwords are made of.
    pub random: &'a dyn Random,
    /// When the first start takes place.
    pub now: Instant,
}

/// Fills a migrated database on the first start, and gives the logins; on later starts the same ones.
///
/// The passwords are kept in `file`, readable for its owner only. Without that file new ones are set. A start that was cut off goes on
/// where it stopped.
///
/// # Errors
/// The database holds another network, or what [`Error`] says.
pub async fn prepare(database: &Database, file: &Path, means: &Means<'_>) -> Result<DemoLogins, Error> {
    let filled = fill(database, means.now).await?;
    if let Some(logins) = logins::read(file)? {
        if !filled && logins.complete {
            return Ok(logins);
        }
        return open(database, file, logins, means).await;
    }
    let login = |role: &str, username: String| DemoLogin { role: role.to_owned(), username, password: logins::password(means.random) };
    let logins = DemoLogins {
        complete: false,
        operator: login("operator, who may do everything", OPERATOR.to_owned()),
        high: login("a partner high in the tree", identity::username(HIGH)),
        low: login("a partner low in the tree", identity::username(LOW)),
    };
    logins::write(file, &logins)?;
    open(database, file, logins, means).await
}

/// Imports the demo network into an empty database; tells whether it did. Where it was imported before, whatever has been imported since stays.
async fn fill(database: &Database, now: Instant) -> Result<bool, Error> {
    let (ours, others) = in_transaction!(database, |transaction| {
        let ours = import::has_network(&transaction, results::NETWORK_NAME).await?;
        Ok::<_, import::Error>((ours, !ours && partners::any(&transaction).await?))
    })?;
    if ours {
        return Ok(false);
    }
    if others {
        return Err(Error::OtherNetwork);
    }
    let period: Period = PERIOD.parse().map_err(|_| Error::Computation(format!("{PERIOD} is no period")))?;
    let results = results::compute(period)?;
    let file = |name: &str, bytes: &[u8]| Some(Source::memory(name, bytes));
    let files = Files {
        plan: file("(demo) plan.toml", results::PLAN.as_bytes()),
        network: file(results::NETWORK_NAME, results::NETWORK),
        orders: file("(demo) orders.csv", results::ORDERS),
        commissions: file("(demo) commissions.csv", &results.commissions),
        ranks: file("(demo) ranks.csv", &results.ranks),
    };
    let options = Options { period: Some(period), placement: Placement::Binary, preference: PlacementPreference::WeakLeg, now };
    import::import(database, &files, &options).await?;
    Ok(true)
}

/// Gives the logins their passwords.
async fn open(database: &Database, file: &Path, mut logins: DemoLogins, means: &Means<'_>) -> Result<DemoLogins, Error> {
    for login in [&logins.operator, &logins.high, &logins.low] {
        let password = Secret::new(login.password.clone());
        match find_account(database, &login.username).await? {
            Some(account) => set_password(database, means.passwords, &account, &password, means.now).await?,
            None => {
                let input = CreateStaff {
                    username: login.username.clone(),
                    email: None,
                    name: "Demo Operator".to_owned(),
                    role: Role::Owner,
                    scopes: Scope::ALL.iter().copied().collect(),
                    password,
                };
                create_staff(database, means.passwords, &input, means.now).await?;
            }
        }
    }
    logins.complete = true;
    logins::write(file, &logins)?;
    Ok(logins)
}
