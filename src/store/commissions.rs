//! Commission lines.

use std::collections::HashMap;

use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{EachList, Order, Row, Sql, by_parent, group};
use crate::domain::amount::Amount;
use crate::domain::commissions::{Commission, CommissionStatus, SourceType};
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};

const COLUMNS: &str = "c.id, c.period_id, c.bonus, c.beneficiary_id, c.order_id, c.source_id, c.source_type, c.level, c.base, c.base_rest, c.rate, \
     c.rate_rest, c.amount, c.points, c.status, c.created_at, c.processed_at";

fn read(row: &Row<'_>, at: usize) -> Result<Commission, Error> {
    // Four digits in one column, the digits beyond them in another: exact, and integers.
    let exact = |index: usize, digits: u32| -> Result<Decimal, Error> {
        let (whole, rest) = (Decimal::new(row.get(at + index)?, 4), Decimal::new(row.get(at + index + 1)?, digits));
        let corrupt = || Error::Corrupt { table: "commissions", value: format!("{whole} + {rest}") };
        whole.checked_add(rest).map(|sum| sum.normalize()).ok_or_else(corrupt)
    };
    Ok(Commission {
        id: row.get(at)?,
        period_id: row.get(at + 1)?,
        bonus: row.get(at + 2)?,
        beneficiary_id: row.get(at + 3)?,
        order_id: row.get(at + 4)?,
        source_id: row.get(at + 5)?,
        source_type: row.code(at + 6, "commissions")?,
        level: row.get(at + 7)?,
        base: exact(8, 10)?,
        rate: exact(10, 12)?,
        amount: Amount::from_units(row.get(at + 12)?),
        points: Amount::from_units(row.get(at + 13)?),
        status: row.code(at + 14, "commissions")?,
        created_at: Instant::from_nanos(row.get(at + 15)?),
        processed_at: row.get::<Option<i64>>(at + 16)?.map(Instant::from_nanos),
    })
}

/// The lines with these ids.
///
/// # Errors
/// The database's.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Commission>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(ids).push(" AS wanted JOIN commissions AS c ON c.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

/// Which lines of a partner are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Any of these states.
    pub statuses: Vec<CommissionStatus>,
    /// Any of these sources.
    pub source_types: Vec<SourceType>,
    /// Any of these bonuses, by code.
    pub bonuses: Vec<String>,
    /// Arisen then or later.
    pub from: Option<Instant>,
    /// Arisen before.
    pub before: Option<Instant>,
    /// Earned in this period.
    pub period_id: Option<i64>,
}

impl Filter {
    fn write(&self, sql: &mut Sql) {
        sql.and_in("c.status", &self.statuses.iter().map(|status| status.code()).collect::<Vec<_>>());
        sql.and_in("c.source_type", &self.source_types.iter().map(|source| source.code()).collect::<Vec<_>>());
        if !self.bonuses.is_empty() {
            sql.push(" AND c.bonus IN (");
            for (index, bonus) in self.bonuses.iter().enumerate() {
                if index > 0 {
                    sql.push(", ");
                }
                sql.bind(bonus.clone());
            }
            sql.push(")");
        }
        let bounds = [
            (" AND c.created_at >= ", self.from.map(Instant::nanos)),
            (" AND c.created_at < ", self.before.map(Instant::nanos)),
            (" AND c.period_id = ", self.period_id),
        ];
        for (condition, value) in bounds {
            if let Some(value) = value {
                sql.push(condition).bind(value);
            }
        }
    }
}

/// A page of the lines that each partner earns, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_partners(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    filter: &Filter,
    page: &Page,
) -> Result<HashMap<i64, Slice<Commission>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("c.beneficiary_id = ").push(partner);
        filter.write(sql);
    };
    let order = Order { sort: "c.created_at", id: "c.id", direction: Direction::Descending };
    let list = EachList { table: "commissions", alias: "c", columns: COLUMNS, joins: "", conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, order, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?))
}

/// How many lines each partner has that a filter lets pass.
///
/// # Errors
/// The database's.
pub async fn counts(connection: &impl ConnectionTrait, partners: &[i64], filter: &Filter) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT c.beneficiary_id, count(*) FROM ").numbers(partners);
    sql.push(" AS parents JOIN commissions AS c ON c.beneficiary_id = parents.id WHERE 1 = 1");
    filter.write(&mut sql);
    sql.push(" GROUP BY c.beneficiary_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// Lines that have everything in common that a summary tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Where they stand.
    pub status: CommissionStatus,
    /// What they come from.
    pub source_type: SourceType,
    /// Their level.
    pub level: i32,
    /// The day they arose on, counted from 1970-01-01 in UTC.
    pub day: i64,
    /// How many.
    pub lines: i64,
    /// Their money.
    pub amount: Amount,
    /// Their career points.
    pub points: Amount,
}

/// The lines of each partner between two instants, tallied; CANCELLED ones are left out.
///
/// # Errors
/// The database's.
pub async fn tallies(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    from: Option<Instant>,
    before: Option<Instant>,
) -> Result<HashMap<i64, Vec<Tally>>, Error> {
    let day = "c.created_at / 86400000000000";
    let mut sql = Sql::new(connection);
    sql.push("SELECT c.beneficiary_id, c.status, c.source_type, c.level, ").push(day);
    sql.push(" AS day, count(*), CAST(sum(c.amount) AS BIGINT), CAST(sum(c.points) AS BIGINT) FROM ").numbers(partners);
    sql.push(" AS parents JOIN commissions AS c ON c.beneficiary_id = parents.id WHERE c.status <> 'CANCELLED'");
    Filter { from, before, ..Filter::default() }.write(&mut sql);
    sql.push(" GROUP BY c.beneficiary_id, c.status, c.source_type, c.level, ").push(day).push(" ORDER BY day");
    let rows = sql
        .all(connection, |row| {
            let tally = Tally {
                status: row.code(1, "commissions")?,
                source_type: row.code(2, "commissions")?,
                level: row.get(3)?,
                day: row.get(4)?,
                lines: row.get(5)?,
                amount: Amount::from_units(row.get(6)?),
                points: Amount::from_units(row.get(7)?),
            };
            Ok((row.get(0)?, tally))
        })
        .await?;
    Ok(group(rows))
}
