//! Where partners want to be paid.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Sql, group};
use crate::domain::instant::Instant;
use crate::domain::payouts::{MethodKind, PayoutMethod};

/// Where to pay: the mask, and the details sealed for the partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// How.
    pub kind: MethodKind,
    /// For people.
    pub masked: String,
    /// For the vault.
    pub details: Vec<u8>,
}

/// Saves where a partner wants to be paid, in place of what was saved of the same kind.
///
/// # Errors
/// The database's.
pub async fn save(connection: &impl ConnectionTrait, partner: i64, method: &Sealed, at: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO payout_methods (partner_id, kind, masked, details, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (partner_id, kind) DO UPDATE SET masked = excluded.masked, details = excluded.details, updated_at = excluded.updated_at";
    let Sealed { kind, masked, details } = method;
    let values = [partner.into(), kind.code().into(), masked.as_str().into(), details.clone().into(), at.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// Forgets what was saved of a kind. `false` where there was nothing.
///
/// # Errors
/// The database's.
pub async fn remove(connection: &impl ConnectionTrait, partner: i64, kind: MethodKind) -> Result<bool, Error> {
    let sql = "DELETE FROM payout_methods WHERE partner_id = $1 AND kind = $2";
    Ok(Sql::whole(connection, sql, [partner.into(), kind.code().into()]).execute(connection).await? > 0)
}

/// What is saved of a kind.
///
/// # Errors
/// The database's.
pub async fn find(connection: &impl ConnectionTrait, partner: i64, kind: MethodKind) -> Result<Option<Sealed>, Error> {
    let sql = "SELECT masked, details FROM payout_methods WHERE partner_id = $1 AND kind = $2";
    let read = |row: &super::sql::Row<'_>| Ok(Sealed { kind, masked: row.get(0)?, details: row.get(1)? });
    Sql::whole(connection, sql, [partner.into(), kind.code().into()]).one(connection, read).await
}

/// What each of these partners has saved, the latest first; one of each kind at most.
///
/// # Errors
/// The database's.
pub async fn of_partners(connection: &impl ConnectionTrait, partners: &[i64]) -> Result<HashMap<i64, Vec<PayoutMethod>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT m.partner_id, m.kind, m.masked, m.updated_at FROM ").numbers(partners);
    sql.push(" AS wanted JOIN payout_methods AS m ON m.partner_id = wanted.id ORDER BY m.updated_at DESC, m.kind");
    let rows = sql
        .all(connection, |row| {
            let updated_at = Instant::from_nanos(row.get(3)?);
            Ok((row.get::<i64>(0)?, PayoutMethod { kind: row.code(1, "payout_methods")?, masked: row.get(2)?, updated_at }))
        })
        .await?;
    Ok(group(rows))
}
