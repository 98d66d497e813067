//! The outbox: what happened, in the order in which it became visible.

use sea_orm::{ConnectionTrait, DbBackend};

use super::error::Error;
use super::settings;
use super::sql::Sql;
use crate::domain::instant::Instant;
use crate::events::{Event, Kind};

/// Writes an event into the outbox. Readers see it when the transaction of its act has ended.
///
/// # Errors
/// The database's, or a payload that cannot be written.
pub async fn append(connection: &impl ConnectionTrait, event: &Event, at: Instant) -> Result<(), Error> {
    let payload = event.payload().map_err(|error| Error::Corrupt { table: "events", value: error.to_string() })?;
    let sql = "INSERT INTO events (kind, subject_id, payload, occurred_at) VALUES ($1, $2, $3, $4)";
    let values = [event.kind().code().into(), event.subject().into(), payload.into(), at.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// A place in the outbox. Numbers alone do not order events: on PostgreSQL a transaction that took a low number may end late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The transaction that wrote the event; 0 on SQLite, whose single writer orders them.
    pub transaction: i64,
    /// The event's number.
    pub id: i64,
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands.
    pub position: Position,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Instant,
}

/// Only events of transactions below the oldest one still running: whatever comes later sorts behind them, so none is missed.
fn write_settled(sql: &mut Sql, connection: &impl ConnectionTrait) {
    if connection.get_database_backend() == DbBackend::Postgres {
        sql.push(" AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
    }
}

/// The events of some kinds behind a place, in their order, at most so many.
///
/// # Errors
/// The database's, or a payload that cannot be read.
pub async fn after(connection: &impl ConnectionTrait, position: Position, kinds: &[Kind], limit: u32) -> Result<Vec<Recorded>, Error> {
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.code()).collect();
    let mut sql = Sql::new(connection);
    sql.push("SELECT transaction_id, id, kind, payload, occurred_at FROM events WHERE (transaction_id, id) > (");
    sql.bind(position.transaction).push(", ").bind(position.id).push(")").and_in("kind", &kinds);
    write_settled(&mut sql, connection);
    sql.push(" ORDER BY transaction_id, id LIMIT ").bind(i64::from(limit));
    sql.all(connection, |row| {
        let payload: String = row.get(3)?;
        let event = Event::read(row.code(2, "events")?, &payload).map_err(|_| Error::Corrupt { table: "events", value: payload })?;
        let position = Position { transaction: row.get(0)?, id: row.get(1)? };
        Ok(Recorded { position, event, at: Instant::from_nanos(row.get(4)?) })
    })
    .await
}

/// The name of the setting that holds the place of the last event that was purged: `transaction:id`.
const PURGED: &str = "events_purged";

/// The place of the last event that was purged; the beginning when none was. Who has read less far has missed something for good.
///
/// # Errors
/// The database's, or a setting that is no place.
pub async fn purged(connection: &impl ConnectionTrait) -> Result<Position, Error> {
    let Some(text) = settings::find(connection, PURGED).await? else { return Ok(Position::default()) };
    let place =
        text.split_once(':').and_then(|(transaction, id)| Some(Position { transaction: transaction.parse().ok()?, id: id.parse().ok()? }));
    place.ok_or(Error::Corrupt { table: "settings", value: text })
}

/// Remembers that events up to a place were purged. Rivals are kept out by the caller.
pub(super) async fn record_purged(connection: &impl ConnectionTrait, last: Position) -> Result<(), Error> {
    let last = last.max(purged(connection).await?);
    settings::set(connection, PURGED, &format!("{}:{}", last.transaction, last.id)).await
}

/// The place of the latest event that readers may see, purged or not; the beginning when there was none.
///
/// # Errors
/// The database's.
pub async fn latest(connection: &impl ConnectionTrait) -> Result<Position, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT transaction_id, id FROM events WHERE 1 = 1");
    write_settled(&mut sql, connection);
    sql.push(" ORDER BY transaction_id DESC, id DESC LIMIT 1");
    let found = sql.one(connection, |row| Ok(Position { transaction: row.get(0)?, id: row.get(1)? })).await?;
    match found {
        Some(position) => Ok(position),
        None => purged(connection).await,
    }
}

/// How many events of a kind stand behind a place, counted no further than a limit.
///
/// # Errors
/// The database's.
pub async fn count_after(connection: &impl ConnectionTrait, position: Position, kind: Kind, limit: u32) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM (SELECT 1 AS one FROM events WHERE (transaction_id, id) > (");
    sql.bind(position.transaction)
        .push(", ")
        .bind(position.id)
        .push(") AND kind = ")
        .bind(kind.code())
        .push(" LIMIT ")
        .bind(i64::from(limit))
        .push(") AS behind");
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}
