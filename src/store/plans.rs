//! Versions of the compensation plan.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;

/// The currency of the plan in force, as an ISO 4217 code.
///
/// # Errors
/// The database's.
pub async fn currency(connection: &impl ConnectionTrait) -> Result<Option<String>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT currency FROM plan_versions ORDER BY activated_at DESC, id DESC LIMIT 1");
    sql.one(connection, |row| row.get(0)).await
}
