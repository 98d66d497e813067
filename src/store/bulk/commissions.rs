//! Commission lines.

use rust_decimal::Decimal;

use crate::domain::amount::Amount;
use crate::domain::commissions::Commission;
use crate::domain::instant::Instant;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Rows, Sql};

use super::insert::{Kind, Target};

/// Digits of `base` and `rate` themselves.
const DIGITS: u32 = 4;
/// Digits up to which `base_rest` counts.
const BASE_DIGITS: u32 = 10;
/// Digits up to which `rate_rest` counts.
const RATE_DIGITS: u32 = 12;

const COMMISSIONS: Target<16> = Target {
    table: "commissions",
    columns: [
        ("period_id", Kind::Integer),
        ("bonus", Kind::Text),
        ("beneficiary_id", Kind::Integer),
        ("order_id", Kind::OptionalInteger),
        ("source_id", Kind::Integer),
        ("source_type", Kind::Text),
        ("level", Kind::Integer),
        ("base", Kind::Integer),
        ("base_rest", Kind::Integer),
        ("rate", Kind::Integer),
        ("rate_rest", Kind::Integer),
        ("amount", Kind::Integer),
        ("points", Kind::Integer),
        ("status", Kind::Text),
        ("created_at", Kind::Integer),
        ("processed_at", Kind::OptionalInteger),
    ],
};

/// Adds lines; the database gives them their keys.
///
/// # Errors
/// The database's, or a base or rate with more digits than it can hold.
pub async fn add(transaction: &Transaction, lines: Vec<Commission>) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let (base, base_rest) = split(line.base, BASE_DIGITS)?;
        let (rate, rate_rest) = split(line.rate, RATE_DIGITS)?;
        rows.push([
            line.period_id.into(),
            line.bonus.into(),
            line.beneficiary_id.into(),
            line.order_id.into(),
            line.source_id.into(),
            line.source_type.code().into(),
            i64::from(line.level).into(),
            base.into(),
            base_rest.into(),
            rate.into(),
            rate_rest.into(),
            line.amount.units().into(),
            line.points.units().into(),
            line.status.code().into(),
            line.created_at.nanos().into(),
            line.processed_at.map(Instant::nanos).into(),
        ]);
    }
    COMMISSIONS.insert(transaction, rows).await
}

/// Whether a period has lines.
///
/// # Errors
/// The database's.
pub async fn any(transaction: &Transaction, period_id: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM commissions WHERE period_id = $1 LIMIT 1";
    Ok(Sql::whole(transaction, sql, [period_id.into()]).one(transaction, |_| Ok(())).await?.is_some())
}

/// The codes of the bonuses that a period has lines of, sorted.
///
/// # Errors
/// The database's.
pub async fn bonuses(transaction: &Transaction, period_id: i64) -> Result<Vec<String>, Error> {
    let sql = Sql::whole(transaction, "SELECT DISTINCT bonus FROM commissions WHERE period_id = $1", [period_id.into()]);
    let mut codes: Vec<String> = sql.all(transaction, |row| row.get(0)).await?;
    // Here, not by the database, whose locale may have an order of its own.
    codes.sort();
    Ok(codes)
}

/// A line as it is exported.
#[derive(Clone, Debug)]
pub struct ExportedLine {
    /// Number of the partner who earns.
    pub beneficiary: i64,
    /// Order number.
    pub order: Option<i64>,
    /// Number of the partner it comes from.
    pub source: i64,
    /// Level or generation.
    pub level: i32,
    /// What the rate applies to.
    pub base: Decimal,
    /// The rate.
    pub rate: Decimal,
    /// Earned money.
    pub amount: Amount,
    /// Career points.
    pub points: Amount,
}

/// What a bonus paid in a period, sorted by order (none first), source, level and beneficiary; without lines that fell away or were taken back.
///
/// # Errors
/// The database's.
pub async fn of_bonus<'a>(transaction: &'a Transaction, period_id: i64, bonus: &str) -> Result<Rows<'a, ExportedLine>, Error> {
    let sql = "SELECT beneficiary_id, order_id, source_id, level, base, base_rest, rate, rate_rest, amount, points FROM commissions
               WHERE period_id = $1 AND bonus = $2 AND status NOT IN ('REVERSED', 'CLAWBACK', 'CANCELLED')
               ORDER BY coalesce(order_id, 0), source_id, level, beneficiary_id";
    Sql::whole(transaction, sql, [period_id.into(), bonus.into()]).stream(transaction, exported).await
}

fn exported(row: &Row<'_>) -> Result<ExportedLine, Error> {
    let amount = |index| row.get(index).map(Amount::from_units);
    Ok(ExportedLine {
        beneficiary: row.get(0)?,
        order: row.get(1)?,
        source: row.get(2)?,
        level: row.get(3)?,
        base: joined(row.get(4)?, row.get(5)?, BASE_DIGITS),
        rate: joined(row.get(6)?, row.get(7)?, RATE_DIGITS),
        amount: amount(8)?,
        points: amount(9)?,
    })
}

/// A decimal as a count of 1/10000 and what is left, counted in the last digit.
fn split(value: Decimal, digits: u32) -> Result<(i64, i64), Error> {
    let fits = || {
        let mut exact = value;
        exact.rescale(digits);
        let step = 10_i128.pow(digits - DIGITS);
        let whole = i64::try_from(exact.mantissa() / step).ok()?;
        (exact == value && exact.scale() == digits).then_some((whole, i64::try_from(exact.mantissa() % step).ok()?))
    };
    fits().ok_or_else(|| Error::Corrupt { table: "commissions", value: value.to_string() })
}

fn joined(whole: i64, rest: i64, digits: u32) -> Decimal {
    // 64 bits times 10^8 stay below the 96 bits of a decimal.
    Decimal::from_i128_with_scale(i128::from(whole) * 10_i128.pow(digits - DIGITS) + i128::from(rest), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comes_back_from_its_two_columns() {
        for text in ["0", "12.5", "0.000000000001", "99999999999999.999999999999"] {
            let value = Decimal::from_str_exact(text).unwrap();
            let (whole, rest) = split(value, RATE_DIGITS).unwrap();
            assert_eq!(joined(whole, rest, RATE_DIGITS).normalize().to_string(), text);
        }
        assert!(split(Decimal::from_str_exact("0.00000000001").unwrap(), BASE_DIGITS).is_err());
    }
}
