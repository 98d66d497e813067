//! `orders.csv`: one order per row (docs/plans.md, section 2).

use std::io::{self, Read, Write};
use std::path::Path;

use crate::engine::input::OrderRow;

use super::table::{Column, Refused, Table, number, optional, parsed, required};

static COLUMNS: [Column; 8] = [
    required("order"),
    required("partner"),
    required("placed_at"),
    optional("buyer"),
    optional("kind"),
    required("cv"),
    optional("pv"),
    optional("amount"),
];

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEntry {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// The order.
    pub row: OrderRow,
}

/// Streams the rows of an order file; stops at the first refusal.
pub struct OrderReader {
    table: Table,
    failed: bool,
}

impl OrderReader {
    /// Opens a file, gzip or plain.
    ///
    /// # Errors
    /// The file cannot be read, or its header lacks a required column or names one twice.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        Table::open(path, &COLUMNS).map(|table| Self { table, failed: false })
    }

    /// About how many rows there are, to make room for them; 0 where nobody knows.
    #[must_use]
    pub fn expected_rows(&self) -> usize {
        self.table.expected_rows()
    }

    /// Reads from memory or a pipe; `name` stands for the file in messages.
    ///
    /// # Errors
    /// As [`OrderReader::open`].
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static) -> Result<Self, Refused> {
        Table::from_reader(name, input, &COLUMNS).map(|table| Self { table, failed: false })
    }

    fn entry(&self) -> Result<OrderEntry, Refused> {
        let table = &self.table;
        let cv = table.required(5, parsed)?;
        let row = OrderRow {
            order: table.required(0, number)?,
            partner: table.required(1, number)?,
            placed_at: table.required(2, parsed)?,
            buyer: table.value(3, parsed)?.unwrap_or_default(),
            kind: table.value(4, parsed)?.unwrap_or_default(),
            cv,
            pv: table.value(6, parsed)?.unwrap_or(cv),
            amount: table.value(7, parsed)?.unwrap_or(cv),
        };
        Ok(OrderEntry { line: table.line(), row })
    }
}

impl Iterator for OrderReader {
    type Item = Result<OrderEntry, Refused>;

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

/// Writes order files in the canonical form: all columns of docs/plans.md in their order, defaults spelled out.
pub struct OrderWriter<W> {
    output: W,
    row: Vec<u8>,
}

impl<W: Write> OrderWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut output: W) -> io::Result<Self> {
        writeln!(output, "{}", COLUMNS.iter().map(|column| &*column.name).collect::<Vec<_>>().join(","))?;
        Ok(Self { output, row: Vec::new() })
    }

    /// Writes one order.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&mut self, row: &OrderRow) -> io::Result<()> {
        self.row.clear();
        let OrderRow { order, partner, placed_at, buyer, kind, cv, pv, amount } = row;
        writeln!(self.row, "{order},{partner},{placed_at},{buyer},{kind},{cv},{pv},{amount}")?;
        self.output.write_all(&self.row)
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

    fn read(text: &'static str) -> Vec<Result<OrderEntry, Refused>> {
        match OrderReader::from_reader(Path::new("orders.csv"), text.as_bytes()) {
            Ok(reader) => reader.collect(),
            Err(refused) => vec![Err(refused)],
        }
    }

    fn refusal(text: &'static str) -> String {
        read(text).pop().unwrap().unwrap_err().to_string()
    }

    #[test]
    fn missing_columns_and_empty_cells_take_their_defaults() {
        let entries = read("cv,remark,partner,order,placed_at,pv\n12.5,x,1,7,2026-01-01T00:00:00Z,\n");
        let row = &entries[0].as_ref().unwrap().row;
        assert_eq!((row.order, row.partner), (7, 1));
        assert_eq!([row.pv.to_string(), row.amount.to_string(), row.kind.to_string()], ["12.5", "12.5", "ORDER"]);
    }

    #[test]
    fn a_row_is_named_by_the_line_of_the_file_on_which_it_begins() {
        let text = "\u{feff}order,partner,placed_at,cv,note\r\n\r\n1,1,2026-01-01T00:00:00Z,1,\"two\r\nlines, \"\"quoted\"\"\"\r\n\r\n2,1,2026-01-01T00:00:00Z,1,\r\n";
        let lines: Vec<u64> = read(text).into_iter().map(|entry| entry.unwrap().line).collect();
        assert_eq!(lines, [3, 6]);
    }

    #[test]
    fn what_is_wrong_is_named_with_file_line_and_cause() {
        let header = "order,partner,placed_at,cv\n";
        assert_eq!(refusal(""), "orders.csv: is empty: a header with the column names is required");
        assert_eq!(refusal("order,partner,placed_at\n"), "orders.csv line 1: the column cv is missing");
        assert_eq!(refusal("order,order,partner,placed_at,cv\n"), "orders.csv line 1: the column order appears twice");
        assert_eq!(refusal("order,partner,placed_at,cv\n1,2,3\n"), "orders.csv line 2: the row has 3 fields, the header has 4");
        assert_eq!(refusal("order,partner,placed_at,cv\n\n1,1,2026-01-01T00:00:00Z,-4\n"), "orders.csv line 3: cv: -4 is negative");
        assert_eq!(
            refusal("order,partner,placed_at,cv\n0,1,2026-01-01T00:00:00Z,4\n"),
            "orders.csv line 2: order: 0 is not a positive whole number up to 9223372036854775807"
        );
        assert_eq!(refusal("order,partner,placed_at,cv\n1,1,\"x,4\n"), "orders.csv line 2: a quote is opened and never closed");
        assert!(read(header).is_empty());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let row = read("order,partner,placed_at,cv,pv,buyer\n7,1,2026-01-01T00:30:00.25+01:00,12.5,3,CUSTOMER\n").remove(0).unwrap().row;
        let mut writer = OrderWriter::new(Vec::new()).unwrap();
        writer.write(&row).unwrap();
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert_eq!(text, "order,partner,placed_at,buyer,kind,cv,pv,amount\n7,1,2025-12-31T23:30:00.25Z,CUSTOMER,ORDER,12.5,3,12.5\n");
    }
}
