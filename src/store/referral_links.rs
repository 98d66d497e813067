//! Referral links, by number, by partner, by code.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend};

use super::database::Transaction;
use super::error::Error;
use super::sql::{EachList, Order, Row, Sql, by_parent};
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::referral_links::{ReferralLink, Utm};

const COLUMNS: &str = "l.id, l.partner_id, l.code, l.name, l.target_url, l.utm_source, l.utm_medium, l.utm_campaign, l.utm_content, \
     l.utm_term, l.created_at, l.expires_at, l.deleted_at";

fn read(row: &Row<'_>, at: usize) -> Result<ReferralLink, Error> {
    let instant = |index: usize| Ok::<_, Error>(row.get::<Option<i64>>(at + index)?.map(Instant::from_nanos));
    Ok(ReferralLink {
        id: row.get(at)?,
        partner_id: row.get(at + 1)?,
        code: row.get(at + 2)?,
        name: row.get(at + 3)?,
        target_url: row.get(at + 4)?,
        utm: Utm {
            source: row.get(at + 5)?,
            medium: row.get(at + 6)?,
            campaign: row.get(at + 7)?,
            content: row.get(at + 8)?,
            term: row.get(at + 9)?,
        },
        created_at: Instant::from_nanos(row.get(at + 10)?),
        expires_at: instant(11)?,
        deleted_at: instant(12)?,
    })
}

/// Lets the acts on a partner's links follow each other until the transaction ends, so that their number can be bounded.
///
/// # Errors
/// The database's.
pub async fn hold_partner(transaction: &Transaction, partner: i64) -> Result<(), Error> {
    // SQLite has one writer, which is this transaction.
    if transaction.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT 1 FROM partners WHERE id = $1 FOR NO KEY UPDATE";
        Sql::whole(transaction, sql, [partner.into()]).one(transaction, |_| Ok(())).await?;
    }
    Ok(())
}

/// How many links a partner has that are not deleted.
///
/// # Errors
/// The database's.
pub async fn count_kept(transaction: &Transaction, partner: i64) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM referral_links WHERE partner_id = $1 AND deleted_at IS NULL";
    Ok(Sql::whole(transaction, sql, [partner.into()]).one(transaction, |row| row.get(0)).await?.unwrap_or(0))
}

/// Stores a new link, whose number in the structure is not looked at, and gives its number; `None` where the code is or was in use, by a link or by a
/// partner.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, link: &ReferralLink) -> Result<Option<i64>, Error> {
    let sql = "INSERT INTO referral_links (partner_id, code, name, target_url, utm_source, utm_medium, utm_campaign, utm_content, utm_term,
            created_at, expires_at)
        SELECT p.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM partners AS p
        WHERE p.id = $1 AND NOT EXISTS (SELECT 1 FROM partners WHERE referral_code = $2) ON CONFLICT (code) DO NOTHING RETURNING id";
    let Utm { source, medium, campaign, content, term } = link.utm.clone();
    let values = [
        link.partner_id.into(),
        link.code.as_str().into(),
        link.name.as_str().into(),
        link.target_url.clone().into(),
        source.into(),
        medium.into(),
        campaign.into(),
        content.into(),
        term.into(),
        link.created_at.nanos().into(),
        link.expires_at.map(Instant::nanos).into(),
    ];
    Sql::whole(transaction, sql, values).one(transaction, |row| row.get(0)).await
}

/// Notes that a partner deleted a link; `false` where the partner has no such link, or none any more.
///
/// # Errors
/// The database's.
pub async fn delete(transaction: &Transaction, partner: i64, link: i64, at: Instant) -> Result<bool, Error> {
    let sql = "UPDATE referral_links SET deleted_at = $3 WHERE id = $1 AND partner_id = $2 AND deleted_at IS NULL";
    Ok(Sql::whole(transaction, sql, [link.into(), partner.into(), at.nanos().into()]).execute(transaction).await? == 1)
}

/// The link that has a code, or had it, in any case.
///
/// # Errors
/// The database's.
pub async fn by_code(connection: &impl ConnectionTrait, code: &str) -> Result<Option<ReferralLink>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM referral_links AS l WHERE l.code = ").bind(code.to_ascii_uppercase());
    sql.one(connection, |row| read(row, 0)).await
}

/// The links with these numbers.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<ReferralLink>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN referral_links AS l ON l.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

const LATEST: Order = Order { sort: "l.created_at", id: "l.id", direction: Direction::Descending };

const fn which(deleted: bool) -> &'static str {
    if deleted { " AND l.deleted_at IS NOT NULL" } else { " AND l.deleted_at IS NULL" }
}

/// A page of the links of each partner, the latest first: those that are kept, or those that were deleted.
///
/// # Errors
/// The database's.
pub async fn of_partners(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    deleted: bool,
    page: &Page,
) -> Result<HashMap<i64, Slice<ReferralLink>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("l.partner_id = ").push(partner).push(which(deleted));
    };
    let list = EachList { table: "referral_links", alias: "l", columns: COLUMNS, joins: "", conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, LATEST, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?))
}

/// How many links each partner has of those.
///
/// # Errors
/// The database's.
pub async fn counts(connection: &impl ConnectionTrait, partners: &[i64], deleted: bool) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT l.partner_id, count(*) FROM ").numbers(partners);
    sql.push(" AS wanted JOIN referral_links AS l ON l.partner_id = wanted.id WHERE 1 = 1").push(which(deleted));
    sql.push(" GROUP BY l.partner_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}
