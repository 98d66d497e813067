//! Tries of passwords. One is counted as running before the password is looked at, so that tries made at once cannot slip through together.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;

/// Whether a try may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It runs: [`finish`] ends it.
    Admitted,
    /// Too many failed before.
    Locked,
    /// If all that run now should fail, it would be one too many: it may be asked for again when they have ended.
    Crowded,
}

/// Asks for a try. Failures count when each came within `window_seconds` of the one before; the last one allowed locks for as long.
///
/// # Errors
/// The database's.
pub async fn begin(
    connection: &impl ConnectionTrait,
    (kind, subject): (&str, &str),
    most: u32,
    window_seconds: i64,
    now: Instant,
) -> Result<Admission, Error> {
    let stale = now.plus_seconds(-window_seconds).nanos();
    let sql = "INSERT INTO attempts (kind, subject, failures, running, last_at) VALUES ($1, $2, 0, 1, $3)
        ON CONFLICT (kind, subject) DO UPDATE
        SET failures = CASE WHEN attempts.last_at < $4 THEN 0 ELSE attempts.failures END,
            running = CASE WHEN attempts.last_at < $4 THEN 1 ELSE attempts.running + 1 END,
            last_at = CASE WHEN attempts.last_at < $4 THEN excluded.last_at ELSE attempts.last_at END
        WHERE attempts.failures + attempts.running < $5 OR attempts.last_at < $4";
    let values = [kind.into(), subject.into(), now.nanos().into(), stale.into(), i64::from(most).into()];
    if Sql::whole(connection, sql, values).execute(connection).await? == 1 {
        return Ok(Admission::Admitted);
    }
    let sql = "SELECT 1 FROM attempts WHERE kind = $1 AND subject = $2 AND failures >= $3";
    let locked = Sql::whole(connection, sql, [kind.into(), subject.into(), i64::from(most).into()]).one(connection, |_| Ok(())).await?;
    Ok(if locked.is_some() { Admission::Locked } else { Admission::Crowded })
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The right password: failures are forgotten.
    Right,
    /// One more failure.
    Wrong,
    /// It was not looked at.
    Dropped,
}

/// Ends a try.
///
/// # Errors
/// The database's.
pub async fn finish(connection: &impl ConnectionTrait, (kind, subject): (&str, &str), end: End, now: Instant) -> Result<(), Error> {
    // What was not looked at, or does not count, is no reason to remember earlier failures for longer.
    let (failures, last_at) = match end {
        End::Right => ("0", "$3"),
        End::Wrong => ("failures + 1", "$3"),
        End::Dropped => ("failures", "CASE WHEN failures = 0 THEN $3 ELSE last_at END"),
    };
    let sql = format!(
        "UPDATE attempts SET failures = {failures}, running = CASE WHEN running > 0 THEN running - 1 ELSE 0 END, last_at = {last_at}
         WHERE kind = $1 AND subject = $2"
    );
    Sql::whole(connection, &sql, [kind.into(), subject.into(), now.nanos().into()]).execute(connection).await.map(drop)
}

/// Forgets the failures of a password: another one takes its place.
///
/// # Errors
/// The database's.
pub async fn forget(connection: &impl ConnectionTrait, (kind, subject): (&str, &str)) -> Result<(), Error> {
    let sql = "UPDATE attempts SET failures = 0 WHERE kind = $1 AND subject = $2";
    Sql::whole(connection, sql, [kind.into(), subject.into()]).execute(connection).await.map(drop)
}
