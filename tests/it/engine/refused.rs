//! Refused input: exit status 2, a message that names the place, and no output.

use upline::domain::amount::Amount;
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::{self, Plan, Snapshot};

use super::rows::{order, partner, placed, ranked, time};
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
    ("unknown-status", "network.csv line 5: status: RETIRED is not a status: give one of ACTIVE, PENDING_PAYMENT, SUSPENDED, TERMINATED"),
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

/// Refused by the rows alone, by the plan, or by the period.
fn refusal(plan: &str, partners: &[NetworkRow], orders: &[OrderRow]) -> String {
    let plan = Plan::parse(plan).unwrap();
    let refusal = Snapshot::of(partners.to_vec(), orders.to_vec())
        .and_then(|snapshot| engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).map(drop));
    refusal.unwrap_err().to_string()
}

const BARE: &str = "[plan]\ncode = \"x\"\ncurrency = \"USD\"\n[[rank]]\ncode = \"ONE\"\n";

#[test]
fn a_network_that_contradicts_itself_is_refused() {
    let binary = format!("{BARE}[placement]\nkind = \"binary\"");
    let matrix = format!("{BARE}[placement]\nkind = \"matrix\"\nwidth = 2\ndepth = 1");
    let late = |row: NetworkRow| NetworkRow { joined_at: time("2026-02-01T00:00:00Z"), ..row };
    let top = partner(1, 0);
    for (plan, partners, said) in [
        (BARE, vec![partner(2, 3), partner(3, 2)], "the partners 2, 3 sponsor each other in a circle"),
        (BARE, vec![top.clone(), partner(1, 0)], "partner 1 appears a second time"),
        (BARE, vec![top.clone(), partner(2, 9)], "partner 2: the sponsor 9 does not exist"),
        (BARE, vec![late(ranked(partner(2, 0), "SIX"))], "partner 2: highest_rank SIX is no rank of the plan; its ranks are ONE"),
        (BARE, vec![late(top.clone()), partner(2, 1)], "partner 2: the sponsor 1 joins only at or after the period's end"),
        (&binary, vec![top.clone(), placed(partner(2, 1), 9, "L")], "partner 2: the placement parent 9 does not exist"),
        (&binary, vec![late(partner(3, 0)), placed(partner(2, 0), 3, "L")], "partner 2: the placement parent 3 joins only"),
        (&binary, vec![placed(partner(2, 0), 3, "L"), placed(partner(3, 0), 2, "R")], "the partners 2, 3 are placed under each other"),
        (&binary, vec![top.clone(), placed(partner(2, 1), 1, "1")], "partner 2: 1 is no position in a binary tree: give L or R"),
        (&binary, vec![top.clone(), NetworkRow { position: None, ..placed(partner(2, 1), 1, "L") }], "a placement_parent needs a position"),
        (&binary, vec![NetworkRow { placement_parent: None, ..placed(partner(2, 0), 1, "L") }], "the position L needs a placement_parent"),
        (&matrix, vec![top.clone(), placed(partner(2, 1), 1, "3")], "3 is no position in this matrix: give a number from 1 to 2"),
        (
            &matrix,
            vec![top, placed(partner(2, 1), 1, "1"), placed(partner(3, 1), 2, "1")],
            "partner 3 is placed on level 2 of the matrix, which has 1 levels",
        ),
        // The first one by number is named, not the first one that is too deep.
        (
            &matrix,
            vec![partner(1, 0), placed(partner(5, 1), 1, "1"), placed(partner(4, 1), 5, "1"), placed(partner(3, 1), 4, "1")],
            "partner 3 is placed on level 3 of the matrix, which has 1 levels",
        ),
    ] {
        let refusal = refusal(plan, &partners, &[]);
        assert!(refusal.starts_with("network.csv: ") && refusal.contains(said), "{said}: {refusal}");
    }
}

#[test]
fn without_placement_the_placement_columns_are_not_looked_at() {
    let partners = [placed(partner(2, 0), 99, "7"), placed(partner(3, 2), 3, "L")];
    let plan = Plan::parse(BARE).unwrap();
    let snapshot = Snapshot::of(partners, []).unwrap();
    assert_eq!(engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap().summary().partners, 2);
}

#[test]
fn a_network_without_partners_and_orders_is_computed() {
    let plan = Plan::parse(&BARE.replace("\"USD\"", "\"USD\"\npayout_cap = \"0.5\"\npartner_cap = 10")).unwrap();
    let snapshot = Snapshot::of([], []).unwrap();
    let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap();
    assert_eq!((outcome.lines().count(), outcome.summary().payout_ratio.as_str()), (0, "0"));
}

#[test]
fn negative_points_and_carry_are_refused() {
    let minus = Amount::from_units(-1);
    for (row, said) in [
        (NetworkRow { career_points: minus, ..partner(1, 0) }, "career_points"),
        (NetworkRow { carry_left: minus, ..partner(1, 0) }, "carry_left"),
        (NetworkRow { carry_right: minus, ..partner(1, 0) }, "carry_right"),
    ] {
        assert_eq!(refusal(BARE, &[row], &[]), format!("network.csv: partner 1: {said} must not be negative, it is -0.0001"));
    }
}

#[test]
fn numbers_out_of_range_are_refused_and_never_wrapped() {
    let most = "99999999999999.9999";
    let orders: Vec<OrderRow> = (1..=20).map(|number| order(number, 1, most, most)).collect();
    assert_eq!(refusal(BARE, &[partner(1, 0)], &orders), "orders.csv: order 10: with it the volume of partner 1 does not fit 64 bits");
    let twice = [order(1, 1, "1", "1"), order(1, 1, "2", "2")];
    assert_eq!(refusal(BARE, &[partner(1, 0)], &twice), "orders.csv: order 1 appears a second time");
    assert_eq!(refusal(BARE, &[partner(1, 0)], &[order(1, 2, "1", "1")]), "orders.csv: order 1: partner 2 does not exist");
}

#[test]
fn a_carry_out_of_range_is_refused_with_its_line_in_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let bonus = "[placement]\nkind = \"binary\"\n[[bonus]]\ncode = \"legs\"\nkind = \"binary\"\nrate = \"0.1\"\n";
    write("plan.toml", &format!("{BARE}{bonus}"));
    let most = "99999999999999.9999";
    write(
        "network.csv",
        &format!(
            "partner,sponsor,joined_at,placement_parent,position,carry_left\n\
             1,,2024-01-01T00:00:00Z,,,\n2,1,2024-01-01T00:00:00Z,1,L,{most}\n3,2,2024-01-01T00:00:00Z,2,L,\n"
        ),
    );
    let row = |number: i64| format!("{number},3,2026-01-05T00:00:00Z,{most}\n");
    // Nine of the largest amounts fit, ten do not.
    write("orders.csv", &format!("order,partner,placed_at,cv\n{}", (1..=9).map(row).collect::<String>()));
    write("period.txt", "2026-01");
    let mut arguments = vec!["simulate".to_owned(), "--out".to_owned(), folder.path().join("results").to_str().unwrap().to_owned()];
    arguments.extend(inputs(folder.path()));
    let said = String::from_utf8(upline(&arguments).stderr).unwrap();
    let cause = format!("with the carry of {most} on the left and 0 on the right, what bonus legs computes does not fit 64 bits");
    assert!(said.contains(&format!("network.csv line 3: partner 2: {cause}")), "{said}");
}

#[test]
fn orders_long_before_the_period_do_not_disturb_its_caps() {
    let bonus = "[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.1\"]\ncap = \"5\"\n";
    let ancient = OrderRow { placed_at: time("1700-01-01T00:00:00Z"), ..order(2, 2, "100", "100") };
    let late = OrderRow { placed_at: time("2261-01-01T00:00:00Z"), ..order(3, 2, "100", "100") };
    let orders = [order(1, 2, "100", "100"), ancient, late];
    assert_eq!(super::rows::earned(&format!("{BARE}{bonus}"), &[partner(1, 0), partner(2, 1)], &orders), [(1, "5".to_owned())]);
}

#[test]
fn a_chain_of_a_hundred_thousand_partners_is_computed() {
    let plan = format!(
        "{}[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nlevels = [\"0.1\"]\ncompression = \"level\"\n[[bonus]]\ncode = \"stairs\"\nkind = \"stairstep\"\nbrackets = [[1, \"0.01\"]]\n",
        BARE.replace("[[rank]]", "[placement]\nkind = \"binary\"\n[[rank]]")
    );
    let mut partners = vec![partner(1, 0)];
    partners.extend((2..=100_000).map(|number| placed(partner(number, number - 1), number - 1, "L")));
    let orders = [order(1, 100_000, "100", "100")];
    let plan = Plan::parse(&plan).unwrap();
    let snapshot = Snapshot::of(partners, orders).unwrap();
    let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap();
    assert_eq!(outcome.ranks().next().unwrap().left.to_string(), "100");
    assert_eq!(outcome.summary().total_commission, "11");
}

/// Nobody in the chain breaks away, and the ranks are paid on too few levels: whoever looked at all above each order would look five thousand million times.
#[test]
fn a_deep_chain_in_which_everybody_buys_is_computed() {
    let plan = format!(
        "{BARE}rate = \"0.05\"\nmax_levels = 1\n[[rank]]\ncode = \"B\"\nrate = \"0.1\"\nrequires = [{{ type = \"PERSONAL_VOLUME\", min = \"1000\" }}]\n\
         [[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nlevels = [\"0.1\", \"0.05\"]\ncompression = \"level\"\n\
         [[bonus]]\ncode = \"structure\"\nkind = \"differential\"\nbreakaway = {{ rank = \"B\", overrides = [\"0.01\"] }}\n"
    );
    let partners = (1..=100_000).map(|number| partner(number, number - 1));
    let orders: Vec<_> = (1..=100_000).map(|number| order(number, number, "100", "100")).collect();
    let plan = Plan::parse(&plan).unwrap();
    let snapshot = Snapshot::of(partners.collect::<Vec<_>>(), orders).unwrap();
    let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap();
    let lines: Vec<usize> = outcome.summary().by_bonus.iter().map(|(_, bonus)| bonus.lines).collect();
    assert_eq!(lines, [99_999, 100_000]);
}
