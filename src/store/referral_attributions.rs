//! By which link an account came, and the order that made it a buyer.

use sea_orm::ConnectionTrait;

use super::database::Transaction;
use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;
use crate::domain::referral_links::Source;

/// By what an account came.
///
/// # Errors
/// The database's.
pub async fn of_account(connection: &impl ConnectionTrait, account: i64) -> Result<Option<Source>, Error> {
    let sql = "SELECT partner_id, link_id FROM referral_attributions WHERE account_id = $1";
    let read = |row: &super::sql::Row<'_>| Ok(Source { partner_id: row.get(0)?, link_id: row.get(1)? });
    Sql::whole(connection, sql, [account.into()]).one(connection, read).await
}

/// Notes by what an account came, unless that is known; gives whether it was news.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, account: i64, source: Source, at: Instant) -> Result<bool, Error> {
    let sql = "INSERT INTO referral_attributions (account_id, partner_id, link_id, registered_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id) DO NOTHING";
    let values = [account.into(), source.partner_id.into(), source.link_id.into(), at.nanos().into()];
    Ok(Sql::whole(transaction, sql, values).execute(transaction).await? == 1)
}

/// Notes the first finished order of an account that came by a link; gives the account and by what it came, where it is the first. The account is the one
/// that ordered, or where none did, that of the partner who is credited with the order.
///
/// # Errors
/// The database's.
pub async fn convert(
    transaction: &Transaction,
    (order, partner): (i64, i64),
    account: Option<i64>,
    at: Instant,
) -> Result<Option<(i64, Source)>, Error> {
    let sql = "UPDATE referral_attributions SET converted_at = $4, order_id = $1
        WHERE converted_at IS NULL AND account_id = coalesce($3, (SELECT account_id FROM partners WHERE id = $2))
        RETURNING account_id, partner_id, link_id";
    let values = [order.into(), partner.into(), account.into(), at.nanos().into()];
    let read = |row: &super::sql::Row<'_>| Ok((row.get(0)?, Source { partner_id: row.get(1)?, link_id: row.get(2)? }));
    Sql::whole(transaction, sql, values).one(transaction, read).await
}
