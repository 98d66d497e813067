//! A short fuzzing run inside the tests: mutated plans and tables are accepted or refused, never a panic.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use upline::engine::{self, Plan, Snapshot};
use upline::offline::commissions::CommissionReader;
use upline::offline::network::{NetworkReader, Trees};
use upline::offline::orders::OrderReader;

use super::golden;

/// How many mutations of each vector are tried; `UPLINE_SOAK_MUTATIONS` says more.
fn rounds() -> usize {
    crate::soak::number("UPLINE_SOAK_MUTATIONS").map_or(400, |rounds| usize::try_from(rounds).unwrap())
}

const VECTORS: [&str; 5] = ["binary-cycle", "matching-pool-caps", "matrix-faststart-retail", "ranks-lifetime", "breakaway-generation"];
const MORSELS: [&str; 20] = [
    ",",
    "\"",
    "\n",
    "\r\n",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "\u{feff}",
    "[[bonus]]",
    "[[rank]]\ncode = \"X\"",
    "{",
    "}",
    "[",
    "]",
    "\u{0}",
    "é",
    "=",
    "0.00001",
    "9223372036854775807",
];

fn mutate(text: &[u8], chance: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..chance.random_range(1..4) {
        let at = chance.random_range(0..=bytes.len());
        match chance.random_range(0..8) {
            0 => bytes.truncate(at.max(1)),
            1 if at < bytes.len() => bytes[at] = chance.random_range(0..=u8::MAX),
            2 if at < bytes.len() => {
                let end = (at + chance.random_range(1..20)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let morsel = MORSELS[chance.random_range(0..MORSELS.len())];
                bytes.splice(at..at, morsel.bytes());
            }
            // Another digit keeps most input well-formed, so that the engine itself is reached.
            _ => {
                if let Some(digit) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                    *digit = b'0' + chance.random_range(0..10);
                }
            }
        }
    }
    bytes
}

#[test]
fn mutated_input_is_computed_or_refused_but_never_breaks() {
    let mut chance = ChaCha8Rng::seed_from_u64(20260121);
    let (mut computed, mut refused) = (0, 0);
    for name in VECTORS {
        let read = |file: &str| fs::read(golden(name).join(file)).unwrap();
        let files = [read("plan.toml"), read("network.csv"), read("orders.csv")];
        for round in 0..rounds() {
            let mut mutated = files.clone();
            mutated[round % 3] = mutate(&files[round % 3], &mut chance);
            let [plan, network, orders] = mutated;
            match attempt(&String::from_utf8_lossy(&plan), network, orders) {
                Some(()) => computed += 1,
                None => refused += 1,
            }
        }
    }
    assert!(computed > 100 && refused > 100, "{computed} computed, {refused} refused: the mutations are too tame or too wild");
    eprintln!("{computed} computed, {refused} refused");
}

/// None where something is refused.
fn attempt(plan: &str, network: Vec<u8>, orders: Vec<u8>) -> Option<()> {
    let plan = Plan::parse(plan).ok()?;
    assert!(!plan.in_words().is_empty());
    let _ = plan.warnings();
    let name = Path::new("mutated.csv");
    let partners = NetworkReader::from_reader(name, Cursor::new(network), Trees::SponsorAndPlacement).ok()?;
    let partners = partners.map(|entry| entry.map(|entry| entry.row)).collect::<Result<Vec<_>, _>>().ok()?;
    let orders = OrderReader::from_reader(name, Cursor::new(orders)).ok()?;
    let orders = orders.map(|entry| entry.map(|entry| entry.row)).collect::<Result<Vec<_>, _>>().ok()?;
    let snapshot = Snapshot::of(partners, orders).ok()?;
    let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).ok()?;
    assert_eq!(outcome.ranks().count(), outcome.summary().partners);
    Some(())
}

#[test]
fn mutated_results_are_read_or_refused() {
    let mut chance = ChaCha8Rng::seed_from_u64(7);
    let text = fs::read(golden("stairstep/expected/commissions.csv")).unwrap();
    for _ in 0..rounds() {
        let bytes = mutate(&text, &mut chance);
        if let Ok(reader) = CommissionReader::from_reader(Path::new("mutated.csv"), Cursor::new(bytes), &[]) {
            reader.for_each(drop);
        }
    }
}
