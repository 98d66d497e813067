//! Partners by number, name or code.

use sea_orm::{ConnectionTrait, DbBackend};

use super::database::Transaction;
use super::error::Error;
use super::sql::{Order, Row, Sql, containing};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::partners::{Partner, PartnerStatus, Slot};

/// What [`read`] reads of `partners AS p`, beginning at its first column.
pub(super) const COLUMNS: &str = "p.id, p.account_id, p.display_name, p.referral_code, p.sponsor_id, p.placement_parent_id, p.position, \
     p.placement_preference, p.status, p.shares_contact, p.rank_id, p.highest_rank_id, p.career_points, p.carry_left, p.carry_right, p.joined_at";

/// Reads a partner whose columns begin at a position.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Partner, Error> {
    let amount = |index: usize| row.get(at + index).map(Amount::from_units);
    let slot = match row.get::<Option<i64>>(at + 5)? {
        Some(parent_id) => Some(Slot { parent_id, position: row.code(at + 6, "partners")? }),
        None => None,
    };
    Ok(Partner {
        id: row.get(at)?,
        account_id: row.get(at + 1)?,
        display_name: row.get(at + 2)?,
        referral_code: row.get(at + 3)?,
        sponsor_id: row.get(at + 4)?,
        slot,
        placement_preference: row.code(at + 7, "partners")?,
        status: row.code(at + 8, "partners")?,
        shares_contact: row.get(at + 9)?,
        rank_id: row.get(at + 10)?,
        highest_rank_id: row.get(at + 11)?,
        career_points: amount(12)?,
        carry_left: amount(13)?,
        carry_right: amount(14)?,
        joined_at: Instant::from_nanos(row.get(at + 15)?),
    })
}

/// The partners with these numbers; unknown numbers are left out.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<Partner>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN partners AS p ON p.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

/// How a single partner is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The partner number.
    Number(i64),
    /// The login's name, ignoring case.
    Username(String),
    /// The referral code, ignoring case.
    ReferralCode(String),
}

/// One partner.
///
/// # Errors
/// The database's.
pub async fn find(connection: &impl ConnectionTrait, lookup: &Lookup) -> Result<Option<Partner>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM partners AS p");
    match lookup {
        Lookup::Number(number) => sql.push(" WHERE p.id = ").bind(*number),
        Lookup::Username(name) => {
            sql.push(" JOIN accounts AS a ON a.id = p.account_id WHERE lower(a.username) = ").bind(name.to_lowercase())
        }
        Lookup::ReferralCode(code) => sql.push(" WHERE p.referral_code = ").bind(code.to_uppercase()),
    };
    sql.one(connection, |row| read(row, 0)).await
}

/// One partner, who stays as he is known here until the transaction ends: whoever adds something to a partner asks first, as the partner may have been
/// erased meanwhile.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, number: i64) -> Result<Option<Partner>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM partners AS p WHERE p.id = ").bind(number);
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR KEY SHARE");
    }
    sql.one(transaction, |row| read(row, 0)).await
}

/// Which partners of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Any of these states.
    pub statuses: Vec<PartnerStatus>,
    /// Any of these ranks, by code.
    pub ranks: Vec<String>,
    /// Part of the name or of the referral code, ignoring case.
    pub search: Option<String>,
}

impl Filter {
    /// Adds the conditions on `partners AS p`.
    pub(super) fn write(&self, sql: &mut Sql) {
        let statuses: Vec<_> = self.statuses.iter().map(|status| status.code()).collect();
        sql.and_in("p.status", &statuses);
        if !self.ranks.is_empty() {
            sql.push(" AND p.rank_id IN (SELECT id FROM ranks WHERE code IN (");
            for (index, code) in self.ranks.iter().enumerate() {
                if index > 0 {
                    sql.push(", ");
                }
                sql.bind(code.clone());
            }
            sql.push("))");
        }
        if let Some(text) = &self.search {
            sql.push(" AND p.search_name LIKE ").bind(containing(text)).push(r" ESCAPE '\'");
        }
    }
}

/// A page of all partners, by number: for operators.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Slice<Partner>, Error> {
    let order = Order { sort: "p.id", id: "p.id", direction: Direction::Ascending };
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM partners AS p WHERE 1 = 1");
    filter.write(&mut sql);
    sql.and_within(page, order).order_by(page, order).limit(page);
    Ok(Slice::of(page, sql.all(connection, |row| read(row, 0)).await?))
}

/// How many partners a filter lets pass.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait, filter: &Filter) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM partners AS p WHERE 1 = 1");
    filter.write(&mut sql);
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}
