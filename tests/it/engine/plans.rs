//! The plan language: examples, words, warnings, schema, refusals.

use std::fs;
use std::path::{Path, PathBuf};

use upline::engine::plan::SCHEMA;
use upline::engine::{self, Plan, Snapshot};

use super::rows::{order, partner, placed};
use super::{golden, upline};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A plan file as the JSON that a schema looks at.
fn as_json(text: &str) -> serde_json::Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

const FRAME: &str = "[plan]\ncode = \"x\"\ncurrency = \"USD\"\n[[rank]]\ncode = \"ONE\"\n[[rank]]\ncode = \"TWO\"\nrate = \"0.1\"\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"1\" }]\n";

#[test]
fn the_examples_are_run_and_pay_somebody_from_every_bonus() {
    assert_eq!(examples().len(), 4);
    let legs = ["L", "R"];
    let mut partners = vec![partner(1, 0)];
    for number in 2..=63 {
        partners.push(placed(partner(number, number / 2), number / 2, legs[number as usize % 2]));
    }
    let mut orders: Vec<_> = (1..=63).map(|number| order(number, number, "400", "400")).collect();
    orders[62].buyer = upline::domain::order_kind::Buyer::Customer;
    partners[62].joined_at = super::rows::time("2026-01-10T00:00:00Z");
    for file in examples() {
        let plan = Plan::parse(&fs::read_to_string(&file).unwrap()).unwrap();
        let snapshot = Snapshot::of(partners.clone(), orders.clone()).unwrap();
        let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap();
        for (bonus, figures) in &outcome.summary().by_bonus {
            assert!(figures.lines > 0, "{} pays nobody in {}", bonus, file.display());
        }
    }
}

#[test]
fn a_plan_is_said_in_words() {
    let file = golden("binary-cycle/plan.toml");
    let output = upline(&["plan".to_owned(), "check".to_owned(), file.to_str().unwrap().to_owned()]);
    assert!(output.status.success());
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(
        words.starts_with("Plan binary-cycle, paid in USD with 2 digits, halves upwards\n  Active: status ACTIVE and a PV of at least 20")
    );
    assert!(
        words.contains("0. cycles, binary: 25.125 for every 200 in one leg with 100 in the other; needs a personally sponsored active")
    );
    assert!(words.contains("1. check-match, matching: 50 % / 25 % / 10 % of what the partners below earn from cycles, passing over"));
    assert!(!words.contains("warning"));
}

#[test]
fn what_is_legal_but_odd_is_warned_about() {
    for (text, warning) in [
        ("[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = []", "bonus b: nobody can earn it"),
        ("[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.1\"]\ncap = 0", "bonus b: nobody can earn it, its cap is 0"),
        (
            "[[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"QUALIFIED_LEGS\", min = 1, rank = \"THREE\" }]\n[[bonus]]\ncode = \"b\"\nkind = \"pool\"\nshare = \"0.1\"\nshares = { THREE = 1 }",
            "rank THREE: out of reach",
        ),
        ("[[rank]]\ncode = \"THREE\"\n", "rank THREE: has no requirements"),
        ("[[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"CAREER_POINTS_TOTAL\", min = 1 }]\n", "rank THREE: needs career points"),
        ("", "ranks: rate is given, but the plan has no differential bonus that reads it"),
    ] {
        let warnings = Plan::parse(&format!("{FRAME}{text}")).unwrap().warnings();
        assert!(warnings.iter().any(|given| given.starts_with(warning)), "{warning}: {warnings:?}");
    }
    let differential = "[[bonus]]\ncode = \"b\"\nkind = \"differential\"\n";
    let customers = "[[bonus]]\ncode = \"c\"\nkind = \"unilevel\"\nlevels = [\"0.2\"]\nbuyers = [\"CUSTOMER\"]\n";
    let partners = customers.replace("\"c\"", "\"p\"").replace("CUSTOMER", "PARTNER").replace("0.2", "0.3");
    for (key, bonuses, said) in [
        ("payout_cap = \"0.05\"", differential.to_owned(), "payout_cap: 5 % of the CV, but"),
        // The orders of one kind and buyer that owe most decide: 10 % and 30 %, not all three.
        ("payout_cap = \"0.35\"", format!("{differential}{customers}{partners}"), "alone may owe up to 40 %, so"),
        ("payout_cap = \"0\"", differential.to_owned(), "payout_cap: it is 0, so nobody earns anything"),
        ("partner_cap = \"0\"", differential.to_owned(), "partner_cap: it is 0, so nobody earns anything"),
    ] {
        let warnings = Plan::parse(&(FRAME.replace("\"USD\"", &format!("\"USD\"\n{key}")) + &bonuses)).unwrap().warnings();
        assert!(warnings.iter().any(|given| given.contains(said)), "{said}: {warnings:?}");
    }
    let levels = "[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.1\", \"0.1\", \"0.1\"]";
    for (most, said) in [
        ("0", "bonus b: nobody can earn it, no rank is paid"),
        ("1", "bonus b: it has 3 levels, but no rank that can be held is paid below level 1"),
    ] {
        let frame = FRAME
            .replace("code = \"ONE\"", &format!("code = \"ONE\"\nmax_levels = {most}"))
            .replace("code = \"TWO\"", &format!("code = \"TWO\"\nmax_levels = {most}"));
        let warnings = Plan::parse(&format!("{frame}{levels}")).unwrap().warnings();
        assert!(warnings.iter().any(|given| given.starts_with(said)), "{said}: {warnings:?}");
    }
    // A rank kept from earlier is held, and levels that no rank is paid on owe nothing.
    let legs = "[[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"QUALIFIED_LEGS\", min = 1, rank = \"THREE\" }]\n";
    let lifetime = FRAME.replace("\"USD\"", "\"USD\"\nrank_maintenance = \"lifetime\"");
    let most = FRAME.replace("\"USD\"", "\"USD\"\npayout_cap = \"0.2\"").replace("code = \"ONE\"", "code = \"ONE\"\nmax_levels = 2");
    let most = most.replace("code = \"TWO\"", "code = \"TWO\"\nmax_levels = 2");
    for (text, unsaid) in [(format!("{lifetime}{legs}"), "out of reach"), (format!("{most}{levels}"), "payout_cap")] {
        let warnings = Plan::parse(&text).unwrap().warnings();
        assert!(!warnings.iter().any(|given| given.contains(unsaid)), "{unsaid}: {warnings:?}");
    }
    for file in examples() {
        assert_eq!(Plan::parse(&fs::read_to_string(file).unwrap()).unwrap().warnings(), Vec::<String>::new());
    }
}

#[test]
fn what_is_wrong_is_named_with_line_key_and_what_is_allowed() {
    let unilevel = "[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\n";
    for (text, said) in [
        ("[[bonus]]\ncode = \"b\"\nkind = \"unlevel\"", "line 12, bonus[0].kind: \"unlevel\" is not known here; allowed: \"unilevel\","),
        (&format!("{unilevel}levels = [\"1.5\"]"), "line 13, bonus[0].levels[0]: 1.5 is above 1; a rate lies between 0 and 1"),
        (&format!("{unilevel}levels = [0.5]"), "bonus[0].levels[0]: write the decimal in quotes: \"0.5\""),
        (&format!("{unilevel}levels = [\"0.1234567\"]"), "has more than 6 digits after the point"),
        (unilevel, "bonus[0]: the key levels is missing"),
        (&format!("{unilevel}levels = []\ntree = \"placement\""), "bonus[0].tree: \"placement\" needs a [placement] section"),
        (&format!("{unilevel}levels = []\nmin_rank = \"SIX\""), "bonus[0].min_rank: SIX is no rank of the plan; its ranks are ONE, TWO"),
        (&format!("{unilevel}levels = []\n{unilevel}levels = []"), "bonus[1].code: b stands here a second time"),
        ("[[bonus]]\ncode = \"b\"\nkind = \"binary\"\nrate = \"0.1\"", "bonus[0].kind: a binary bonus needs [placement]"),
        ("[[bonus]]\ncode = \"b\"\nkind = \"matching\"\nof = [\"b\"]\nrates = []", "bonus[0].of[0]: b does not stand above"),
        ("[[bonus]]\ncode = \"b\"\nkind = \"rank_advance\"\nkinds = []", "bonus[0].kinds: is an unknown key"),
        (
            "[[bonus]]\ncode = \"b\"\nkind = \"pool\"\nshare = \"0.1\"\nshares = { ONE = 0 }",
            "bonus[0].shares.ONE: must be a whole number from 1",
        ),
        (
            "[[bonus]]\ncode = \"b\"\nkind = \"stairstep\"\nbrackets = [[\"5\", \"0.1\"], [\"5\", \"0.2\"]]",
            "bonus[0].brackets[1][0]: 5 is not above the bracket before",
        ),
        (
            "[[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"WEAK_LEG_VOLUME\", min = 1 }]",
            "rank[2].requires[0].type: WEAK_LEG_VOLUME needs",
        ),
        ("[placement]\nkind = \"matrix\"", "placement: the key width is missing"),
        ("[[rank]]\ncode = \"TWO\"", "rank[2].code: TWO stands here a second time"),
        ("[ranks]\n", "ranks: is an unknown key; allowed here: plan, activity, placement, rank, bonus"),
        ("[[bonus]\n", "is not TOML"),
        (&format!("{unilevel}levels = [{}]", "\"0\", ".repeat(1001)), "bonus[0].levels: has 1001 entries, at most 1000 are allowed"),
    ] {
        let refusal = Plan::parse(&format!("{FRAME}{text}")).unwrap_err().to_string();
        assert!(refusal.starts_with("plan.toml") && refusal.contains(said), "{said}: {refusal}");
    }
    for (from, to, said) in [
        ("\"USD\"", "\"XYZ\"", "plan.currency: XYZ is no currency of ISO 4217"),
        ("\"USD\"", "\"XAU\"", "plan.currency: XAU has no minor unit"),
        ("code = \"ONE\"", "code = \"ONE\"\nrequires = [{ type = \"PERSONAL_VOLUME\", min = 1 }]", "the first rank is held by everybody"),
        ("code = \"ONE\"", "code = \"\"", "rank[0].code: must not be empty"),
    ] {
        let refusal = Plan::parse(&FRAME.replace(from, to)).unwrap_err().to_string();
        assert!(refusal.contains(said), "{said}: {refusal}");
    }
}

#[test]
fn the_schema_accepts_all_plans_and_refuses_what_it_can_know() {
    let schema = schema();
    let vectors = fs::read_dir(golden("")).unwrap().map(|entry| entry.unwrap().path().join("plan.toml")).filter(|file| file.exists());
    for file in vectors.chain(examples()) {
        let plan = as_json(&fs::read_to_string(&file).unwrap());
        if let Err(error) = schema.validate(&plan) {
            panic!("{}: {} at {}", file.display(), error, error.instance_path());
        }
    }
    for name in ["unknown-key", "rate-above-one"] {
        let plan = as_json(&fs::read_to_string(golden("refused").join(name).join("plan.toml")).unwrap());
        assert!(!schema.is_valid(&plan), "{name}");
    }
    let printed = upline(&["plan".to_owned(), "schema".to_owned()]);
    assert_eq!(printed.stdout, SCHEMA.as_bytes());
}

#[test]
fn the_schema_knows_exactly_the_keys_that_the_parser_knows() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds = [
        ("unilevel", "levels = []"),
        ("differential", ""),
        ("stairstep", "brackets = []"),
        ("generation", "leader_rank = \"ONE\"\nrates = []"),
        ("matching", "of = []\nrates = []"),
        ("rank_advance", ""),
        ("pool", "share = 0\nshares = {}"),
    ];
    for (kind, keys) in kinds {
        let text = format!("{FRAME}[[bonus]]\ncode = \"b\"\nkind = \"{kind}\"\n{keys}\nnonsense = 1");
        let refusal = Plan::parse(&text).unwrap_err().cause;
        let (_, allowed) = refusal.split_once("allowed here: ").unwrap();
        let mut allowed: Vec<&str> = allowed.split(", ").collect();
        let mut known: Vec<&str> = schema["$defs"][kind]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        allowed.sort_unstable();
        known.sort_unstable();
        assert_eq!(allowed, known, "{kind}");
    }
}
