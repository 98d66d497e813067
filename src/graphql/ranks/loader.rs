//! Rank histories of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::pages::{Page, Slice};
use crate::domain::ranks::RankRecord;
use crate::store::database::Database;
use crate::store::{error::Error, ranks};

/// Partner → a page of its rank history.
pub struct RankHistories;

impl Relation for RankHistories {
    type Args = Page;
    type Value = Slice<RankRecord>;

    async fn fetch(database: &Database, page: &Page, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        ranks::histories(database.reader(), partners, page).await
    }
}

/// Partner → in how many periods it held a rank.
pub struct RankCounts;

impl Relation for RankCounts {
    type Args = ();
    type Value = i64;

    async fn fetch(database: &Database, (): &(), partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        ranks::history_counts(database.reader(), partners).await
    }
}
