//! Volume events, and the volumes derived from them.

use crate::domain::amount::Amount;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Rows, Sql};

use super::insert::{Kind, Target};

/// Volume credited to a partner.
#[derive(Clone, Copy, Debug)]
pub struct VolumeEvent {
    /// Partner number.
    pub partner_id: i64,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
}

/// The volume events of a period.
///
/// # Errors
/// The database's.
pub async fn events(transaction: &Transaction, period_id: i64) -> Result<Rows<'_, VolumeEvent>, Error> {
    let sql = "SELECT partner_id, pv, cv FROM volume_events WHERE period_id = $1";
    let sql = Sql::whole(transaction, sql, [period_id.into()]);
    sql.stream(transaction, |row| {
        let amount = |index| row.get(index).map(Amount::from_units);
        Ok(VolumeEvent { partner_id: row.get(0)?, pv: amount(1)?, cv: amount(2)? })
    })
    .await
}

/// The volumes of a partner in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VolumeRow {
    /// Partner number.
    pub partner_id: i64,
    /// Own volume: personal and commissionable.
    pub personal: [Amount; 2],
    /// The same with everybody below in the sponsor tree.
    pub group: [Amount; 2],
    /// Commissionable volume of the placement legs, left and right.
    pub legs: [Amount; 2],
}

const VOLUMES: Target<8> = Target {
    table: "volumes",
    columns: [
        ("partner_id", Kind::Integer),
        ("period_id", Kind::Integer),
        ("personal_pv", Kind::Integer),
        ("personal_cv", Kind::Integer),
        ("group_pv", Kind::Integer),
        ("group_cv", Kind::Integer),
        ("left_cv", Kind::Integer),
        ("right_cv", Kind::Integer),
    ],
};

/// Removes the volumes of a period.
///
/// # Errors
/// The database's.
pub async fn clear(transaction: &Transaction, period_id: i64) -> Result<(), Error> {
    // What waits to be folded is in the sums that replace them.
    let waiting = "DELETE FROM unfolded_volumes WHERE event_id IN (SELECT id FROM volume_events WHERE period_id = $1)";
    for sql in [waiting, "DELETE FROM volumes WHERE period_id = $1"] {
        Sql::whole(transaction, sql, [period_id.into()]).execute(transaction).await?;
    }
    Ok(())
}

/// Adds volumes of a period.
///
/// # Errors
/// The database's.
pub async fn add(transaction: &Transaction, period_id: i64, rows: Vec<VolumeRow>) -> Result<(), Error> {
    let rows = rows.into_iter().map(|row| {
        let ([pv, cv], [group_pv, group_cv], [left, right]) = (row.personal, row.group, row.legs);
        [
            row.partner_id.into(),
            period_id.into(),
            pv.units().into(),
            cv.units().into(),
            group_pv.units().into(),
            group_cv.units().into(),
            left.units().into(),
            right.units().into(),
        ]
    });
    VOLUMES.insert(transaction, rows.collect()).await
}
