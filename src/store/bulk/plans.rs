//! Plans and their ranks.

use crate::domain::instant::Instant;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

use super::insert::{Kind, Target};

const RANKS: Target<3> = Target { table: "ranks", columns: [("code", Kind::Text), ("name", Kind::Text), ("level", Kind::Integer)] };

/// The source of the plan in force.
///
/// # Errors
/// The database's.
pub async fn source(transaction: &Transaction) -> Result<Option<String>, Error> {
    let sql = "SELECT source FROM plan_versions ORDER BY activated_at DESC, id DESC LIMIT 1";
    Sql::whole(transaction, sql, []).one(transaction, |row| row.get(0)).await
}

/// Puts a plan in force.
///
/// # Errors
/// The database's.
pub async fn activate(transaction: &Transaction, code: &str, currency: &str, source: &str, now: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO plan_versions (code, currency, source, activated_at) VALUES ($1, $2, $3, $4)";
    Sql::whole(transaction, sql, [code.into(), currency.into(), source.into(), now.nanos().into()]).execute(transaction).await.map(drop)
}

/// Adds ranks, given by code and name from the lowest up, and gives the lowest to partners without one.
///
/// # Errors
/// The database's.
pub async fn add_ranks(transaction: &Transaction, ranks: &[(&str, &str)]) -> Result<(), Error> {
    let rows = (0_i64..).zip(ranks).map(|(level, (code, name))| [(*code).into(), (*name).into(), level.into()]).collect();
    RANKS.insert(transaction, rows).await?;
    let sql = "UPDATE partners SET rank_id = (SELECT id FROM ranks WHERE level = 0) WHERE rank_id IS NULL";
    Sql::whole(transaction, sql, []).execute(transaction).await.map(drop)
}

/// Renames a rank.
///
/// # Errors
/// The database's.
pub async fn rename_rank(transaction: &Transaction, id: i64, name: &str) -> Result<(), Error> {
    Sql::whole(transaction, "UPDATE ranks SET name = $2 WHERE id = $1", [id.into(), name.into()]).execute(transaction).await.map(drop)
}
