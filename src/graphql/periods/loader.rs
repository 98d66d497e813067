//! Periods by id and by code.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::periods::PeriodRecord;
use crate::store::database::Database;
use crate::store::{error::Error, periods};

/// Id → the period.
pub struct Periods;

impl Relation for Periods {
    type Args = ();
    type Value = Option<PeriodRecord>;

    async fn fetch(database: &Database, (): &(), ids: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(periods::by_ids(database.reader(), ids).await?.into_iter().map(|period| (period.id, Some(period))).collect())
    }
}

/// The id of the period with a code. A code is asked for alone, so there is one parent only: [`PeriodIds::ALONE`].
pub struct PeriodIds;

impl PeriodIds {
    /// Stands where other relations have a parent.
    pub const ALONE: i64 = 0;
}

impl Relation for PeriodIds {
    type Args = String;
    type Value = Option<i64>;

    async fn fetch(database: &Database, code: &String, _: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let found = periods::by_code(database.reader(), code).await?;
        Ok(HashMap::from([(Self::ALONE, found.map(|period| period.id))]))
    }
}
