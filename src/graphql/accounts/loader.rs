//! Accounts by key, and their sessions.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::accounts::Account;
use crate::domain::instant::Instant;
use crate::store::database::Database;
use crate::store::sessions::{self, Listed};
use crate::store::{accounts, error::Error};

/// Sessions that are shown of an account.
pub const MOST_SESSIONS: u32 = 100;

/// Key → the account.
pub struct Accounts;

impl Relation for Accounts {
    type Args = ();
    type Value = Option<Account>;

    async fn fetch(database: &Database, (): &(), ids: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(accounts::by_ids(database.reader(), ids).await?.into_iter().map(|account| (account.id, Some(account))).collect())
    }
}

/// Account → its live sessions.
pub struct Sessions;

impl Relation for Sessions {
    /// Now.
    type Args = Instant;
    type Value = Vec<Listed>;

    async fn fetch(database: &Database, now: &Instant, accounts: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        sessions::live(database.reader(), accounts, MOST_SESSIONS, *now).await
    }
}
