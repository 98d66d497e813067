//! The files of an offline run (docs/plans.md, section 8).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::engine::Outcome;
use crate::engine::outcome::{Carry, Summary};

use super::{commissions, ranks};

const FILES: [&str; 5] = ["commissions.csv", "ranks.csv", "statements.csv", "carry.csv", SUMMARY];
const SUMMARY: &str = "summary.json";

/// Writes all files of an outcome into a folder, which is made where it is missing. They take their names only when all of them are
/// written, the summary last: where it stands, the files beside it belong to it.
///
/// # Errors
/// A file cannot be written; the files of an earlier run then still stand, unless it happened while names were being changed.
pub fn write(outcome: &Outcome, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // What a run that was cut short has left must not be taken for a part of this one.
    FILES.iter().try_for_each(|name| remove_if_there(&part(folder, name)))?;
    let written = write_parts(outcome, folder).and_then(|()| rename(folder));
    if written.is_err() {
        // The first error is the one that matters.
        FILES.iter().for_each(|name| drop(remove_if_there(&part(folder, name))));
    }
    written
}

/// Where a file is written before it takes its name.
fn part(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.part"))
}

fn write_parts(outcome: &Outcome, folder: &Path) -> io::Result<()> {
    let create = |name: &str| File::create(part(folder, name)).map(|file| BufWriter::with_capacity(1 << 16, file));
    commissions::write(outcome, create("commissions.csv")?)?;
    ranks::write(outcome, create("ranks.csv")?)?;
    write_statements(outcome, create("statements.csv")?)?;
    if let Some(carry) = outcome.carry() {
        write_carry(&carry, create("carry.csv")?)?;
    }
    let mut file = create(SUMMARY)?;
    file.write_all(summary_text(outcome.summary())?.as_bytes())?;
    file.flush()
}

fn rename(folder: &Path) -> io::Result<()> {
    remove_if_there(&folder.join(SUMMARY))?;
    for name in FILES {
        let (part, whole) = (part(folder, name), folder.join(name));
        // A plan without binary bonus has no carry; a file of an earlier run must not be taken for its result.
        if part.exists() { fs::rename(part, whole) } else { remove_if_there(&whole) }?;
    }
    Ok(())
}

/// `summary.json`: two spaces, one newline at the end (docs/plans.md, Q18).
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

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
