//! `commissions.csv`: one line per row (docs/plans.md, section 8).

use std::io::{self, Read, Write};
use std::path::Path;

use crate::domain::amount::Amount;

use crate::engine::Outcome;
use crate::engine::decimal::{push_fixed, push_plain};
use crate::engine::outcome::OutcomeLine;

use super::table::{Column, Refused, Table, number, optional, push_text, required};

const HEADER: &str = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";

/// Writes all lines in output order.
///
/// # Errors
/// The output cannot be written.
pub fn write(outcome: &Outcome, mut output: impl Write) -> io::Result<()> {
    output.write_all(HEADER.as_bytes())?;
    let digits = outcome.currency_digits();
    outcome.each_block(|rows: &mut Vec<u8>, line| push(rows, line, digits), |rows| output.write_all(&rows))?;
    output.flush()
}

fn push(row: &mut Vec<u8>, line: &OutcomeLine, currency_digits: u32) {
    push_text(row, line.bonus);
    row.push(b',');
    push_plain(row, i128::from(line.beneficiary), 0);
    row.push(b',');
    if let Some(order) = line.order {
        push_plain(row, i128::from(order), 0);
    }
    row.push(b',');
    push_plain(row, i128::from(line.source), 0);
    row.push(b',');
    push_plain(row, i128::from(line.level), 0);
    for decimal in [line.base, line.rate] {
        row.push(b',');
        push_plain(row, decimal.units, decimal.digits);
    }
    row.push(b',');
    push_money(row, line.amount.units(), currency_digits);
    row.push(b',');
    push_plain(row, i128::from(line.points.units()), 4);
    row.push(b'\n');
}

/// Appends an amount with exactly the currency's digits.
pub(super) fn push_money(row: &mut Vec<u8>, units: i64, currency_digits: u32) {
    push_fixed(row, i128::from(units / 10_i64.pow(4 - currency_digits)), currency_digits);
}

/// The columns that a result file may have; a former vendor's file may call them otherwise.
static COLUMNS: [Column; 6] =
    [required("beneficiary"), required("amount"), optional("bonus"), optional("order"), optional("source"), optional("level")];

/// A row of a result file, ours or a former vendor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommissionRow {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// Who earns: a partner number.
    pub beneficiary: i64,
    /// What is earned; a vendor's corrections may be negative.
    pub amount: Amount,
    /// The bonus's code.
    pub bonus: Option<String>,
    /// The order number.
    pub order: Option<i64>,
    /// The partner it comes from.
    pub source: Option<i64>,
    /// The level.
    pub level: Option<u32>,
}

/// Which of the optional columns a result file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// `bonus`
    pub bonus: bool,
    /// `order`
    pub order: bool,
    /// `source`
    pub source: bool,
    /// `level`
    pub level: bool,
}

/// Streams the rows of a result file; stops at the first refusal.
pub struct CommissionReader {
    table: Table,
    failed: bool,
}

impl CommissionReader {
    /// Opens a file, gzip or plain; `renamed` pairs our column names with those of the file.
    ///
    /// # Errors
    /// The file cannot be read, or its header lacks the beneficiary or the amount.
    pub fn open(path: &Path, renamed: &[(String, String)]) -> Result<Self, Refused> {
        Table::open(path, &columns(renamed)).map(|table| Self { table, failed: false })
    }

    /// Reads from memory or a pipe; `name` stands for the file in messages.
    ///
    /// # Errors
    /// As [`CommissionReader::open`].
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static, renamed: &[(String, String)]) -> Result<Self, Refused> {
        Table::from_reader(name, input, &columns(renamed)).map(|table| Self { table, failed: false })
    }

    /// Which of the optional columns the file has.
    #[must_use]
    pub fn detail(&self) -> Detail {
        let [bonus, order, source, level] = [2, 3, 4, 5].map(|column| self.table.has(column));
        Detail { bonus, order, source, level }
    }

    fn row(&self) -> Result<CommissionRow, Refused> {
        let table = &self.table;
        Ok(CommissionRow {
            line: table.line(),
            beneficiary: table.required(0, number)?,
            amount: table.required(1, signed_amount)?,
            bonus: table.cell(2)?.map(str::to_owned),
            order: table.value(3, number)?,
            source: table.value(4, number)?,
            level: table.value(5, |text| text.parse().map_err(|_| format!("{text} is no level: give a whole number")))?,
        })
    }
}

impl Iterator for CommissionReader {
    type Item = Result<CommissionRow, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = match self.table.advance() {
            Ok(false) => return None,
            Ok(true) => self.row(),
            Err(refused) => Err(refused),
        };
        self.failed = row.is_err();
        Some(row)
    }
}

fn columns(renamed: &[(String, String)]) -> Vec<Column> {
    let name = |column: &Column| renamed.iter().find(|(ours, _)| *ours == column.name).map(|(_, theirs)| column.called(theirs));
    COLUMNS.iter().map(|column| name(column).unwrap_or_else(|| column.clone())).collect()
}

fn signed_amount(text: &str) -> Result<Amount, String> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    Amount::parse(digits).map(|amount| Amount::from_units(sign * amount.units())).map_err(|error| format!("{text} {error}"))
}
