//! Volumes per partner and period: derived data, folded from the volume events.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::amount::Amount;
use crate::domain::volumes::Volumes;

/// The volumes of partners in a period; who has none is left out.
///
/// # Errors
/// The database's.
pub async fn of_partners(connection: &impl ConnectionTrait, partners: &[i64], period_id: i64) -> Result<HashMap<i64, Volumes>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT v.partner_id, v.personal_pv, v.personal_cv, v.group_pv, v.group_cv, v.left_cv, v.right_cv FROM ").numbers(partners);
    sql.push(" AS parents JOIN volumes AS v ON v.partner_id = parents.id AND v.period_id = ").bind(period_id);
    let rows = sql
        .all(connection, |row| {
            let amount = |index: usize| row.get(index).map(Amount::from_units);
            let volumes = Volumes {
                personal_pv: amount(1)?,
                personal_cv: amount(2)?,
                group_pv: amount(3)?,
                group_cv: amount(4)?,
                left_cv: amount(5)?,
                right_cv: amount(6)?,
            };
            Ok((row.get(0)?, volumes))
        })
        .await?;
    Ok(rows.into_iter().collect())
}
