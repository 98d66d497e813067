//! Commission lines by id, and those of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::commissions::Commission;
use crate::domain::instant::Instant;
use crate::domain::pages::{Page, Slice};
use crate::store::commissions::{Filter, Tally};
use crate::store::database::Database;
use crate::store::{commissions, error::Error};

/// Id → the line.
pub struct Commissions;

impl Relation for Commissions {
    type Args = ();
    type Value = Option<Commission>;

    async fn fetch(database: &Database, (): &(), ids: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(commissions::by_ids(database.reader(), ids).await?.into_iter().map(|line| (line.id, Some(line))).collect())
    }
}

/// Partner → a page of the lines it earns.
pub struct CommissionsOf;

impl Relation for CommissionsOf {
    type Args = (Filter, Page);
    type Value = Slice<Commission>;

    async fn fetch(database: &Database, (filter, page): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        commissions::of_partners(database.reader(), partners, filter, page).await
    }
}

/// Partner → how many lines it earns.
pub struct CommissionCounts;

impl Relation for CommissionCounts {
    type Args = Filter;
    type Value = i64;

    async fn fetch(database: &Database, filter: &Filter, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        commissions::counts(database.reader(), partners, filter).await
    }
}

/// Partner → its lines between two instants, tallied.
pub struct Tallies;

impl Relation for Tallies {
    type Args = (Option<Instant>, Option<Instant>);
    type Value = Vec<Tally>;

    async fn fetch(database: &Database, (from, before): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        commissions::tallies(database.reader(), partners, *from, *before).await
    }
}
