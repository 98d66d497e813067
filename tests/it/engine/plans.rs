//! The plan language: examples, words, warnings, schema, refusals.

use std::collections::BTreeSet;
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
        (
            "[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = []\n[[bonus]]\ncode = \"m\"\nkind = \"matching\"\nof = [\"b\"]\nrates = [\"0.1\"]\n\
             [[bonus]]\ncode = \"n\"\nkind = \"matching\"\nof = [\"m\", \"b\"]\nrates = [\"0.1\"]",
            "bonus n: nobody can earn it, nor any of the bonuses that it matches",
        ),
        ("", "ranks: rate is given, but the plan has no differential bonus that reads it"),
    ] {
        let warnings = Plan::parse(&format!("{FRAME}{text}")).unwrap().warnings();
        assert!(warnings.iter().any(|given| given.starts_with(warning)), "{warning}: {warnings:?}");
    }
    let differential = "[[bonus]]\ncode = \"b\"\nkind = \"differential\"\n";
    let customers = "[[bonus]]\ncode = \"c\"\nkind = \"unilevel\"\nlevels = [\"0.2\"]\nbuyers = [\"CUSTOMER\"]\n";
    let binary = |keys: &str| format!("[placement]\nkind = \"binary\"\n[[bonus]]\ncode = \"legs\"\nkind = \"binary\"\n{keys}\n");
    let partners = customers.replace("\"c\"", "\"p\"").replace("CUSTOMER", "PARTNER").replace("0.2", "0.3");
    for (key, bonuses, said) in [
        ("payout_cap = \"0.05\"", differential.to_owned(), "payout_cap: 5 % of the CV, but"),
        // The orders of one kind and buyer that owe most decide: 10 % and 30 %, not all three.
        ("payout_cap = \"0.35\"", format!("{differential}{customers}{partners}"), "alone may owe up to 40 %, so"),
        // Half of the CV in each leg is matched once; a cycle pays 25 on 300.
        (
            "payout_cap = \"0.01\"",
            binary("rate = \"0.10\""),
            "payout_cap: 1 % of the CV, but where all of it is matched once by the binary bonus, 5 % may",
        ),
        ("payout_cap = \"0.14\"", format!("{}{differential}", binary("rate = \"0.10\"")), "by the binary bonus, 15 % may be owed with it"),
        (
            "payout_cap = \"0.08\"",
            binary("method = \"cycle\"\ncycle = { strong = 200, weak = 100, amount = 25 }"),
            "by the binary bonus, 8.3333 % may be owed",
        ),
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
    let half = FRAME.replace("\"USD\"", "\"USD\"\npayout_cap = \"0.05\"") + &binary("rate = \"0.10\"");
    for (text, unsaid) in [(format!("{lifetime}{legs}"), "out of reach"), (format!("{most}{levels}"), "payout_cap"), (half, "payout_cap")] {
        let warnings = Plan::parse(&text).unwrap().warnings();
        assert!(!warnings.iter().any(|given| given.contains(unsaid)), "{unsaid}: {warnings:?}");
    }
    for file in examples() {
        assert_eq!(Plan::parse(&fs::read_to_string(file).unwrap()).unwrap().warnings(), Vec::<String>::new());
    }
}

#[test]
fn a_rank_that_nobody_is_paid_as_is_warned_about() {
    let ranks = |silver: &str, gold: &str| {
        format!("{FRAME}[[rank]]\ncode = \"SILVER\"\nrequires = [{silver}]\n[[rank]]\ncode = \"GOLD\"\nrequires = [{gold}]\n")
    };
    let volume = |kind: &str, min: u32| format!("{{ type = \"{kind}\", min = {min} }}");
    let group = |min: u32, share: &str| format!("{{ type = \"GROUP_VOLUME\", min = {min}, max_per_leg = \"{share}\" }}");
    let referrals = |min: u32, active: bool| format!("{{ type = \"DIRECT_REFERRALS\", min = {min}, active = {active} }}");
    let legs = |legs: u32, min: u32| format!("{{ type = \"LEG_VOLUME\", legs = {legs}, min = {min} }}");
    for (silver, gold, outranked) in [
        (volume("PERSONAL_VOLUME", 1000), volume("PERSONAL_VOLUME", 500), true),
        (volume("PERSONAL_VOLUME", 500), volume("PERSONAL_VOLUME", 1000), false),
        (volume("PERSONAL_VOLUME", 1000), group(500, "0.1"), true),
        (volume("GROUP_VOLUME", 1000), volume("PERSONAL_VOLUME", 500), false),
        (volume("GROUP_VOLUME", 1000), group(500, "0.5"), false),
        (group(1000, "0.4"), group(900, "0.5"), true),
        (group(1000, "0.5"), group(900, "0.4"), false),
        (group(1000, "0.4"), volume("GROUP_VOLUME", 1000), true),
        (format!("{}, {}", volume("GROUP_VOLUME", 800), referrals(3, true)), referrals(2, false), true),
        (referrals(3, false), referrals(3, true), false),
        (legs(3, 100), legs(2, 100), true),
        (legs(3, 100), format!("{}, {}", legs(2, 100), volume("PERSONAL_VOLUME", 1)), false),
    ] {
        let warnings = Plan::parse(&ranks(&silver, &gold)).unwrap().warnings();
        let said = "rank SILVER: whoever meets its requirements meets those of GOLD as well, so nobody is paid as SILVER";
        assert_eq!(warnings.iter().any(|given| given == said), outranked, "{silver}; {gold}: {warnings:?}");
    }
    // Its bonus is paid all the same to who is paid as the rank above.
    let plan = ranks(&volume("PERSONAL_VOLUME", 1000), &volume("PERSONAL_VOLUME", 500)).replace("\"SILVER\"", "\"SILVER\"\nbonus = 50");
    let plan = Plan::parse(&format!("{plan}[[bonus]]\ncode = \"advance\"\nkind = \"rank_advance\"\n")).unwrap();
    assert!(plan.warnings().iter().all(|given| !given.contains("advance")), "{:?}", plan.warnings());
    // What only such a rank earns, nobody earns.
    let pool = "[[bonus]]\ncode = \"b\"\nkind = \"pool\"\nshare = \"0.1\"\nshares = { SILVER = 1 }";
    let plan = ranks(&volume("PERSONAL_VOLUME", 1000), &volume("PERSONAL_VOLUME", 500)) + pool;
    for (plan, said) in [(plan.clone(), true), (plan.replace("\"USD\"", "\"USD\"\nrank_maintenance = \"lifetime\""), false)] {
        let warnings = Plan::parse(&plan).unwrap().warnings();
        assert_eq!(warnings.iter().any(|given| given.starts_with("bonus b: nobody can earn it")), said, "{warnings:?}");
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

/// What the parser says is allowed, `after` some words, in any of the texts.
fn allowed<'t>(texts: impl IntoIterator<Item = &'t str>, after: &str) -> BTreeSet<String> {
    let words = |text: &str| {
        let refusal = Plan::parse(text).unwrap_err().cause;
        let (_, allowed) = refusal.split_once(after).unwrap_or_else(|| panic!("{after}: {refusal}"));
        allowed.split(", ").map(|word| word.trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    texts.into_iter().flat_map(words).collect()
}

/// The keys of an object of the schema, or the words of a choice.
fn in_schema(pointer: &str) -> BTreeSet<String> {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    match schema.pointer(pointer).unwrap_or_else(|| panic!("the schema has no {pointer}")) {
        serde_json::Value::Object(keys) => keys.keys().cloned().collect(),
        words => words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect(),
    }
}

fn bonus(kind: &str, keys: &str) -> String {
    format!("{FRAME}[[bonus]]\ncode = \"b\"\nkind = \"{kind}\"\n{keys}\n")
}

/// A bonus in a plan with a binary tree.
fn binary(keys: &str) -> String {
    bonus("binary", keys).replacen("[[rank]]", "[placement]\nkind = \"binary\"\n[[rank]]", 1)
}

/// A rank with a requirement in a plan with a binary tree.
fn requirement(keys: &str) -> String {
    let frame = FRAME.replacen("[[rank]]", "[placement]\nkind = \"binary\"\n[[rank]]", 1);
    format!("{frame}[[rank]]\ncode = \"THREE\"\nrequires = [{{ {keys} }}]\n")
}

const CYCLE: &str = "method = \"cycle\"\ncycle = { strong = 1, weak = 1, amount = 1";

#[test]
fn the_schema_knows_exactly_the_keys_that_the_parser_knows() {
    let mut cases = vec![
        ("/properties".to_owned(), vec![format!("{FRAME}[nonsense]\n")]),
        ("/properties/plan/properties".to_owned(), vec![FRAME.replacen("code", "nonsense = 1\ncode", 1)]),
        ("/properties/activity/properties".to_owned(), vec![format!("{FRAME}[activity]\nnonsense = 1\n")]),
        ("/properties/placement/properties".to_owned(), vec![format!("{FRAME}[placement]\nkind = \"binary\"\nnonsense = 1\n")]),
        ("/properties/rank/items/properties".to_owned(), vec![format!("{FRAME}nonsense = 1\n")]),
        (
            "/$defs/differential/properties/breakaway/properties".to_owned(),
            vec![bonus("differential", "breakaway = { rank = \"ONE\", overrides = [], nonsense = 1 }")],
        ),
        ("/$defs/binary/properties/cycle/properties".to_owned(), vec![binary(&format!("{CYCLE}, nonsense = 1 }}"))]),
        (
            "/$defs/binary/properties".to_owned(),
            ["rate = 0", "method = \"ratio\"\nrate = 0", &format!("{CYCLE} }}")]
                .map(|keys| binary(&format!("{keys}\nnonsense = 1")))
                .to_vec(),
        ),
    ];
    for (kind, keys) in [
        ("unilevel", "levels = []"),
        ("differential", ""),
        ("stairstep", "brackets = []"),
        ("generation", "leader_rank = \"ONE\"\nrates = []"),
        ("matching", "of = []\nrates = []"),
        ("rank_advance", ""),
        ("pool", "share = 0\nshares = {}"),
    ] {
        cases.push((format!("/$defs/{kind}/properties"), vec![bonus(kind, &format!("{keys}\nnonsense = 1"))]));
    }
    for (place, (kind, keys)) in REQUIREMENTS.into_iter().enumerate() {
        let pointer = format!("/properties/rank/items/properties/requires/items/oneOf/{place}/properties");
        assert_eq!(in_schema(&format!("{pointer}/type")), BTreeSet::from(["const".to_owned()]));
        cases.push((pointer, vec![requirement(&format!("type = \"{kind}\", min = 1{keys}, nonsense = 1"))]));
    }
    for (pointer, texts) in cases {
        assert_eq!(allowed(texts.iter().map(String::as_str), "allowed here: "), in_schema(&pointer), "{pointer}");
    }
}

/// The requirements in the order of the schema, with the keys that they cannot do without.
const REQUIREMENTS: [(&str, &str); 8] = [
    ("PERSONAL_VOLUME", ""),
    ("GROUP_VOLUME", ""),
    ("PERSONAL_GROUP_VOLUME", ""),
    ("LEG_VOLUME", ", legs = 1"),
    ("WEAK_LEG_VOLUME", ""),
    ("DIRECT_REFERRALS", ""),
    ("QUALIFIED_LEGS", ", rank = \"ONE\""),
    ("CAREER_POINTS_TOTAL", ""),
];

#[test]
fn the_schema_knows_exactly_the_words_that_the_parser_knows() {
    let plan = |key: &str| FRAME.replacen("code", &format!("{key} = \"nonsense\"\ncode"), 1);
    let levels = |key: &str| bonus("unilevel", &format!("levels = []\n{key}"));
    for (pointer, text) in [
        ("/properties/plan/properties/rounding/enum", plan("rounding")),
        ("/properties/plan/properties/rank_maintenance/enum", plan("rank_maintenance")),
        ("/properties/placement/properties/kind/enum", format!("{FRAME}[placement]\nkind = \"nonsense\"\n")),
        (
            "/properties/rank/items/properties/requires/items/oneOf/1/properties/leg_cap_of/enum",
            requirement("type = \"GROUP_VOLUME\", min = 1, leg_cap_of = \"nonsense\""),
        ),
        ("/$defs/unilevel/properties/tree/enum", levels("tree = \"nonsense\"")),
        ("/$defs/unilevel/properties/compression/enum", levels("compression = \"nonsense\"")),
        ("/$defs/unilevel/properties/kinds/items/enum", levels("kinds = [\"nonsense\"]")),
        ("/$defs/unilevel/properties/buyers/items/enum", levels("buyers = [\"nonsense\"]")),
        ("/$defs/differential/properties/start/enum", bonus("differential", "start = \"nonsense\"")),
        ("/$defs/binary/properties/method/enum", binary("method = \"nonsense\"")),
        ("/$defs/binary/properties/on_unqualified/enum", binary("rate = 0\non_unqualified = \"nonsense\"")),
        ("/$defs/binary/properties/carry/enum", binary("rate = 0\ncarry = \"nonsense\"")),
        ("/$defs/matching/properties/compression/enum", bonus("matching", "of = []\nrates = []\ncompression = \"nonsense\"")),
    ] {
        assert_eq!(allowed([text.as_str()], "allowed: "), in_schema(pointer), "{pointer}");
    }
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let types = schema.pointer("/properties/rank/items/properties/requires/items/oneOf").unwrap().as_array().unwrap().iter();
    let types: Vec<&str> = types.map(|kind| kind["properties"]["type"]["const"].as_str().unwrap()).collect();
    assert_eq!(types, REQUIREMENTS.map(|(kind, _)| kind));
    let known = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(allowed([requirement("type = \"NONSENSE\", min = 1").as_str()], "allowed: "), known(types));
    let kinds = schema.pointer("/properties/bonus/items/oneOf").unwrap().as_array().unwrap().iter();
    let kinds = kinds.map(|kind| kind["$ref"].as_str().unwrap().trim_start_matches("#/$defs/")).collect();
    assert_eq!(allowed([bonus("nonsense", "").as_str()], "allowed: "), known(kinds));
}
