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
fn what_partners_gain_or_lose_in_all_is_said_the_largest_change_first() {
    let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let write = |folder: &Path, lines: &[(&str, i64, i64)]| {
        let line = |(bonus, partner, amount): &(&str, i64, i64)| format!("{bonus},{partner},,{partner},0,1,1,{amount},0\n");
        let header = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";
        fs::write(folder.join("commissions.csv"), header.to_owned() + &lines.iter().map(line).collect::<String>()).unwrap();
        folder.to_str().unwrap().to_owned()
    };
    // 1 gains as much in b as it loses in a, 2 loses 40, 3 gains 5, and 4 is new.
    let before = write(first.path(), &[("a", 1, 30), ("a", 2, 50), ("b", 3, 5)]);
    let after = write(second.path(), &[("b", 1, 30), ("a", 2, 10), ("b", 3, 10), ("a", 4, 1)]);
    let text = compare(&[&before, &after]);
    assert!(text.contains("\n2 partners gain, 1 lose, 1 get the same\n"), "{text}");
    let table = "\npartner, all bonuses  first  second  difference\n\
        2                        50      10         -40\n\
        3                         5      10           5\n\
        4                         0       1           1\n";
    assert!(text.contains(table), "{text}");
    let bounded = compare(&[&before, &after, "--limit", "1"]);
    assert!(bounded.contains("-40\nand 2 more (--limit 0 prints all)\n"), "{bounded}");
    let json: serde_json::Value = serde_json::from_str(&compare(&[&before, &after, "--limit", "1", "--json"])).unwrap();
    let partners: Vec<_> =
        json["partners"].as_array().unwrap().iter().map(|net| (net["partner"].as_i64().unwrap(), &net["after"])).collect();
    assert_eq!(partners, [(2, &"10".into()), (3, &"10".into()), (4, &"1".into())]);
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
