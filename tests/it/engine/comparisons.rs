//! Two results side by side, and ours beside a former vendor's.

use std::fs;
use std::path::Path;

use super::{golden, upline};

fn compare(arguments: &[&str]) -> String {
    let arguments: Vec<String> = std::iter::once("compare").chain(arguments.iter().copied()).map(str::to_owned).collect();
    let output = upline(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A copy of a result in which one text is another.
fn changed(folder: &Path, from: &str, to: &str) -> String {
    let text = fs::read_to_string(golden("stairstep/expected/commissions.csv")).unwrap();
    assert!(text.contains(from));
    fs::write(folder.join("commissions.csv"), text.replacen(from, to, 1)).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn first_line() -> String {
    let text = fs::read_to_string(golden("stairstep/expected/commissions.csv")).unwrap();
    text.lines().nth(1).unwrap().to_owned()
}

#[test]
fn who_gains_and_who_loses_is_said_by_partner_and_bonus() {
    let folder = tempfile::tempdir().unwrap();
    let line = first_line();
    let fields: Vec<&str> = line.split(',').collect();
    let raised = line.replace(&format!(",{},", fields[7]), ",1000,");
    let second = changed(folder.path(), &line, &raised);
    let first = golden("stairstep/expected");
    let text = compare(&[first.to_str().unwrap(), &second]);
    assert!(text.contains("1 partners gain, 0 lose"), "{text}");
    let gain = 1000 - fields[7].parse::<i64>().unwrap();
    assert!(text.contains(&format!("{} {}", fields[1], fields[0])) && text.contains(&format!("  {gain}\n")), "{text}");
    let text = compare(&[&second, &second]);
    assert!(text.contains("0 partners gain, 0 lose"), "{text}");
}

#[test]
fn a_former_vendors_file_is_compared_line_by_line_under_its_own_column_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.csv");
    let line = first_line();
    let fields: Vec<&str> = line.split(',').collect();
    fs::write(&file, format!("ID,Commission,Type\n{},{},{}\n4711,5,performance\n", fields[1], fields[7], fields[0])).unwrap();
    let ours = golden("stairstep/expected");
    let text = compare(&[
        ours.to_str().unwrap(),
        "--against",
        file.to_str().unwrap(),
        "--column",
        "beneficiary=ID",
        "--column",
        "amount=Commission",
        "--column",
        "bonus=Type",
    ]);
    assert!(text.starts_with("1 lines are the same"), "{text}");
    assert!(text.contains("line 3: partner 4711, performance: theirs 5, ours nothing"), "{text}");
    assert!(text.contains("ours alone: partner"), "{text}");
}
