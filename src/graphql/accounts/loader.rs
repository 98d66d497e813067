//! Accounts by key.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::accounts::Account;
use crate::store::database::Database;
use crate::store::{accounts, error::Error};

/// Key → the account.
pub struct Accounts;

impl Relation for Accounts {
    type Args = ();
    type Value = Option<Account>;

    async fn fetch(database: &Database, (): &(), ids: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(accounts::by_ids(database.reader(), ids).await?.into_iter().map(|account| (account.id, Some(account))).collect())
    }
}
