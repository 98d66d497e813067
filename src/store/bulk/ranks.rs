//! The ranks that partners held in a period.

use crate::domain::amount::Amount;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Rows, Sql};

use super::insert::{Kind, Target};

/// The rank a partner held in a period.
#[derive(Clone, Debug)]
pub struct RankHistoryRow {
    /// Partner number.
    pub partner_id: i64,
    /// Key of the paid rank.
    pub rank_id: i64,
    /// Key of the highest rank held before.
    pub previous_rank_id: i64,
    /// Personal volume, personal commissionable volume, group volume, personal group volume.
    pub volumes: [Amount; 4],
    /// Active partners that the partner sponsored.
    pub direct_active: i64,
    /// Volume of the placement legs, left and right.
    pub legs: [Amount; 2],
}

const RANK_HISTORY: Target<11> = Target {
    table: "rank_history",
    columns: [
        ("partner_id", Kind::Integer),
        ("period_id", Kind::Integer),
        ("rank_id", Kind::Integer),
        ("previous_rank_id", Kind::Integer),
        ("pv", Kind::Integer),
        ("cv", Kind::Integer),
        ("gv", Kind::Integer),
        ("pgv", Kind::Integer),
        ("direct_active", Kind::Integer),
        ("left_volume", Kind::Integer),
        ("right_volume", Kind::Integer),
    ],
};

/// Adds the ranks of a period.
///
/// # Errors
/// The database's.
pub async fn add(transaction: &Transaction, period_id: i64, rows: Vec<RankHistoryRow>) -> Result<(), Error> {
    let rows = rows.into_iter().map(|row| {
        let ([pv, cv, gv, pgv], [left, right]) = (row.volumes, row.legs);
        [
            row.partner_id.into(),
            period_id.into(),
            row.rank_id.into(),
            row.previous_rank_id.into(),
            pv.units().into(),
            cv.units().into(),
            gv.units().into(),
            pgv.units().into(),
            row.direct_active.into(),
            left.units().into(),
            right.units().into(),
        ]
    });
    RANK_HISTORY.insert(transaction, rows.collect()).await
}

/// Whether a period has ranks.
///
/// # Errors
/// The database's.
pub async fn any(transaction: &Transaction, period_id: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM rank_history WHERE period_id = $1 LIMIT 1";
    Ok(Sql::whole(transaction, sql, [period_id.into()]).one(transaction, |_| Ok(())).await?.is_some())
}

/// The ranks of a period, by partner number.
///
/// # Errors
/// The database's.
pub async fn of_period(transaction: &Transaction, period_id: i64) -> Result<Rows<'_, RankHistoryRow>, Error> {
    let sql = "SELECT partner_id, rank_id, previous_rank_id, pv, cv, gv, pgv, direct_active, left_volume, right_volume
               FROM rank_history WHERE period_id = $1 ORDER BY partner_id";
    let sql = Sql::whole(transaction, sql, [period_id.into()]);
    sql.stream(transaction, |row| {
        let amount = |index| row.get(index).map(Amount::from_units);
        Ok(RankHistoryRow {
            partner_id: row.get(0)?,
            rank_id: row.get(1)?,
            previous_rank_id: row.get(2)?,
            volumes: [amount(3)?, amount(4)?, amount(5)?, amount(6)?],
            direct_active: row.get(7)?,
            legs: [amount(8)?, amount(9)?],
        })
    })
    .await
}
