//! `commissions.csv`: one commission line per row (docs/plans.md, section 8).

use std::io::{self, Read, Write};
use std::path::Path;

use rust_decimal::Decimal;

use crate::domain::amount::Amount;

use super::super::table::{Column, Refused, Table, number, optional, parsed, push_text, required};

const COLUMNS: [Column; 9] = [
    required("bonus"),
    required("beneficiary"),
    required("order"),
    required("source"),
    required("level"),
    required("base"),
    required("rate"),
    required("amount"),
    optional("points"),
];

/// Fractional digits that a base may have (docs/plans.md, Q27).
pub const BASE_DIGITS: u32 = 10;
/// Fractional digits that a rate may have: a rate of the plan times a multiplier.
pub const RATE_DIGITS: u32 = 12;

/// A commission line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommissionRow {
    /// Code of the bonus.
    pub bonus: String,
    /// Number of the partner who earns.
    pub beneficiary: i64,
    /// Order number; none for bonuses that pay on sums.
    pub order: Option<i64>,
    /// Number of the partner it comes from.
    pub source: i64,
    /// Level or generation.
    pub level: i32,
    /// What the rate applies to: up to [`BASE_DIGITS`] fractional digits.
    pub base: Decimal,
    /// Up to [`RATE_DIGITS`] fractional digits.
    pub rate: Decimal,
    /// Earned money.
    pub amount: Amount,
    /// Career points.
    pub points: Amount,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommissionEntry {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// The commission line.
    pub row: CommissionRow,
}

/// Streams the rows of a commission file; stops at the first refusal.
pub struct CommissionReader {
    table: Table,
    failed: bool,
}

impl CommissionReader {
    /// Reads a file, gzip or plain; `name` stands for it in messages.
    ///
    /// # Errors
    /// It cannot be read, or its header lacks a required column or names one twice.
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static) -> Result<Self, Refused> {
        Table::from_reader(name, input, &COLUMNS).map(|table| Self { table, failed: false })
    }

    fn entry(&self) -> Result<CommissionEntry, Refused> {
        let table = &self.table;
        let row = CommissionRow {
            bonus: table.required(0, parsed)?,
            beneficiary: table.required(1, number)?,
            order: table.value(2, number)?,
            source: table.required(3, number)?,
            level: table.required(4, level)?,
            base: table.required(5, |text| decimal(text, BASE_DIGITS))?,
            rate: table.required(6, |text| decimal(text, RATE_DIGITS))?,
            amount: table.required(7, parsed)?,
            points: table.value(8, parsed)?.unwrap_or_default(),
        };
        Ok(CommissionEntry { line: table.line(), row })
    }
}

impl Iterator for CommissionReader {
    type Item = Result<CommissionEntry, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = match self.table.advance() {
            Ok(false) => return None,
            Ok(true) => self.entry(),
            Err(refused) => Err(refused),
        };
        self.failed = entry.is_err();
        Some(entry)
    }
}

fn level(text: &str) -> Result<i32, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| format!("{text} is not a whole number up to {}", i32::MAX))
}

/// At most 14 digits before the point, so that the value fits into two integers of 64 bits in the database.
fn decimal(text: &str, digits: u32) -> Result<Decimal, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let value = Decimal::from_str_exact(text).ok().filter(|_| plain(whole) && plain(fraction) && whole.len() <= 14);
    let value = value.ok_or_else(|| format!("{text} is not a plain decimal number such as 12 or 12.5, below 10^14"))?;
    if value.scale() > digits { Err(format!("{text} has more than {digits} digits after the point")) } else { Ok(value) }
}

/// Writes commission files in the canonical form.
pub struct CommissionWriter<W> {
    output: W,
    row: Vec<u8>,
    currency_digits: usize,
}

impl<W: Write> CommissionWriter<W> {
    /// Writes the header. Amounts get exactly the digits of the currency's minor unit, 0 to 4.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut output: W, currency_digits: u32) -> io::Result<Self> {
        writeln!(output, "{}", COLUMNS.map(|column| column.name).join(","))?;
        Ok(Self { output, row: Vec::new(), currency_digits: currency_digits as usize })
    }

    /// Writes one commission line.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&mut self, row: &CommissionRow) -> io::Result<()> {
        let line = &mut self.row;
        line.clear();
        push_text(line, &row.bonus);
        write!(line, ",{},", row.beneficiary)?;
        if let Some(order) = row.order {
            write!(line, "{order}")?;
        }
        let (base, rate, digits) = (row.base.normalize(), row.rate.normalize(), self.currency_digits);
        writeln!(line, ",{},{},{base},{rate},{:.digits$},{}", row.source, row.level, row.amount.to_decimal(), row.points)?;
        self.output.write_all(line)
    }

    /// Hands the output back.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";

    fn read(rows: &str) -> Vec<Result<CommissionEntry, Refused>> {
        CommissionReader::from_reader(Path::new("commissions.csv"), io::Cursor::new(format!("{HEADER}{rows}"))).unwrap().collect()
    }

    #[test]
    fn what_is_read_is_written_back() {
        let rows = "team,7,,7,0,4749.9376123456,0.100125,145.40,0.0182\n\"a,b\",1,6,9,2,0,0.000000000001,0.00,0\n";
        let mut writer = CommissionWriter::new(Vec::new(), 2).unwrap();
        for entry in read(rows) {
            writer.write(&entry.unwrap().row).unwrap();
        }
        assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), format!("{HEADER}{rows}"));
    }

    #[test]
    fn a_value_that_would_have_to_be_rounded_is_refused() {
        let cause = |row: &str| read(row).pop().unwrap().unwrap_err().to_string();
        assert_eq!(
            cause("a,1,,1,0,0.12345678901,1,1,1\n"),
            "commissions.csv line 2: base: 0.12345678901 has more than 10 digits after the point"
        );
        assert_eq!(
            cause("a,1,,1,0,1e3,1,1,1\n"),
            "commissions.csv line 2: base: 1e3 is not a plain decimal number such as 12 or 12.5, below 10^14"
        );
        assert_eq!(cause("a,1,,1,-1,1,1,1,1\n"), "commissions.csv line 2: level: -1 is not a whole number up to 2147483647");
    }
}
