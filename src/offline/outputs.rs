//! The files of an offline run (plans.md, section 8).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::engine::Outcome;
use crate::engine::outcome::{Carry, Summary};

use super::{commissions, ranks};

/// Writes all files of an outcome into a folder, which is made where it is missing.
///
/// # Errors
/// A file cannot be written.
pub fn write(outcome: &Outcome, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let create = |name: &str| File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 16, file));
    commissions::write(outcome, create("commissions.csv")?)?;
    ranks::write(outcome, create("ranks.csv")?)?;
    write_statements(outcome, create("statements.csv")?)?;
    match outcome.carry() {
        Some(carry) => write_carry(&carry, create("carry.csv")?)?,
        None => remove_if_there(&folder.join("carry.csv"))?,
    }
    let mut file = create("summary.json")?;
    file.write_all(summary_text(outcome.summary())?.as_bytes())?;
    file.flush()
}

/// `summary.json`: two spaces, one newline at the end (plans.md, Q18).
///
/// # Errors
/// None in practice; the library's signature allows for them.
pub fn summary_text(summary: &Summary) -> io::Result<String> {
    serde_json::to_string_pretty(summary).map(|text| text + "\n").map_err(io::Error::from)
}

fn write_statements(outcome: &Outcome, mut output: impl Write) -> io::Result<()> {
    let mut row = b"partner,amount,points\n".to_vec();
    for statement in outcome.statements() {
        write!(row, "{},", statement.partner)?;
        commissions::push_money(&mut row, statement.amount.units(), outcome.currency_digits());
        writeln!(row, ",{}", statement.points)?;
        output.write_all(&row)?;
        row.clear();
    }
    output.write_all(&row)?;
    output.flush()
}

fn write_carry(carry: &[Carry], mut output: impl Write) -> io::Result<()> {
    writeln!(output, "partner,carry_left,carry_right")?;
    for Carry { partner, left, right } in carry {
        writeln!(output, "{partner},{left},{right}")?;
    }
    output.flush()
}

/// A plan without binary bonus has no carry; a file of an earlier run must not be taken for its result.
fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
