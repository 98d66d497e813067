//! `ranks.csv`: the rank of each partner in a period (docs/plans.md, section 8).

use std::io::{self, Read, Write};
use std::path::Path;

use crate::domain::amount::Amount;

use super::super::table::{Column, Refused, Table, number, optional, parsed, push_text, required};

const COLUMNS: [Column; 10] = [
    required("partner"),
    required("rank"),
    required("previous"),
    optional("pv"),
    optional("cv"),
    optional("gv"),
    optional("pgv"),
    optional("direct_active"),
    optional("left"),
    optional("right"),
];

/// The rank a partner was paid as, with the figures it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankRow {
    /// Partner number.
    pub partner: i64,
    /// Code of the paid rank.
    pub rank: String,
    /// Code of the highest rank held before the period.
    pub previous: String,
    /// Personal volume.
    pub pv: Amount,
    /// Personal commissionable volume.
    pub cv: Amount,
    /// Group volume.
    pub gv: Amount,
    /// Personal group volume.
    pub pgv: Amount,
    /// Active partners that the partner sponsored.
    pub direct_active: i64,
    /// Commissionable volume of the left placement leg.
    pub left: Amount,
    /// Commissionable volume of the right placement leg.
    pub right: Amount,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankEntry {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// The rank.
    pub row: RankRow,
}

/// Streams the rows of a rank file; stops at the first refusal.
pub struct RankReader {
    table: Table,
    failed: bool,
}

impl RankReader {
    /// Reads a file, gzip or plain; `name` stands for it in messages.
    ///
    /// # Errors
    /// It cannot be read, or its header lacks a required column or names one twice.
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static) -> Result<Self, Refused> {
        Table::from_reader(name, input, &COLUMNS).map(|table| Self { table, failed: false })
    }

    fn entry(&self) -> Result<RankEntry, Refused> {
        let table = &self.table;
        let amount = |index: usize| table.value(index, parsed).map(Option::unwrap_or_default);
        let row = RankRow {
            partner: table.required(0, number)?,
            rank: table.required(1, parsed)?,
            previous: table.required(2, parsed)?,
            pv: amount(3)?,
            cv: amount(4)?,
            gv: amount(5)?,
            pgv: amount(6)?,
            direct_active: table.value(7, count)?.unwrap_or_default(),
            left: amount(8)?,
            right: amount(9)?,
        };
        Ok(RankEntry { line: table.line(), row })
    }
}

impl Iterator for RankReader {
    type Item = Result<RankEntry, Refused>;

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

fn count(text: &str) -> Result<i64, String> {
    if text == "0" { Ok(0) } else { number(text) }
}

/// Writes rank files in the canonical form.
pub struct RankWriter<W> {
    output: W,
    row: Vec<u8>,
}

impl<W: Write> RankWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut output: W) -> io::Result<Self> {
        writeln!(output, "{}", COLUMNS.map(|column| column.name).join(","))?;
        Ok(Self { output, row: Vec::new() })
    }

    /// Writes the rank of one partner.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&mut self, row: &RankRow) -> io::Result<()> {
        let line = &mut self.row;
        line.clear();
        write!(line, "{},", row.partner)?;
        push_text(line, &row.rank);
        line.push(b',');
        push_text(line, &row.previous);
        let RankRow { pv, cv, gv, pgv, direct_active, left, right, .. } = row;
        writeln!(line, ",{pv},{cv},{gv},{pgv},{direct_active},{left},{right}")?;
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
