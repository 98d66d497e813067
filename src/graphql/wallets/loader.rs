//! Wallets of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::currency::Currency;
use crate::domain::pages::{Page, Slice};
use crate::domain::wallets::{Balance, Movement, MovementFilter, Turnover};
use crate::store::database::Database;
use crate::store::{error::Error, wallets};

/// Partner → what its wallet holds.
pub struct Balances;

impl Relation for Balances {
    type Args = Currency;
    type Value = Balance;

    async fn fetch(database: &Database, currency: &Currency, partners: &[i64]) -> Result<HashMap<i64, Balance>, Error> {
        wallets::balances(database.reader(), partners, *currency).await
    }
}

/// Partner → what ever went through its wallet.
pub struct Turnovers;

impl Relation for Turnovers {
    type Args = Currency;
    type Value = Turnover;

    async fn fetch(database: &Database, currency: &Currency, partners: &[i64]) -> Result<HashMap<i64, Turnover>, Error> {
        wallets::turnovers(database.reader(), partners, *currency).await
    }
}

/// Partner → a page of the movements of its wallet.
pub struct Movements;

impl Relation for Movements {
    type Args = (Currency, MovementFilter, Page);
    type Value = Slice<Movement>;

    async fn fetch(
        database: &Database,
        (currency, filter, page): &Self::Args,
        partners: &[i64],
    ) -> Result<HashMap<i64, Self::Value>, Error> {
        wallets::movements(database.reader(), partners, *currency, filter, page).await
    }
}

/// Partner → how many movements its wallet has.
pub struct MovementCounts;

impl Relation for MovementCounts {
    type Args = (Currency, MovementFilter);
    type Value = i64;

    async fn fetch(database: &Database, (currency, filter): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        wallets::counts(database.reader(), partners, *currency, filter).await
    }
}
