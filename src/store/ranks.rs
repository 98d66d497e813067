//! Ranks, and the record of who held them.

use std::collections::HashMap;

use entity::rank;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use super::error::Error;
use super::sql::{EachList, Order, Sql, by_parent};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::ranks::{Rank, RankRecord};

/// All ranks, lowest first.
///
/// # Errors
/// The database's.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Rank>, Error> {
    let rows = rank::Entity::find().order_by_asc(rank::Column::Level).all(connection).await?;
    Ok(rows.into_iter().map(|row| Rank { id: row.id, code: row.code, name: row.name, level: row.level }).collect())
}

/// In how many periods each partner held a rank; partners without any are left out.
///
/// # Errors
/// The database's.
pub async fn history_counts(connection: &impl ConnectionTrait, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT h.partner_id, count(*) FROM ").numbers(partners);
    sql.push(" AS parents JOIN rank_history AS h ON h.partner_id = parents.id GROUP BY h.partner_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// The latest period first.
const HISTORY_ORDER: Order = Order { sort: "t.starts_at", id: "h.id", direction: Direction::Descending };

/// A page of the rank history of each partner.
///
/// # Errors
/// The database's.
pub async fn histories(connection: &impl ConnectionTrait, partners: &[i64], page: &Page) -> Result<HashMap<i64, Slice<RankRecord>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("h.partner_id = ").push(partner);
    };
    let columns = "h.id, h.partner_id, h.period_id, h.rank_id, h.previous_rank_id, h.pv, h.cv, h.gv, h.pgv, h.direct_active, h.left_volume, h.right_volume, t.starts_at";
    let joins = " JOIN periods AS t ON t.id = h.period_id";
    let list = EachList { table: "rank_history", alias: "h", columns, joins, conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, HISTORY_ORDER, list);
    let rows = sql
        .all(connection, |row| {
            let amount = |index: usize| row.get(index).map(Amount::from_units);
            let record = RankRecord {
                id: row.get(1)?,
                partner_id: row.get(2)?,
                period_id: row.get(3)?,
                rank_id: row.get(4)?,
                previous_rank_id: row.get(5)?,
                pv: amount(6)?,
                cv: amount(7)?,
                gv: amount(8)?,
                pgv: amount(9)?,
                direct_active: row.get(10)?,
                left: amount(11)?,
                right: amount(12)?,
                period_start: Instant::from_nanos(row.get(13)?),
            };
            Ok((row.get(0)?, record))
        })
        .await?;
    Ok(by_parent(page, rows))
}
