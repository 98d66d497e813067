//! Refused input: exit status 2, a message that names the place, and no output.

use super::{golden, inputs, upline};

/// The folder, and what the message must say besides the file.
const REFUSED: [(&str, &str); 12] = [
    ("duplicate-partner", "network.csv line 14: partner 4 appears a second time"),
    ("matching-a-later-bonus", "plan.toml line 25: bonus[1].of[0]: team does not stand above"),
    ("negative-cv", "orders.csv line 12: cv: -10 is negative"),
    ("order-of-unknown-partner", "orders.csv line 10: order 17: partner 4711 does not exist"),
    ("placement-slot-taken", "network.csv line 14: partner 13: the position L under partner 1 is already taken by partner 4"),
    ("rate-above-one", "plan.toml line 31: bonus[2].rate: 10 is above 1"),
    ("sponsor-cycle", "the partners 3, 5, 9 sponsor each other in a circle"),
    ("too-many-digits", "orders.csv line 7: pv: 10.00001 has more than 4 digits after the point"),
    ("unknown-key", "plan.toml line 21: bonus[0].compresion: is an unknown key; allowed here: code, name, kind,"),
    ("unknown-rank", "network.csv line 6: partner 5: highest_rank EMPEROR is no rank of the plan; its ranks are STARTER, GOLD"),
    ("unknown-sponsor", "network.csv line 8: partner 7: the sponsor 4711 does not exist"),
    ("unknown-status", "network.csv line 5: status: RETIRED is no status: give ACTIVE, SUSPENDED or TERMINATED"),
];

#[test]
fn refused_input_is_named_and_leaves_no_output() {
    for (name, message) in REFUSED {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("results");
        let mut arguments = vec!["simulate".to_owned(), "--out".to_owned(), folder.to_str().unwrap().to_owned()];
        arguments.extend(inputs(&golden("refused").join(name)));
        let output = upline(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(message), "{name}: {said}");
        assert!(output.stdout.is_empty() && !folder.exists(), "{name}");
    }
}

#[test]
fn a_missing_file_and_an_unknown_period_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let folder = golden("stairstep");
    for (argument, value, message) in
        [("--orders", "nowhere.csv", "nowhere.csv: cannot be read"), ("--period", "2026-13", "is not a period")]
    {
        let mut arguments = vec!["simulate".to_owned(), "--out".to_owned(), out.path().join("results").to_str().unwrap().to_owned()];
        let mut given = inputs(&folder);
        let place = given.iter().position(|given| given == argument).unwrap();
        given[place + 1] = value.to_owned();
        arguments.extend(given);
        let output = upline(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(message));
        assert!(!out.path().join("results").exists());
    }
}
