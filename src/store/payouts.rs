//! Payouts, by number, by partner, by status.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend};

use super::database::Transaction;
use super::error::Error;
use super::sql::{EachList, Order, Row, Sql, by_parent, group};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::payouts::{Actor, Payout, PayoutStatus, Problem, ProblemKind, Step};

const COLUMNS: &str = "o.id, o.partner_id, o.currency, o.amount, o.fee, o.method_kind, o.masked, o.status, o.first_approver_id, o.batch_id, \
     o.external_reference, o.rejection_reason, o.created_at, o.processed_at, o.completed_at, o.rail_attempts, o.rail_due_at, o.rail_carried_at, \
     o.problem_kind, o.problem";

fn read(row: &Row<'_>, at: usize) -> Result<Payout, Error> {
    let instant = |index: usize| Ok::<_, Error>(row.get::<Option<i64>>(at + index)?.map(Instant::from_nanos));
    Ok(Payout {
        id: row.get(at)?,
        partner_id: row.get(at + 1)?,
        currency: row.code(at + 2, "payouts")?,
        amount: Amount::from_units(row.get(at + 3)?),
        fee: Amount::from_units(row.get(at + 4)?),
        kind: row.code(at + 5, "payouts")?,
        masked: row.get(at + 6)?,
        status: row.code(at + 7, "payouts")?,
        first_approver_id: row.get(at + 8)?,
        batch_id: row.get(at + 9)?,
        external_reference: row.get(at + 10)?,
        rejection_reason: row.get(at + 11)?,
        created_at: Instant::from_nanos(row.get(at + 12)?),
        processed_at: instant(13)?,
        completed_at: instant(14)?,
        rail_attempts: row.get(at + 15)?,
        rail_due_at: instant(16)?,
        rail_carried_at: instant(17)?,
        problem: problem(row, at + 18)?,
    })
}

fn problem(row: &Row<'_>, at: usize) -> Result<Option<Problem>, Error> {
    let Some(text) = row.get(at + 1)? else { return Ok(None) };
    // A server of the version before writes words alone; what is not known is taken for a silence, which opens nothing.
    let kind = match row.get::<Option<String>>(at)? {
        Some(_) => row.code(at, "payouts")?,
        None => ProblemKind::Silent,
    };
    Ok(Some(Problem { kind, text }))
}

/// A payout, held until the transaction ends: rival acts on it wait.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, number: i64) -> Result<Option<Payout>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM payouts AS o WHERE o.id = ").bind(number);
    // SQLite has one writer, which is this transaction.
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE");
    }
    sql.one(transaction, |row| read(row, 0)).await
}

/// The approved payouts that wait the longest, at most so many, held until the transaction ends; those that another act holds, or that have a problem, and
/// those of a partner who shall not decide about them, are passed over.
///
/// # Errors
/// The database's.
pub async fn hold_approved(transaction: &Transaction, most: u32, but_of: Option<i64>) -> Result<Vec<Payout>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM payouts AS o WHERE o.status = ").bind(PayoutStatus::Approved.code());
    if let Some(partner) = but_of {
        sql.push(" AND o.partner_id <> ").bind(partner);
    }
    sql.push(" AND o.problem IS NULL ORDER BY o.created_at, o.id LIMIT ").bind(i64::from(most));
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    sql.all(transaction, |row| read(row, 0)).await
}

/// A payout that a rail should be turned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub number: i64,
    /// How often the rail was turned to for it before.
    pub attempts: i64,
}

/// What a rail should be turned to for, at most so many of each: approved payouts that wait the longest, but for those with a problem, then those it
/// carries already.
///
/// # Errors
/// The database's.
pub async fn due_for_rail(connection: &impl ConnectionTrait, now: Instant, most: u32) -> Result<Vec<Due>, Error> {
    let read = |row: &Row<'_>| Ok(Due { number: row.get(0)?, attempts: row.get(1)? });
    let approved = "SELECT id, rail_attempts FROM payouts WHERE status = $1 AND problem IS NULL ORDER BY created_at, id LIMIT $2";
    let values = [PayoutStatus::Approved.code().into(), i64::from(most).into()];
    let mut due = Sql::whole(connection, approved, values).all(connection, read).await?;
    let carried = "SELECT id, rail_attempts FROM payouts WHERE rail_due_at <= $1 ORDER BY rail_due_at, id LIMIT $2";
    due.extend(Sql::whole(connection, carried, [now.nanos().into(), i64::from(most).into()]).all(connection, read).await?);
    Ok(due)
}

/// Whether a rail carries any payout, or may have one.
///
/// # Errors
/// The database's.
pub async fn any_with_rail(connection: &impl ConnectionTrait) -> Result<bool, Error> {
    let sql = "SELECT id FROM payouts WHERE rail_due_at IS NOT NULL LIMIT 1";
    Ok(Sql::whole(connection, sql, []).one(connection, |row| row.get::<i64>(0)).await?.is_some())
}

/// The sealed details of a payout.
///
/// # Errors
/// The database's.
pub async fn details(connection: &impl ConnectionTrait, number: i64) -> Result<Option<Vec<u8>>, Error> {
    Sql::whole(connection, "SELECT details FROM payouts WHERE id = $1", [number.into()]).one(connection, |row| row.get(0)).await
}

/// The payouts of a batch that are still with the bank, with their sealed details, in the order of their numbers.
///
/// # Errors
/// The database's.
pub async fn of_batch(connection: &impl ConnectionTrait, batch: i64) -> Result<Vec<(Payout, Vec<u8>)>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT o.details, ").push(COLUMNS).push(" FROM payouts AS o WHERE o.batch_id = ").bind(batch);
    sql.push(" AND o.status = ").bind(PayoutStatus::Processing.code()).push(" ORDER BY o.id");
    sql.all(connection, |row| Ok((read(row, 1)?, row.get(0)?))).await
}

/// The number of the latest batch.
///
/// # Errors
/// The database's.
pub async fn last_batch(connection: &impl ConnectionTrait) -> Result<Option<i64>, Error> {
    Ok(Sql::whole(connection, "SELECT max(id) FROM payout_batches", []).one(connection, |row| row.get(0)).await?.flatten())
}

/// The payouts with these numbers.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<Payout>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN payouts AS o ON o.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

/// The open payout of each of these partners, if it has one.
///
/// # Errors
/// The database's.
pub async fn open_of(connection: &impl ConnectionTrait, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT o.partner_id, o.id FROM ")
        .numbers(partners)
        .push(" AS wanted JOIN payouts AS o ON o.partner_id = wanted.id WHERE 1 = 1");
    let open: Vec<_> = PayoutStatus::ALL.iter().filter(|status| status.is_open()).map(|status| status.code()).collect();
    sql.and_in("o.status", &open);
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// Which payouts are wanted; an empty list does not restrict.
pub type Statuses = Vec<PayoutStatus>;

const LATEST: Order = Order { sort: "o.created_at", id: "o.id", direction: Direction::Descending };

fn and_status(sql: &mut Sql, statuses: &[PayoutStatus]) {
    sql.and_in("o.status", &statuses.iter().map(|status| status.code()).collect::<Vec<_>>());
}

fn and_problem(sql: &mut Sql, with_problem: bool) {
    if with_problem {
        sql.push(" AND o.problem IS NOT NULL");
    }
}

/// A page of the payouts of each partner, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_partners(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    statuses: &[PayoutStatus],
    page: &Page,
) -> Result<HashMap<i64, Slice<Payout>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("o.partner_id = ").push(partner);
        and_status(sql, statuses);
    };
    let list = EachList { table: "payouts", alias: "o", columns: COLUMNS, joins: "", conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, LATEST, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?))
}

/// How many payouts each partner has.
///
/// # Errors
/// The database's.
pub async fn counts(connection: &impl ConnectionTrait, partners: &[i64], statuses: &[PayoutStatus]) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT o.partner_id, count(*) FROM ")
        .numbers(partners)
        .push(" AS wanted JOIN payouts AS o ON o.partner_id = wanted.id WHERE 1 = 1");
    and_status(&mut sql, statuses);
    sql.push(" GROUP BY o.partner_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// A page of all payouts, or of those only that should be looked into, the latest first: for operators.
///
/// # Errors
/// The database's.
pub async fn list(
    connection: &impl ConnectionTrait,
    (statuses, with_problem): (&[PayoutStatus], bool),
    page: &Page,
) -> Result<Slice<Payout>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM payouts AS o WHERE 1 = 1");
    and_status(&mut sql, statuses);
    and_problem(&mut sql, with_problem);
    sql.and_within(page, LATEST).order_by(page, LATEST).limit(page);
    Ok(Slice::of(page, sql.all(connection, |row| read(row, 0)).await?))
}

/// How many payouts there are, or of those only that should be looked into.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait, (statuses, with_problem): (&[PayoutStatus], bool)) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM payouts AS o WHERE 1 = 1");
    and_status(&mut sql, statuses);
    and_problem(&mut sql, with_problem);
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

/// The accounts of the operators who gave the last approval of a payout, or handed it to the bank.
///
/// # Errors
/// The database's.
pub async fn let_out_by(connection: &impl ConnectionTrait, number: i64) -> Result<Vec<i64>, Error> {
    let sql = "SELECT actor_id FROM payout_history WHERE payout_id = $1 AND status IN ($2, $3) AND actor_id IS NOT NULL";
    let values = [number.into(), PayoutStatus::Approved.code().into(), PayoutStatus::Processing.code().into()];
    Sql::whole(connection, sql, values).all(connection, |row| row.get(0)).await
}

/// The steps of each of these payouts, the oldest first.
///
/// # Errors
/// The database's.
pub async fn histories(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<HashMap<i64, Vec<Step>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT h.payout_id, h.status, h.note, h.at, a.name, a.id = p.account_id FROM ").numbers(numbers);
    sql.push(" AS wanted JOIN payout_history AS h ON h.payout_id = wanted.id JOIN payouts AS o ON o.id = h.payout_id");
    sql.push(" JOIN partners AS p ON p.id = o.partner_id LEFT JOIN accounts AS a ON a.id = h.actor_id ORDER BY h.id");
    let rows = sql
        .all(connection, |row| {
            let by = match (row.get::<Option<String>>(4)?, row.get::<Option<bool>>(5)?) {
                (Some(_), Some(true)) => Actor::Partner,
                (Some(name), _) => Actor::Staff(name),
                (None, _) => Actor::System,
            };
            let step = Step { status: row.code(1, "payout_history")?, by, note: row.get(2)?, at: Instant::from_nanos(row.get(3)?) };
            Ok((row.get::<i64>(0)?, step))
        })
        .await?;
    Ok(group(rows))
}
