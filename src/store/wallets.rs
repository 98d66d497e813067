//! Wallets of many partners at once.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::ledger;
use super::sql::{EachList, Order, Row, Sql, by_parent};
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ledger::{JournalKind, Pocket};
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::wallets::{Balance, Movement, MovementFilter, Turnover};

/// What the wallets of these partners hold; a partner without a wallet holds nothing.
///
/// # Errors
/// The database's.
pub async fn balances(connection: &impl ConnectionTrait, partners: &[i64], currency: Currency) -> Result<HashMap<i64, Balance>, Error> {
    let mut found: HashMap<i64, Balance> = HashMap::new();
    for (partner, pocket, amount) in ledger::balances(connection, partners, currency).await? {
        let balance = found.entry(partner).or_default();
        *match pocket {
            Pocket::Available => &mut balance.available,
            Pocket::Pending => &mut balance.pending,
            Pocket::Held => &mut balance.held,
        } = amount;
    }
    Ok(found)
}

/// What ever went through the wallets of these partners.
///
/// # Errors
/// The database's.
pub async fn turnovers(connection: &impl ConnectionTrait, partners: &[i64], currency: Currency) -> Result<HashMap<i64, Turnover>, Error> {
    let mut sql = Sql::new(connection);
    // PostgreSQL sums 64-bit numbers up to decimals.
    let sum_where = |sql: &mut Sql, kind: JournalKind, sign: &str| {
        sql.push(", CAST(sum(CASE j.kind WHEN ").bind(kind.code()).push(&format!(" THEN {sign}p.amount ELSE 0 END) AS BIGINT)"));
    };
    sql.push("SELECT a.partner_id");
    sum_where(&mut sql, JournalKind::Commission, "");
    sum_where(&mut sql, JournalKind::PayoutCompletion, "-");
    sql.push(" FROM ").numbers(partners);
    sql.push(" AS wanted CROSS JOIN ledger_accounts AS a CROSS JOIN postings AS p CROSS JOIN journals AS j");
    sql.push(" WHERE a.partner_id = wanted.id AND a.currency = ")
        .bind(currency.code())
        .push(" AND p.account_id = a.id AND j.id = p.journal_id");
    sql.and_in("j.kind", &[JournalKind::Commission.code(), JournalKind::PayoutCompletion.code()]).push(" GROUP BY a.partner_id");
    let amount = |row: &Row<'_>, index: usize| row.get(index).map(Amount::from_units);
    let read = |row: &Row<'_>| Ok((row.get(0)?, Turnover { earned: amount(row, 1)?, withdrawn: amount(row, 2)? }));
    Ok(sql.all(connection, read).await?.into_iter().collect())
}

const NEWEST: Order = Order { sort: "p.id", id: "p.id", direction: Direction::Descending };

fn write(sql: &mut Sql, partner: &str, currency: Currency, filter: &MovementFilter) {
    sql.push("p.account_id = (SELECT a.id FROM ledger_accounts AS a WHERE a.partner_id = ").push(partner);
    sql.push(" AND a.kind = ").bind(filter.pocket.code()).push(" AND a.currency = ").bind(currency.code()).push(")");
    sql.and_in("j.kind", &filter.kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>());
    if let Some(from) = filter.from {
        sql.push(" AND j.occurred_at >= ").bind(from.nanos());
    }
    if let Some(before) = filter.before {
        sql.push(" AND j.occurred_at < ").bind(before.nanos());
    }
}

/// A page of the movements on a pocket of each partner, the latest first.
///
/// # Errors
/// The database's.
pub async fn movements(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    currency: Currency,
    filter: &MovementFilter,
    page: &Page,
) -> Result<HashMap<i64, Slice<Movement>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| write(sql, partner, currency, filter);
    let columns = format!(
        "p.id, p.journal_id, j.kind, j.subject, j.memo, p.amount, p.balance, j.occurred_at, j.reverses_id, {}",
        ledger::COUNTERPARTY
    );
    let joins = " JOIN journals AS j ON j.id = p.journal_id JOIN ledger_accounts AS own ON own.id = p.account_id";
    let list = EachList { table: "postings", alias: "p", columns: &columns, joins, conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, NEWEST, list);
    let rows = sql
        .all(connection, |row| {
            let movement = Movement {
                id: row.get(1)?,
                journal_id: row.get(2)?,
                kind: row.code(3, "journals")?,
                subject: row.get(4)?,
                memo: row.get(5)?,
                amount: Amount::from_units(row.get(6)?),
                balance: Amount::from_units(row.get(7)?),
                at: Instant::from_nanos(row.get(8)?),
                reverses_id: row.get(9)?,
                counterparty_id: row.get(10)?,
            };
            Ok((row.get(0)?, movement))
        })
        .await?;
    Ok(by_parent(page, rows))
}

/// How many movements each partner has that a filter lets pass.
///
/// # Errors
/// The database's.
pub async fn counts(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    currency: Currency,
    filter: &MovementFilter,
) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT parents.id, (SELECT count(*) FROM postings AS p JOIN journals AS j ON j.id = p.journal_id WHERE ");
    write(&mut sql, "parents.id", currency, filter);
    sql.push(") FROM ").numbers(partners).push(" AS parents");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}
