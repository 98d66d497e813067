//! What came of referral links: for all links of an answer in one statement.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Row, Sql, group};
use crate::domain::amount::Amount;
use crate::domain::referral_links::{Days, SourceKind, Tally};

/// Nanoseconds of a day, as the statements divide by them.
const DAY: &str = "86400000000000";

/// What joins a figure with the link or code that it belongs to.
const fn came_by(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Links => "s.link_id = wanted.id",
        SourceKind::OwnCodes => "s.partner_id = wanted.id AND s.link_id IS NULL",
    }
}

/// Writes rows `id, day, clicks, visitors, registrations, conversions`, unsummed.
fn push_rows(sql: &mut Sql, kind: SourceKind, numbers: &[i64], days: Days) {
    let (from, before) = days.bounds();
    let of = came_by(kind);
    sql.push("SELECT wanted.id, s.day, s.clicks, s.visitors, 0 AS registrations, 0 AS conversions FROM ").numbers(numbers);
    sql.push(" AS wanted JOIN referral_days AS s ON ").push(of).push(" WHERE s.day BETWEEN ").bind(days.first);
    sql.push(" AND ").bind(days.last);
    for (column, figures) in [("registered_at", "0, 0, 1, 0"), ("converted_at", "0, 0, 0, 1")] {
        sql.push(" UNION ALL SELECT wanted.id, s.").push(column).push(" / ").push(DAY).push(", ").push(figures).push(" FROM ");
        sql.numbers(numbers).push(" AS wanted JOIN referral_attributions AS s ON ").push(of);
        sql.push(" WHERE s.").push(column).push(" >= ").bind(from.nanos()).push(" AND s.").push(column).push(" < ").bind(before.nanos());
    }
}

const SUMS: &str = "CAST(sum(clicks) AS BIGINT), CAST(sum(visitors) AS BIGINT), CAST(sum(registrations) AS BIGINT), \
     CAST(sum(conversions) AS BIGINT)";

fn read(row: &Row<'_>, at: usize) -> Result<Tally, Error> {
    Ok(Tally { clicks: row.get(at)?, visitors: row.get(at + 1)?, registrations: row.get(at + 2)?, conversions: row.get(at + 3)? })
}

/// What came of each link, or of each partner's own code, within some days.
///
/// # Errors
/// The database's.
pub async fn totals(
    connection: &impl ConnectionTrait,
    kind: SourceKind,
    numbers: &[i64],
    days: Days,
) -> Result<HashMap<i64, Tally>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT id, ").push(SUMS).push(" FROM (");
    push_rows(&mut sql, kind, numbers, days);
    sql.push(") AS found GROUP BY id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?.into_iter().collect())
}

/// The same by day, the latest day first; days on which nothing happened are left out, and of each link no more than `most` days are given.
///
/// # Errors
/// The database's.
pub async fn by_day(
    connection: &impl ConnectionTrait,
    kind: SourceKind,
    numbers: &[i64],
    (days, most): (Days, u32),
) -> Result<HashMap<i64, Vec<(i64, Tally)>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT id, day, clicks, visitors, registrations, conversions FROM (SELECT id, day, ");
    sql.push("CAST(sum(clicks) AS BIGINT) AS clicks, CAST(sum(visitors) AS BIGINT) AS visitors, ");
    sql.push("CAST(sum(registrations) AS BIGINT) AS registrations, CAST(sum(conversions) AS BIGINT) AS conversions, ");
    sql.push("row_number() OVER (PARTITION BY id ORDER BY day DESC) AS place FROM (");
    push_rows(&mut sql, kind, numbers, days);
    sql.push(") AS found GROUP BY id, day) AS summed WHERE place <= ").bind(i64::from(most)).push(" ORDER BY id, day DESC");
    Ok(group(sql.all(connection, |row| Ok((row.get(0)?, (row.get(1)?, read(row, 2)?)))).await?))
}

/// What was paid for the orders that people who came by each link, or by each partner's own code, finished within some days, without what went back. An order
/// is theirs as for a conversion: they ordered it, or where nobody did, their partner is credited with it.
///
/// # Errors
/// The database's.
pub async fn revenues(
    connection: &impl ConnectionTrait,
    kind: SourceKind,
    numbers: &[i64],
    days: Days,
) -> Result<HashMap<i64, Amount>, Error> {
    let (from, before) = days.bounds();
    let mut sql = Sql::new(connection);
    sql.push("SELECT id, CAST(sum(paid) AS BIGINT) FROM (");
    for (index, theirs) in [
        "JOIN orders AS o ON o.account_id = s.account_id",
        "JOIN partners AS p ON p.account_id = s.account_id JOIN orders AS o ON o.partner_id = p.id AND o.account_id IS NULL",
    ]
    .into_iter()
    .enumerate()
    {
        sql.push(if index == 0 { "" } else { " UNION ALL " })
            .push("SELECT wanted.id, o.amount - o.refunded AS paid FROM ")
            .numbers(numbers);
        sql.push(" AS wanted JOIN referral_attributions AS s ON ").push(came_by(kind)).push(" ").push(theirs);
        sql.push(" WHERE o.status IN ('COMPLETED', 'REFUNDED') AND o.placed_at >= ").bind(from.nanos());
        sql.push(" AND o.placed_at < ").bind(before.nanos());
    }
    sql.push(") AS found GROUP BY id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, Amount::from_units(row.get(1)?)))).await?.into_iter().collect())
}
