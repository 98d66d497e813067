//! Passwords can be guessed only so often (promise P26).

use std::time::Duration;

use super::{Error, Services};
use crate::auth::keys::keyed_hash;
use crate::auth::passwords::Verdict;
use crate::config::secrets::Secret;
use crate::domain::hexadecimal::hexadecimal;
use crate::domain::refusal::Refusal;
use crate::store::attempts::{self, Admission, End};
use crate::store::database::{Transaction, in_transaction};

/// What is guessed at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guarded<'a> {
    /// The password of who signs in: `account:7`, or the name that nobody has.
    SignIn(&'a str),
    /// The password of an account that is signed in.
    Password(i64),
    /// The transaction password of an account, by its owner.
    TransactionPassword(i64),
    /// The transaction password of a partner, tried by another account: its wrong tries do not lock the owner out.
    ForeignWallet { partner: i64, by: i64 },
    /// Codes of e-pins, by an account.
    Epin(i64),
    /// Codes of e-pins, by who signs up under this name.
    EpinOfVisitor(&'a str),
}

/// How often, and for how long it is locked then.
#[derive(Clone, Copy)]
pub(super) struct Tries {
    pub most: u32,
    pub lock_minutes: u32,
}

impl Guarded<'_> {
    /// How many wrong tries lock it. Visitors have no account by which they could be told apart: one must not lock the others out.
    fn most(self, services: &Services) -> u32 {
        let most = services.tries.most;
        if matches!(self, Self::ForeignWallet { by: 0, .. }) { most.saturating_mul(STRANGERS_TOGETHER) } else { most }
    }

    /// People type passwords into the field of the name: what was typed is not kept.
    fn key(self, services: &Services) -> (&'static str, String) {
        match self {
            Self::SignIn(login) => ("SIGN_IN", hidden(services, login)),
            Self::Password(account) => ("PASSWORD", account.to_string()),
            Self::TransactionPassword(account) => ("TRANSACTION_PASSWORD", account.to_string()),
            Self::ForeignWallet { partner, by } => ("FOREIGN_WALLET", format!("{partner} by {by}")),
            Self::Epin(account) => ("EPIN", account.to_string()),
            Self::EpinOfVisitor(name) => ("EPIN_OF_VISITOR", hidden(services, name)),
        }
    }
}

fn hidden(services: &Services, typed: &str) -> String {
    hexadecimal(&keyed_hash(services.request_key.expose(), typed.to_lowercase().as_bytes()))
}

/// Tries of all strangers to a wallet together, and how many times those of one they may be.
const STRANGERS: &str = "STRANGERS_TO_WALLET";
const STRANGERS_TOGETHER: u32 = 10;

/// How often a try that found others running is asked for again, and after what pause.
const ROUNDS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// Checks a password, unless too many wrong ones were tried before. Without a stored hash it takes as long and is wrong. The try is noted before and
/// after in transactions of its own, so that a refused act leaves its count behind; those that would be too many if all running ones failed wait.
pub(super) async fn check(
    services: &Services,
    what: Guarded<'_>,
    password: &Secret<String>,
    stored: Option<String>,
) -> Result<Verdict, Error> {
    let Guarded::ForeignWallet { partner, .. } = what else { return check_one(services, what, password, stored).await };
    // Somebody with many accounts is a stranger as often. Who is right does not make up for what others tried.
    let wallet = partner.to_string();
    begin(services, (STRANGERS, &wallet), services.tries.most.saturating_mul(STRANGERS_TOGETHER)).await?;
    let verdict = check_one(services, what, password, stored).await;
    let end = if matches!(verdict, Ok(Verdict::Wrong)) { End::Wrong } else { End::Dropped };
    finish(services, (STRANGERS, &wallet), end).await?;
    verdict
}

async fn check_one(services: &Services, what: Guarded<'_>, password: &Secret<String>, stored: Option<String>) -> Result<Verdict, Error> {
    let (kind, subject) = what.key(services);
    begin(services, (kind, &subject), what.most(services)).await?;
    let verdict = services.passwords.check(password.expose().clone(), stored).await;
    let end = match &verdict {
        Ok(Verdict::Right | Verdict::Outdated { .. }) => End::Right,
        Ok(Verdict::Wrong) => End::Wrong,
        Err(_) => End::Dropped,
    };
    finish(services, (kind, &subject), end).await?;
    Ok(verdict?)
}

async fn finish(services: &Services, key: (&str, &str), end: End) -> Result<(), Error> {
    let now = services.now();
    in_transaction!(services.database, |transaction| Ok::<_, Error>(attempts::finish(&transaction, key, end, now).await?))
}

/// Looks for something by a secret that names it, unless too many that name nothing were tried before. What is found does not make up for wrong tries:
/// one known secret would otherwise let somebody guess on for ever.
pub(super) async fn look<T>(
    services: &Services,
    what: Guarded<'_>,
    look: impl Future<Output = Result<Option<T>, Error>>,
) -> Result<Option<T>, Error> {
    let (kind, subject) = what.key(services);
    begin(services, (kind, &subject), what.most(services)).await?;
    let found = look.await;
    let end = if matches!(found, Ok(None)) { End::Wrong } else { End::Dropped };
    finish(services, (kind, &subject), end).await?;
    found
}

/// Forgets the wrong tries of a password that is replaced in this transaction.
pub(super) async fn forget(services: &Services, transaction: &Transaction, what: Guarded<'_>) -> Result<(), Error> {
    let (kind, subject) = what.key(services);
    Ok(attempts::forget(transaction, (kind, &subject)).await?)
}

async fn begin(services: &Services, key: (&str, &str), most: u32) -> Result<(), Error> {
    let lock_minutes = services.tries.lock_minutes;
    for _ in 0..ROUNDS {
        let now = services.now();
        let admission = in_transaction!(services.database, |transaction| {
            Ok::<_, Error>(attempts::begin(&transaction, key, most, i64::from(lock_minutes) * 60, now).await?)
        })?;
        match admission {
            Admission::Admitted => return Ok(()),
            Admission::Locked => return Err(Refusal::TooManyTries { minutes: lock_minutes }.into()),
            Admission::Crowded => tokio::time::sleep(PAUSE).await,
        }
    }
    Err(Refusal::Busy.into())
}
