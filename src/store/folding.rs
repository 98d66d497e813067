//! Volume events are added to the volumes of the lines above in batches, apart from the acts that write them: an order must not wait for everybody
//! above its buyer.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::placements;
use super::sql::{Order, Sql};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};
use crate::store::database::Transaction;

/// Volume credited to a partner; negative where it is taken back.
#[derive(Clone, Copy, Debug)]
pub struct VolumeEvent {
    /// Who is credited.
    pub partner_id: i64,
    /// When it counts.
    pub period_id: i64,
    /// The order it comes from.
    pub order_id: i64,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
    /// When it arose.
    pub at: Instant,
}

/// Writes a volume event, to be folded.
///
/// # Errors
/// The database's.
pub async fn append(transaction: &Transaction, event: &VolumeEvent) -> Result<(), Error> {
    let sql =
        "INSERT INTO volume_events (partner_id, period_id, order_id, pv, cv, occurred_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let values = [
        event.partner_id.into(),
        event.period_id.into(),
        event.order_id.into(),
        event.pv.units().into(),
        event.cv.units().into(),
        event.at.nanos().into(),
    ];
    let id = Sql::whole(transaction, sql, values).returned(transaction).await?;
    Sql::whole(transaction, "INSERT INTO unfolded_volumes (event_id) VALUES ($1)", [id.into()]).execute(transaction).await.map(drop)
}

const FRESH: &str = "fresh (partner_id, period_id, pv, cv) AS (
        SELECT e.partner_id, e.period_id, sum(e.pv), sum(e.cv) FROM volume_events AS e WHERE e.id IN ";

/// The events that wait the longest, at most so many, but for those that were set aside. The trees stand still from here on until the transaction ends, so
/// that a move carries what was folded, and nothing else.
///
/// # Errors
/// The database's.
pub async fn waiting(transaction: &Transaction, most: u32) -> Result<Vec<i64>, Error> {
    placements::lock_trees(transaction).await?;
    let sql = "SELECT event_id FROM unfolded_volumes WHERE set_aside_at IS NULL ORDER BY event_id LIMIT $1";
    Sql::whole(transaction, sql, [i64::from(most).into()]).all(transaction, |row| row.get(0)).await
}

/// Folds these events, and with them what was set aside of the same orders: what takes volume back is never folded without what it takes it from. The caller
/// has them from [`waiting`].
///
/// # Errors
/// The database's; [`Error::is_out_of_range`] where volumes do not fit into it.
pub async fn fold(transaction: &Transaction, waiting: &[i64]) -> Result<(), Error> {
    if waiting.is_empty() {
        return Ok(());
    }
    let mut ids = waiting.to_vec();
    ids.extend(aside_of_same_orders(transaction, waiting).await?);
    add_up(transaction, &ids).await?;
    // A rebuild writes no row for who has no volume: neither is one left where volumes cancel each other.
    let mut empty = Sql::new(transaction);
    empty.push("DELETE FROM volumes WHERE period_id IN (SELECT period_id FROM volume_events WHERE id IN ").numbers(&ids);
    empty.push(") AND personal_pv = 0 AND personal_cv = 0 AND group_pv = 0 AND group_cv = 0 AND left_cv = 0 AND right_cv = 0");
    empty.execute(transaction).await?;
    let mut done = Sql::new(transaction);
    done.push("DELETE FROM unfolded_volumes WHERE event_id IN ").numbers(&ids);
    done.execute(transaction).await.map(drop)
}

/// Of another period's volume nothing is taken away: there what is given back later counts by itself.
async fn aside_of_same_orders(transaction: &Transaction, events: &[i64]) -> Result<Vec<i64>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT u.event_id FROM unfolded_volumes AS u JOIN volume_events AS e ON e.id = u.event_id WHERE u.set_aside_at IS NOT NULL");
    sql.push(" AND EXISTS (SELECT 1 FROM volume_events AS w WHERE w.order_id = e.order_id AND w.period_id = e.period_id AND w.id IN ");
    sql.numbers(events).push(")");
    sql.all(transaction, |row| row.get(0)).await
}

/// Sets an event aside that does not fit, so that the others go on; whether it was still waiting.
///
/// # Errors
/// The database's.
pub async fn set_aside(transaction: &Transaction, event: i64, now: Instant) -> Result<bool, Error> {
    let sql = "UPDATE unfolded_volumes SET set_aside_at = $2 WHERE event_id = $1 AND set_aside_at IS NULL";
    Ok(Sql::whole(transaction, sql, [event.into(), now.nanos().into()]).execute(transaction).await? > 0)
}

/// A volume event that was set aside.
#[derive(Clone, Copy, Debug)]
pub struct SetAside {
    /// The event's key.
    pub event_id: i64,
    /// Since when it is set aside.
    pub since: Instant,
    /// What it is about.
    pub event: VolumeEvent,
}

/// A page of the events that were set aside, the first ones first: for operators.
///
/// # Errors
/// The database's.
pub async fn set_aside_list(connection: &impl ConnectionTrait, page: &Page) -> Result<Slice<SetAside>, Error> {
    let oldest = Order { sort: "u.set_aside_at", id: "u.event_id", direction: Direction::Ascending };
    let mut sql = Sql::new(connection);
    sql.push(
        "SELECT u.event_id, u.set_aside_at, e.partner_id, e.period_id, e.order_id, e.pv, e.cv, e.occurred_at FROM unfolded_volumes AS u",
    );
    sql.push(" JOIN volume_events AS e ON e.id = u.event_id WHERE u.set_aside_at IS NOT NULL AND e.order_id IS NOT NULL");
    sql.and_within(page, oldest).order_by(page, oldest).limit(page);
    let rows = sql.all(connection, |row| {
        let event = VolumeEvent {
            partner_id: row.get(2)?,
            period_id: row.get(3)?,
            order_id: row.get(4)?,
            pv: Amount::from_units(row.get(5)?),
            cv: Amount::from_units(row.get(6)?),
            at: Instant::from_nanos(row.get(7)?),
        };
        Ok(SetAside { event_id: row.get(0)?, since: Instant::from_nanos(row.get(1)?), event })
    });
    Ok(Slice::of(page, rows.await?))
}

/// How many events are set aside.
///
/// # Errors
/// The database's.
pub async fn set_aside_count(connection: &impl ConnectionTrait) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM unfolded_volumes WHERE set_aside_at IS NOT NULL";
    Ok(Sql::whole(connection, sql, []).one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

/// Adds events to the volumes of their partners and of everybody above.
async fn add_up(transaction: &Transaction, ids: &[i64]) -> Result<(), Error> {
    let mut groups = Sql::new(transaction);
    groups.push("WITH RECURSIVE ").push(FRESH).numbers(ids).push(" GROUP BY e.partner_id, e.period_id),");
    groups.push(
        " line (id, period_id, pv, cv, own) AS (
            SELECT partner_id, period_id, pv, cv, 1 FROM fresh
            UNION ALL
            SELECT p.sponsor_id, line.period_id, line.pv, line.cv, 0 FROM line JOIN partners AS p ON p.id = line.id WHERE p.sponsor_id IS NOT NULL
        ) INSERT INTO volumes (partner_id, period_id, personal_pv, personal_cv, group_pv, group_cv, left_cv, right_cv)
        SELECT id, period_id, sum(pv * own), sum(cv * own), sum(pv), sum(cv), 0, 0 FROM line WHERE TRUE GROUP BY id, period_id
        ON CONFLICT (partner_id, period_id) DO UPDATE SET
            personal_pv = volumes.personal_pv + excluded.personal_pv, personal_cv = volumes.personal_cv + excluded.personal_cv,
            group_pv = volumes.group_pv + excluded.group_pv, group_cv = volumes.group_cv + excluded.group_cv",
    );
    groups.execute(transaction).await?;
    let mut legs = Sql::new(transaction);
    legs.push("WITH RECURSIVE ").push(FRESH).numbers(ids).push(" GROUP BY e.partner_id, e.period_id),");
    legs.push(
        " line (id, position, period_id, cv) AS (
            SELECT p.placement_parent_id, p.position, fresh.period_id, fresh.cv FROM fresh JOIN partners AS p ON p.id = fresh.partner_id
            WHERE p.placement_parent_id IS NOT NULL
            UNION ALL
            SELECT p.placement_parent_id, p.position, line.period_id, line.cv FROM line JOIN partners AS p ON p.id = line.id
            WHERE p.placement_parent_id IS NOT NULL
        ) INSERT INTO volumes (partner_id, period_id, personal_pv, personal_cv, group_pv, group_cv, left_cv, right_cv)
        SELECT id, period_id, 0, 0, 0, 0, sum(CASE position WHEN 'L' THEN cv ELSE 0 END), sum(CASE position WHEN 'R' THEN cv ELSE 0 END)
        FROM line WHERE position IN ('L', 'R') GROUP BY id, period_id
        ON CONFLICT (partner_id, period_id)
        DO UPDATE SET left_cv = volumes.left_cv + excluded.left_cv, right_cv = volumes.right_cv + excluded.right_cv",
    );
    legs.execute(transaction).await.map(drop)
}
