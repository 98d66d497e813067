//! The outbox: what happened, in the order in which it became visible.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;
use crate::events::Event;

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
