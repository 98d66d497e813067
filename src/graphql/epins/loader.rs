//! E-pins by number, and those of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::epins::Epin;
use crate::domain::pages::{Page, Slice};
use crate::store::database::Database;
use crate::store::epins::Filter;
use crate::store::{epins, error::Error};

/// Number → the e-pin.
pub struct Epins;

impl Relation for Epins {
    type Args = ();
    type Value = Option<Epin>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(epins::by_numbers(database.reader(), numbers).await?.into_iter().map(|pin| (pin.id, Some(pin))).collect())
    }
}

/// Partner → a page of its e-pins.
pub struct EpinsOf;

impl Relation for EpinsOf {
    type Args = (Filter, Page);
    type Value = Slice<Epin>;

    async fn fetch(database: &Database, (filter, page): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        epins::of_partners(database.reader(), partners, filter, page).await
    }
}

/// Partner → how many e-pins it has.
pub struct EpinCounts;

impl Relation for EpinCounts {
    type Args = Filter;
    type Value = i64;

    async fn fetch(database: &Database, filter: &Filter, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        epins::counts(database.reader(), partners, filter).await
    }
}
