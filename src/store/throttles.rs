//! Counts of what may be done so often within a time, by whoever shares a network: the same for all processes of a database.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;

/// How often, within how many seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// So often.
    pub most: u32,
    /// Counted from the first time; then from the beginning.
    pub seconds: i64,
}

/// Counts one more, if the limit is not reached; else says when the count begins anew. One statement, so that what comes at once does not slip through.
///
/// # Errors
/// The database's.
pub async fn count(
    connection: &impl ConnectionTrait,
    (kind, subject): (&str, &str),
    limit: Limit,
    now: Instant,
) -> Result<Result<(), Instant>, Error> {
    let over = now.plus_seconds(-limit.seconds).nanos();
    let sql = "INSERT INTO attempts (kind, subject, failures, running, last_at) VALUES ($1, $2, 1, 0, $3)
        ON CONFLICT (kind, subject) DO UPDATE
        SET failures = CASE WHEN attempts.last_at <= $4 THEN 1 ELSE attempts.failures + 1 END,
            last_at = CASE WHEN attempts.last_at <= $4 THEN excluded.last_at ELSE attempts.last_at END
        WHERE attempts.failures < $5 OR attempts.last_at <= $4";
    let values = [kind.into(), subject.into(), now.nanos().into(), over.into(), i64::from(limit.most).into()];
    if Sql::whole(connection, sql, values).execute(connection).await? == 1 {
        return Ok(Ok(()));
    }
    let sql = "SELECT last_at FROM attempts WHERE kind = $1 AND subject = $2";
    let began: Option<i64> = Sql::whole(connection, sql, [kind.into(), subject.into()]).one(connection, |row| row.get(0)).await?;
    Ok(Err(began.map_or(now, Instant::from_nanos).plus_seconds(limit.seconds)))
}

/// Takes one back.
///
/// # Errors
/// The database's.
pub async fn take_back(connection: &impl ConnectionTrait, (kind, subject): (&str, &str)) -> Result<(), Error> {
    let sql = "UPDATE attempts SET failures = failures - 1 WHERE kind = $1 AND subject = $2 AND failures > 0";
    Sql::whole(connection, sql, [kind.into(), subject.into()]).execute(connection).await.map(drop)
}
