//! Periods by id.

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
