//! What the bank is told to pay, and what it says came of it.

use std::io::{self, Read, Write};
use std::path::Path;

use super::table::{Column, Refused, Table, guarded, number, optional, parsed, push_text, required};
use crate::domain::payouts::{BankWord, Details, Instruction, Payout};

const HEADER: &str = "payout,partner,amount,currency,kind,card_number,bank_name,bank_code,account_number,wallet_type,wallet_id";

/// Writes the file for the bank: a row for each payout, with everything that is needed to pay it.
pub struct PayoutWriter<W> {
    output: W,
}

impl<W: Write> PayoutWriter<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// The output's.
    pub fn new(mut output: W) -> io::Result<Self> {
        writeln!(output, "{HEADER}")?;
        Ok(Self { output })
    }

    /// Writes a payout.
    ///
    /// # Errors
    /// The output's.
    pub fn write(&mut self, Instruction { payout, details }: &Instruction) -> io::Result<()> {
        let Payout { id, partner_id, amount, currency, .. } = payout;
        let mut row = format!("{id},{partner_id},{amount},{currency},{}", details.kind()).into_bytes();
        for cell in cells(details) {
            row.push(b',');
            push_text(&mut row, &guarded(cell));
        }
        row.push(b'\n');
        self.output.write_all(&row)
    }

    /// Gives the output back when all is written.
    ///
    /// # Errors
    /// The output's.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

fn cells(details: &Details) -> [&str; 6] {
    match details {
        Details::BankCard { card_number } => [card_number, "", "", "", "", ""],
        Details::BankTransfer { bank_name, bank_code, account_number } => ["", bank_name, bank_code, account_number, "", ""],
        Details::Ewallet { wallet_type, wallet_id } => ["", "", "", "", wallet_type, wallet_id],
    }
}

static COLUMNS: [Column; 3] = [required("payout"), required("result"), optional("reference")];

/// A row of the bank's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultEntry {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// What the bank says.
    pub word: BankWord,
}

/// Streams the rows of the bank's file; stops at the first refusal.
pub struct ResultReader {
    table: Table,
    failed: bool,
}

impl ResultReader {
    /// Opens a file, gzip or plain.
    ///
    /// # Errors
    /// The file cannot be read, or its header lacks a required column or names one twice.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        Table::open(path, &COLUMNS).map(|table| Self { table, failed: false })
    }

    /// Reads from memory or a pipe; `name` stands for the file in messages.
    ///
    /// # Errors
    /// As [`ResultReader::open`].
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static) -> Result<Self, Refused> {
        Table::from_reader(name, input, &COLUMNS).map(|table| Self { table, failed: false })
    }

    fn entry(&self) -> Result<ResultEntry, Refused> {
        let word = BankWord {
            payout: self.table.required(0, number)?,
            result: self.table.required(1, parsed)?,
            reference: self.table.value(2, parsed)?,
        };
        Ok(ResultEntry { line: self.table.line(), word })
    }
}

impl Iterator for ResultReader {
    type Item = Result<ResultEntry, Refused>;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Amount;
    use crate::domain::instant::Instant;
    use crate::domain::payouts::{BankResult, GivenDetails, MethodKind, PayoutStatus};

    fn payout(id: i64, details: &Details) -> Payout {
        Payout {
            id,
            partner_id: 9,
            currency: "USD".parse().unwrap(),
            amount: Amount::from_units(1_005_000),
            fee: Amount::ZERO,
            kind: details.kind(),
            masked: details.masked(),
            status: PayoutStatus::Processing,
            first_approver_id: None,
            batch_id: Some(1),
            external_reference: None,
            rejection_reason: None,
            created_at: Instant::from_nanos(0),
            processed_at: None,
            completed_at: None,
            rail_attempts: 0,
            rail_due_at: None,
            rail_carried_at: None,
            problem: None,
        }
    }

    #[test]
    fn no_cell_of_the_file_for_the_bank_is_a_formula_though_it_was_saved_long_ago() {
        let text = |text: &str| text.to_owned();
        let mut writer = PayoutWriter::new(Vec::new()).unwrap();
        for (id, details) in [
            (1, Details::BankCard { card_number: text("5200000000007312") }),
            (
                2,
                Details::BankTransfer { bank_name: text("=HYPERLINK(\"x\")"), bank_code: text("044525225"), account_number: text("40817") },
            ),
            (3, Details::Ewallet { wallet_type: text("@QIWI, Ltd"), wallet_id: text("+7900") }),
        ] {
            writer.write(&Instruction { payout: payout(id, &details), details }).unwrap();
        }
        let expected = format!(
            "{HEADER}\n1,9,100.5,USD,BANK_CARD,5200000000007312,,,,,\n\
             2,9,100.5,USD,BANK_TRANSFER,,\"'=HYPERLINK(\"\"x\"\")\",044525225,40817,,\n3,9,100.5,USD,EWALLET,,,,,\"'@QIWI, Ltd\",'+7900\n"
        );
        assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), expected);
    }

    #[test]
    fn no_cell_of_details_that_are_accepted_now_is_changed_in_the_file() {
        let signs =
            ["=", "+", "-", "@", "\t", "\r", "\n", " ", "'", "\"", "7", "A", "é", "+7 900 123-45-67", "=1+1", "@anna", "-5", "+7900123"];
        let given = |first: &str, second: &str| {
            let text = format!("{first}{second}");
            GivenDetails {
                card_number: Some(format!("{text}520000000007312")),
                bank_name: Some(text.clone()),
                bank_code: Some(format!("{text}0445")),
                account_number: Some(format!("{text}40817")),
                wallet_type: Some(text.clone()),
                wallet_id: Some(text),
            }
        };
        let mut accepted = 0;
        for (first, second) in signs.iter().flat_map(|first| signs.map(|second| (first, second))) {
            for details in MethodKind::ALL.iter().filter_map(|kind| given(first, second).check(*kind).ok()) {
                accepted += 1;
                assert_eq!(cells(&details).map(guarded), cells(&details).map(str::to_owned), "{first:?} {second:?}");
            }
        }
        assert!(accepted > 100, "{accepted}");
    }

    #[test]
    fn the_results_of_the_bank_are_read_line_by_line() {
        let read = |text: &str| -> Vec<_> {
            ResultReader::from_reader(Path::new("r.csv"), io::Cursor::new(text.to_owned().into_bytes())).unwrap().collect()
        };
        let rows = read("payout,result,reference\n7,COMPLETED,b-1\n8,FAILED,\n");
        let word = |payout, result, reference: Option<&str>| BankWord { payout, result, reference: reference.map(str::to_owned) };
        assert_eq!(rows[0], Ok(ResultEntry { line: 2, word: word(7, BankResult::Completed, Some("b-1")) }));
        assert_eq!(rows[1], Ok(ResultEntry { line: 3, word: word(8, BankResult::Failed, None) }));
        for (text, cause) in [
            ("payout,result\n7,PAID\n", "r.csv line 2: result: PAID is not a result of the bank: give one of COMPLETED, FAILED"),
            ("payout,result\n-7,FAILED\n", "r.csv line 2: payout: -7 is not a positive whole number up to 9223372036854775807"),
            ("payout,result\n7,\n", "r.csv line 2: result: the cell is empty, a value is required"),
        ] {
            assert_eq!(read(text)[0].as_ref().unwrap_err().to_string(), cause);
        }
    }
}
