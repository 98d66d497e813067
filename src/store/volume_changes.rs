//! Volumes of open periods follow a partner who gets another sponsor or a place. Those of closed periods stay what they were computed from.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::partners::Slot;

/// `line (id)`: a partner and everybody above in the sponsor tree.
const LINE: &str = "WITH RECURSIVE line (id) AS (
        SELECT id FROM partners WHERE id = $2
        UNION
        SELECT p.sponsor_id FROM line JOIN partners AS p ON p.id = line.id WHERE p.sponsor_id IS NOT NULL
    )";

/// `line (id, position)`: the legs above a slot.
const LEGS: &str = "WITH RECURSIVE line (id, position) AS (
        SELECT CAST($2 AS BIGINT), CAST($3 AS TEXT)
        UNION
        SELECT p.placement_parent_id, p.position FROM line JOIN partners AS p ON p.id = line.id WHERE p.placement_parent_id IS NOT NULL
    )";

/// A rebuild writes no row for who has no volume; neither is one left in the line where volumes cancel each other.
const EMPTIED: &str = "DELETE FROM volumes WHERE partner_id <> $1 AND partner_id IN (SELECT id FROM line)
        AND period_id IN (SELECT id FROM periods WHERE state = 'OPEN')
        AND personal_pv = 0 AND personal_cv = 0 AND group_pv = 0 AND group_cv = 0 AND left_cv = 0 AND right_cv = 0";

/// Takes the group volume of a partner from the line of the former sponsor and gives it to that of the new one. The caller holds the tree lock.
///
/// # Errors
/// The database's; also volumes that do not fit into it.
pub async fn move_group(connection: &impl ConnectionTrait, partner: i64, from: Option<i64>, to: i64) -> Result<(), Error> {
    let changed = "INSERT INTO volumes (partner_id, period_id, personal_pv, personal_cv, group_pv, group_cv, left_cv, right_cv)
        SELECT line.id, moved.period_id, 0, 0, {sign}moved.group_pv, {sign}moved.group_cv, 0, 0
        FROM line CROSS JOIN volumes AS moved JOIN periods AS t ON t.id = moved.period_id AND t.state = 'OPEN'
        WHERE moved.partner_id = $1 AND (moved.group_pv <> 0 OR moved.group_cv <> 0)
        ON CONFLICT (partner_id, period_id)
        DO UPDATE SET group_pv = volumes.group_pv + excluded.group_pv, group_cv = volumes.group_cv + excluded.group_cv";
    for (above, sign) in from.map(|from| (from, "-")).into_iter().chain([(to, "")]) {
        for statement in [&changed.replace("{sign}", sign), EMPTIED] {
            let sql = format!("{LINE} {statement}");
            Sql::whole(connection, &sql, [partner.into(), above.into()]).execute(connection).await?;
        }
    }
    Ok(())
}

/// Gives the own volume of a partner who has nobody below in the placement tree to the legs above a slot. The caller holds the tree lock.
///
/// # Errors
/// The database's; also volumes that do not fit into it.
pub async fn place(connection: &impl ConnectionTrait, partner: i64, slot: Slot) -> Result<(), Error> {
    let raised = "INSERT INTO volumes (partner_id, period_id, personal_pv, personal_cv, group_pv, group_cv, left_cv, right_cv)
        SELECT line.id, own.period_id, 0, 0, 0, 0,
            CASE line.position WHEN 'L' THEN own.personal_cv ELSE 0 END, CASE line.position WHEN 'R' THEN own.personal_cv ELSE 0 END
        FROM line CROSS JOIN volumes AS own JOIN periods AS t ON t.id = own.period_id AND t.state = 'OPEN'
        WHERE own.partner_id = $1 AND own.personal_cv <> 0 AND line.position IN ('L', 'R')
        ON CONFLICT (partner_id, period_id)
        DO UPDATE SET left_cv = volumes.left_cv + excluded.left_cv, right_cv = volumes.right_cv + excluded.right_cv";
    for statement in [raised, EMPTIED] {
        let sql = format!("{LEGS} {statement}");
        let values = [partner.into(), slot.parent_id.into(), slot.position.to_string().into()];
        Sql::whole(connection, &sql, values).execute(connection).await?;
    }
    Ok(())
}
