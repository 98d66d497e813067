//! Free slots of the placement tree, and the lock that structural changes of both trees take.
//!
//! A search sends a handful of statements, whatever the size of the network. Each is bounded by the caller's number of places.

use sea_orm::{ConnectionTrait, DbBackend};

use super::error::Error;
use super::sql::Sql;
use crate::domain::partners::Slot;
use crate::domain::position::Position;

/// A constant of this program: the advisory lock's number on PostgreSQL ("uptree" in ASCII).
const TREE_LOCK: i64 = 0x75_70_74_72_65_65;

/// Holds every other structural change of the trees off until the transaction ends (promise P11). On SQLite the single writer does that.
///
/// # Errors
/// The database's.
pub async fn lock_trees(connection: &impl ConnectionTrait) -> Result<(), Error> {
    if connection.get_database_backend() == DbBackend::Postgres {
        Sql::whole(connection, "SELECT 1 FROM pg_advisory_xact_lock($1)", [TREE_LOCK.into()]).one(connection, |_| Ok(())).await?;
    }
    Ok(())
}

/// Which tree a walk climbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Sponsors.
    Sponsors,
    /// Placement parents.
    Parents,
}

/// Whether `below` is `above` or stands under it. The walk meets everybody once, so damaged data cannot send it in circles.
///
/// # Errors
/// The database's.
pub async fn is_within(connection: &impl ConnectionTrait, line: Line, below: i64, above: i64) -> Result<bool, Error> {
    let parent = match line {
        Line::Sponsors => "sponsor_id",
        Line::Parents => "placement_parent_id",
    };
    let mut sql = Sql::new(connection);
    sql.push("WITH RECURSIVE line (id) AS (SELECT id FROM partners WHERE id = ").bind(below);
    sql.push(" UNION SELECT p.").push(parent).push(" FROM line JOIN partners AS p ON p.id = line.id WHERE p.").push(parent);
    sql.push(" IS NOT NULL) SELECT 1 FROM line WHERE id = ").bind(above).push(" LIMIT 1");
    Ok(sql.one(connection, |row| row.get::<i32>(0)).await?.is_some())
}

/// Who holds a slot.
///
/// # Errors
/// The database's.
pub async fn occupant(connection: &impl ConnectionTrait, slot: Slot) -> Result<Option<i64>, Error> {
    let sql = "SELECT id FROM partners WHERE placement_parent_id = $1 AND position = $2";
    let values = [slot.parent_id.into(), slot.position.to_string().into()];
    Sql::whole(connection, sql, values).one(connection, |row| row.get(0)).await
}

/// The level of a partner in its placement tree, a root being level 0, or `bound` when it stands as deep or deeper.
///
/// # Errors
/// The database's.
pub async fn level(connection: &impl ConnectionTrait, partner: i64, bound: u32) -> Result<u32, Error> {
    let sql = "WITH RECURSIVE line (id, level) AS (
            SELECT placement_parent_id, 0 FROM partners WHERE id = $1
            UNION ALL
            SELECT p.placement_parent_id, line.level + 1 FROM line JOIN partners AS p ON p.id = line.id WHERE line.level < $2
        ) SELECT max(level) FROM line";
    let level: Option<Option<i32>> =
        Sql::whole(connection, sql, [partner.into(), i64::from(bound).into()]).one(connection, |row| row.get(0)).await?;
    Ok(level.flatten().and_then(|level| u32::try_from(level).ok()).unwrap_or(bound))
}

/// A partner and how far down it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeEnd {
    /// The last partner of the edge, or the last one looked at.
    pub partner: i64,
    /// Edges from where the walk began.
    pub distance: u32,
}

/// Follows one position down from a partner, at most `places` far.
///
/// # Errors
/// The database's.
pub async fn edge_end(connection: &impl ConnectionTrait, from: i64, position: Position, places: u32) -> Result<EdgeEnd, Error> {
    let sql = "WITH RECURSIVE edge (id, distance) AS (
            SELECT id, 0 FROM partners WHERE id = $1
            UNION ALL
            SELECT p.id, edge.distance + 1 FROM edge JOIN partners AS p ON p.placement_parent_id = edge.id AND p.position = $2
            WHERE edge.distance < $3
        ) SELECT id, distance FROM edge ORDER BY distance DESC LIMIT 1";
    let values = [from.into(), position.to_string().into(), i64::from(places).into()];
    let end = Sql::whole(connection, sql, values)
        .one(connection, |row| Ok(EdgeEnd { partner: row.get(0)?, distance: u32::try_from(row.get::<i32>(1)?).unwrap_or(places) }))
        .await?;
    Ok(end.unwrap_or(EdgeEnd { partner: from, distance: 0 }))
}

/// A child and how many partners stand in its leg, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which child.
    pub position: Position,
    /// The child.
    pub partner: i64,
    /// The count, or `bound` for legs that are as large or larger.
    pub partners: i64,
}

/// The legs under a partner with their sizes; counting stops at `bound` in each.
///
/// # Errors
/// The database's.
pub async fn legs(connection: &impl ConnectionTrait, partner: i64, bound: u32) -> Result<Vec<Leg>, Error> {
    let sql = "SELECT child.position, child.id, (
            WITH RECURSIVE leg (id) AS (
                SELECT child.id UNION ALL SELECT p.id FROM leg JOIN partners AS p ON p.placement_parent_id = leg.id
            ) SELECT count(*) FROM (SELECT 1 FROM leg LIMIT $2) AS counted
        ) FROM partners AS child WHERE child.placement_parent_id = $1";
    let read = |row: &super::sql::Row<'_>| Ok(Leg { position: row.code(0, "partners")?, partner: row.get(1)?, partners: row.get(2)? });
    Sql::whole(connection, sql, [partner.into(), i64::from(bound).into()]).all(connection, read).await
}

/// The first partner with fewer than `width` children, level by level from the left, at most `levels` below `from`.
///
/// Levels above the first gap are full, so a partner's place in its level is a number to base `width`; `width` to the power of `levels` bounds
/// what is looked at and must fit 63 bits.
///
/// # Errors
/// The database's.
pub async fn first_gap(connection: &impl ConnectionTrait, from: i64, width: u32, levels: u32) -> Result<Option<i64>, Error> {
    let sql = "WITH RECURSIVE walk (id, level, place) AS (
            SELECT id, 0, CAST(0 AS BIGINT) FROM partners WHERE id = $1
            UNION ALL
            SELECT p.id, walk.level + 1, walk.place * $2 + CASE p.position WHEN 'L' THEN 0 WHEN 'R' THEN 1 ELSE CAST(p.position AS INTEGER) - 1 END
            FROM walk JOIN partners AS p ON p.placement_parent_id = walk.id WHERE walk.level < $3
        ) SELECT walk.id FROM walk
        WHERE (SELECT count(*) FROM partners AS child WHERE child.placement_parent_id = walk.id) < $2
        ORDER BY walk.level, walk.place LIMIT 1";
    let values = [from.into(), i64::from(width).into(), i64::from(levels).into()];
    Sql::whole(connection, sql, values).one(connection, |row| row.get(0)).await
}

/// The positions under a partner that are taken.
///
/// # Errors
/// The database's.
pub async fn taken(connection: &impl ConnectionTrait, parent: i64) -> Result<Vec<Position>, Error> {
    let sql = "SELECT position FROM partners WHERE placement_parent_id = $1";
    Sql::whole(connection, sql, [parent.into()]).all(connection, |row| row.code(0, "partners")).await
}
