//! Volume events are added to the volumes of the lines above in batches, apart from the acts that write them: an order must not wait for everybody
//! above its buyer.

use super::error::Error;
use super::placements;
use super::sql::Sql;
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
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

/// Folds events that wait for it, at most so many; gives how many. The trees stand still meanwhile, so that a move carries what was folded, and
/// nothing else.
///
/// # Errors
/// The database's; also volumes that do not fit into it.
pub async fn fold(transaction: &Transaction, most: u32) -> Result<u32, Error> {
    placements::lock_trees(transaction).await?;
    let waiting = "SELECT event_id FROM unfolded_volumes ORDER BY event_id LIMIT $1";
    let ids: Vec<i64> = Sql::whole(transaction, waiting, [i64::from(most).into()]).all(transaction, |row| row.get(0)).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut groups = Sql::new(transaction);
    groups.push("WITH RECURSIVE ").push(FRESH).numbers(&ids).push(" GROUP BY e.partner_id, e.period_id),");
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
    legs.push("WITH RECURSIVE ").push(FRESH).numbers(&ids).push(" GROUP BY e.partner_id, e.period_id),");
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
    legs.execute(transaction).await?;
    // A rebuild writes no row for who has no volume: neither is one left where volumes cancel each other.
    let mut empty = Sql::new(transaction);
    empty.push("DELETE FROM volumes WHERE period_id IN (SELECT period_id FROM volume_events WHERE id IN ").numbers(&ids);
    empty.push(") AND personal_pv = 0 AND personal_cv = 0 AND group_pv = 0 AND group_cv = 0 AND left_cv = 0 AND right_cv = 0");
    empty.execute(transaction).await?;
    let mut done = Sql::new(transaction);
    done.push("DELETE FROM unfolded_volumes WHERE event_id IN ").numbers(&ids);
    done.execute(transaction).await?;
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}
