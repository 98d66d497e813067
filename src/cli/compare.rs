//! `upline compare`: what differs between two results.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::engine::decimal::plain;
use crate::offline::commissions::CommissionReader;
use crate::offline::compare::{Change, Comparison, Discrepancy, Migration, against, by_partner};

use super::{Failure, exit};

/// Arguments of `upline compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of a result of `upline simulate`.
    first: PathBuf,
    /// The folder of another one.
    #[arg(required_unless_present = "against", conflicts_with = "against")]
    second: Option<PathBuf>,
    /// Compare line by line with a former vendor's result file: beneficiary and amount, and as many of bonus, order, source and level as it has.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// What a column is called in the vendor's file; may be given several times.
    #[arg(long, value_name = "OURS=THEIRS", value_parser = renaming, requires = "against")]
    column: Vec<(String, String)>,
    /// How many partners and how many differences to print, the largest first; 0: all.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
}

fn renaming(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("give our name and theirs, such as beneficiary=DistributorID")?;
    let known = ["beneficiary", "amount", "bonus", "order", "source", "level"];
    if !known.contains(&ours) {
        return Err(format!("{ours} is none of our columns: {}", known.join(", ")));
    }
    Ok((ours.to_owned(), theirs.to_owned()))
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    exit(compare(&args))
}

fn compare(args: &Args) -> Result<(), Failure> {
    let result = |folder: &PathBuf| CommissionReader::open(&folder.join("commissions.csv"), &[]);
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let text = match (&args.second, &args.against) {
        (_, Some(file)) => {
            let migration = against(result(&args.first)?, CommissionReader::open(file, &args.column)?)?;
            if args.json { json(&migration)? } else { migration_text(&migration, limit) }
        }
        (Some(second), None) => {
            let comparison = by_partner(result(&args.first)?, result(second)?)?;
            if args.json { json(&comparison)? } else { comparison_text(&comparison, limit) }
        }
        (None, None) => String::new(),
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(io::Error::from)
}

fn comparison_text(comparison: &Comparison, limit: usize) -> String {
    let mut rows = vec![["bonus", "first", "second", "difference"].map(str::to_owned)];
    rows.extend(comparison.bonuses.iter().map(|entry| row(entry.bonus.clone(), entry.change)));
    rows.push(row("total".to_owned(), comparison.total));
    let mut text = columns(&rows);
    let Comparison { gaining, losing, unchanged, .. } = comparison;
    let _ = writeln!(text, "\n{gaining} partners gain, {losing} lose, {unchanged} get the same");
    let partners = comparison.partners.iter().map(|entry| (entry.partner.to_string(), entry.change));
    text += &largest("partner, all bonuses", partners, limit);
    let differences = comparison.differences.iter().map(|entry| (format!("{} {}", entry.partner, entry.bonus), entry.change));
    text + &largest("partner and bonus", differences, limit)
}

/// A table of the first of some changes; nothing where there are none.
fn largest(title: &str, changes: impl ExactSizeIterator<Item = (String, Change)>, limit: usize) -> String {
    let all = changes.len();
    if all == 0 {
        return String::new();
    }
    let mut rows = vec![[title, "first", "second", "difference"].map(str::to_owned)];
    rows.extend(changes.take(limit).map(|(name, change)| row(name, change)));
    more(format!("\n{}", columns(&rows)), all, limit)
}

fn migration_text(migration: &Migration, limit: usize) -> String {
    let Migration { total, same, discrepancies } = migration;
    let mut text = format!(
        "{same} lines are the same, {} are not; theirs {}, ours {}, difference {}\n",
        discrepancies.len(),
        plain(total.before, 4),
        plain(total.after, 4),
        plain(total.gain(), 4)
    );
    for Discrepancy { line, key, theirs, ours } in discrepancies.iter().take(limit) {
        let place = line.map_or("ours alone".to_owned(), |line| format!("line {line}"));
        let amount = |units: &Option<i128>| units.map_or("nothing".to_owned(), |units| plain(units, 4));
        let named = [
            key.bonus.clone(),
            key.order.map(|order| format!("order {order}")),
            key.source.map(|source| format!("source {source}")),
            key.level.map(|level| format!("level {level}")),
        ];
        let named: String = named.into_iter().flatten().map(|part| format!(", {part}")).collect();
        let _ = writeln!(text, "{place}: partner {}{named}: theirs {}, ours {}", key.beneficiary, amount(theirs), amount(ours));
    }
    more(text, discrepancies.len(), limit)
}

fn more(mut text: String, all: usize, limit: usize) -> String {
    if all > limit {
        let _ = writeln!(text, "and {} more (--limit 0 prints all)", all - limit);
    }
    text
}

fn row(name: String, change: Change) -> [String; 4] {
    [name, plain(change.before, 4), plain(change.after, 4), plain(change.gain(), 4)]
}

fn columns(rows: &[[String; 4]]) -> String {
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let line = |[name, before, after, gain]: &[String; 4]| format!("{name:<first$}  {before:>second$}  {after:>third$}  {gain:>fourth$}\n");
    rows.iter().map(line).collect()
}
