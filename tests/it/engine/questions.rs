//! Explanations: every line, and why an order paid somebody nothing.

use serde_json::Value;

use super::{golden, inputs, unpacked, upline};

fn explain(extra: &[&str]) -> String {
    let mut arguments = vec!["explain".to_owned()];
    arguments.extend(inputs(&golden("hybrid-2000")));
    arguments.extend(extra.iter().map(|argument| (*argument).to_owned()));
    let output = upline(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_line_is_explained_with_its_numbers_and_caps() {
    let text = explain(&["--partner", "3998", "--order", "4238"]);
    assert!(
        text.contains("fast-start (unilevel): 7.28\n  order 4238 of partner 2360: 7.28\n    - level 2: 150 x 0.05 = 7.5, rounded 7.50\n"),
        "{text}"
    );
    assert!(text.contains("    - level 2: the payout cap of 424205.76, 7.50 becomes 7.28\n"), "{text}");
    assert!(text.contains("structure (differential): 2.91\n"), "{text}");
    assert!(text.contains("    - level 2: 150 x (0.05 - 0.03 paid below) = 3, rounded 3.00\n"), "{text}");
    assert!(text.ends_with("\ntotal of order 4238: 10.19\n"), "{text}");
}

#[test]
fn an_order_that_paid_nothing_is_explained() {
    let text = explain(&["--partner", "3998", "--order", "4238"]);
    assert!(text.contains("the bonus does not pay on this order: its buyer is PARTNER"), "{text}");
    assert!(text.contains("the bonus does not pay on this order: its kind is INVESTMENT"), "{text}");
    assert!(text.contains("not qualified: no personally sponsored active partner in the left leg"), "{text}");
    assert!(text.contains("nothing, BRONZE has no shares"), "{text}");
}

#[test]
fn the_explained_lines_are_the_paid_lines() {
    let commissions = String::from_utf8(unpacked(&golden("hybrid-2000/expected/commissions.csv.gz"))).unwrap();
    let expected: Vec<(String, String, String)> = commissions
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|fields| fields[1] == "3998")
        .map(|fields| (fields[0].clone(), fields[2].clone(), fields[7].clone()))
        .collect();
    let explained: Value = serde_json::from_str(&explain(&["--partner", "3998", "--json"])).unwrap();
    let mut found = Vec::new();
    for bonus in explained["bonuses"].as_array().unwrap() {
        for calculation in bonus["calculations"].as_array().unwrap() {
            let amount = calculation["amount"].as_str().unwrap();
            if amount != "0.00" {
                let order = calculation["order"].as_i64().map_or(String::new(), |order| order.to_string());
                found.push((bonus["bonus"].as_str().unwrap().to_owned(), order, amount.to_owned()));
            }
        }
    }
    let (mut expected, mut sorted) = (expected, found);
    expected.sort();
    sorted.sort();
    assert_eq!(sorted, expected);
}

#[test]
fn who_or_what_takes_no_part_cannot_be_explained() {
    for (partner, order, said) in [("999999", "1", "partner 999999 takes no part"), ("3998", "99999999", "order 99999999 is not among")] {
        let mut arguments = vec!["explain".to_owned()];
        arguments.extend(inputs(&golden("hybrid-2000")));
        arguments.extend(["--partner", partner, "--order", order].map(str::to_owned));
        let output = upline(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(said));
    }
}
