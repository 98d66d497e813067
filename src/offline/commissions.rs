//! `commissions.csv`: one line per row (plans.md, section 8).

use std::io::{self, Write};

use crate::engine::Outcome;
use crate::engine::decimal::{push_fixed, push_plain};
use crate::engine::outcome::OutcomeLine;

use super::table::push_text;

const HEADER: &str = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";
/// Rows are gathered to this many bytes before they are written.
const BLOCK: usize = 1 << 16;

/// Writes all lines in output order.
///
/// # Errors
/// The output cannot be written.
pub fn write(outcome: &Outcome, mut output: impl Write) -> io::Result<()> {
    let mut block = HEADER.as_bytes().to_vec();
    for line in outcome.lines() {
        push(&mut block, &line, outcome.currency_digits());
        if block.len() >= BLOCK {
            output.write_all(&block)?;
            block.clear();
        }
    }
    output.write_all(&block)?;
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
