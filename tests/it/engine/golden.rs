//! Results are met byte for byte.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Command;

use upline::engine::{self, Plan, Snapshot};
use upline::offline::commissions;
use upline::offline::generate::Specification;

use super::{golden, inputs, unpacked, upline};

const VECTORS: [&str; 11] = [
    "binary-cycle",
    "binary-ratio",
    "binary-weak-leg",
    "breakaway-generation",
    "differential-infinity",
    "hybrid-2000",
    "matching-pool-caps",
    "matrix-faststart-retail",
    "ranks-lifetime",
    "stairstep",
    "unilevel-compression",
];

fn names(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.trim_end_matches(".gz").to_owned()).collect()
}

fn assert_same_files(expected: &Path, written: &Path) {
    assert_eq!(names(expected), names(written));
    for entry in fs::read_dir(expected).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".gz");
        let [expected, written] = [unpacked(&path), unpacked(&written.join(name))].map(|bytes| String::from_utf8(bytes).unwrap());
        let differs = expected.lines().zip(written.lines()).position(|(expected, written)| expected != written);
        if let Some(line) = differs {
            panic!("{name} line {}: {:?} was expected, not {:?}", line + 1, expected.lines().nth(line), written.lines().nth(line));
        }
        assert!(expected == written, "{name} has another number of lines");
    }
}

/// Computes a vector and compares all files; returns how many commission lines there are.
fn meet(folder: &Path) -> usize {
    let out = tempfile::tempdir().unwrap();
    let mut arguments = vec!["simulate".to_owned()];
    arguments.extend(inputs(folder));
    arguments.extend(["--quiet".to_owned(), "--out".to_owned(), out.path().to_str().unwrap().to_owned()]);
    let output = upline(&arguments);
    assert!(output.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    assert_same_files(&folder.join("expected"), out.path());
    fs::read_to_string(out.path().join("commissions.csv")).unwrap().lines().count() - 1
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[test]
fn every_vector_is_met_byte_for_byte() {
    for name in VECTORS {
        meet(&golden(name));
    }
    // None is left out of the list.
    let known: Vec<PathBuf> = VECTORS.iter().map(|name| golden(name)).collect();
    let found: Vec<PathBuf> = folders(&golden("")).into_iter().filter(|folder| !folder.ends_with("refused")).collect();
    assert_eq!(found, known);
}

/// Where the vectors that our copies come from lie beside the repository, they are checked as they stand there, whichever there are.
#[test]
fn vectors_beside_the_repository_are_met_byte_for_byte() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    if !vectors.is_dir() {
        eprintln!("there are no vectors beside the repository");
        return;
    }
    let (mut met, mut lines, mut refused) = (0, 0, 0);
    for folder in folders(&vectors) {
        if !folder.ends_with("refused") {
            (met, lines) = (met + 1, lines + meet(&folder));
            continue;
        }
        for folder in folders(&folder) {
            let out = tempfile::tempdir().unwrap();
            let results = out.path().join("results");
            let mut arguments = vec!["simulate".to_owned(), "--out".to_owned(), results.to_str().unwrap().to_owned()];
            arguments.extend(inputs(&folder));
            let output = upline(&arguments);
            assert_eq!(output.status.code(), Some(2), "{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr));
            assert!(output.stdout.is_empty() && !results.exists(), "{}", folder.display());
            refused += 1;
        }
    }
    assert!(met > 0, "{} is empty", vectors.display());
    eprintln!("{met} vectors beside the repository are met with {lines} lines, {refused} inputs are refused");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = golden("hybrid-2000");
    for threads in ["1", "2", "7"] {
        let out = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_upline"));
        command.env("RAYON_NUM_THREADS", threads).arg("simulate").args(inputs(&folder)).arg("--quiet").arg("--out").arg(out.path());
        assert!(command.status().unwrap().success());
        assert_same_files(&folder.join("expected"), out.path());
    }
}

#[test]
fn a_network_in_many_parts_is_computed_alike_by_any_number_of_threads() {
    let specification = Specification::new(NonZeroU32::new(5000).unwrap(), 30_000, 3, "2026-01".parse().unwrap());
    let snapshot = Snapshot::of(specification.network(), specification.orders()).unwrap();
    let text = fs::read_to_string(golden("hybrid-2000/plan.toml")).unwrap().replace("\"9000\"", "\"300\"");
    let plan = Plan::parse(&text).unwrap();
    let lines = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let outcome = engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap();
            let mut bytes = Vec::new();
            commissions::write(&outcome, &mut bytes).unwrap();
            bytes.extend(format!("{:?} {:?} {:?}", outcome.statements().collect::<Vec<_>>(), outcome.carry(), outcome.summary()).bytes());
            bytes
        })
    };
    let alone = lines(1);
    assert!(alone.len() > 1_000_000 && [2, 3, 8].into_iter().all(|threads| lines(threads) == alone));
}

#[test]
fn results_of_an_earlier_run_stand_until_all_of_the_new_ones_are_written() {
    let out = tempfile::tempdir().unwrap();
    // Where a file should be written a folder stands, so writing fails.
    fs::create_dir(out.path().join("statements.csv.part")).unwrap();
    fs::write(out.path().join("commissions.csv"), "old").unwrap();
    let mut arguments = vec!["simulate".to_owned(), "--quiet".to_owned(), "--out".to_owned(), out.path().to_str().unwrap().to_owned()];
    arguments.extend(inputs(&golden("stairstep")));
    assert_eq!(upline(&arguments).status.code(), Some(1));
    assert_eq!(fs::read(out.path().join("commissions.csv")).unwrap(), b"old");
    assert_eq!(names(out.path()), BTreeSet::from(["commissions.csv".to_owned(), "statements.csv.part".to_owned()]));
}

#[test]
fn a_carry_file_of_an_earlier_run_is_removed_where_the_plan_has_no_binary_bonus() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("carry.csv"), "partner,carry_left,carry_right\n1,2,3\n").unwrap();
    let mut arguments = vec!["simulate".to_owned(), "--json".to_owned(), "--out".to_owned(), out.path().to_str().unwrap().to_owned()];
    arguments.extend(inputs(&golden("stairstep")));
    let output = upline(&arguments);
    assert!(output.status.success());
    assert!(!out.path().join("carry.csv").exists());
    assert_eq!(output.stdout, unpacked(&golden("stairstep/expected/summary.json")));
}

#[test]
fn what_a_run_that_was_killed_has_left_is_no_result_of_the_next() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("carry.csv.part"), "partner,carry_left,carry_right\n1,2,3\n").unwrap();
    let mut arguments = vec!["simulate".to_owned(), "--quiet".to_owned(), "--out".to_owned(), out.path().to_str().unwrap().to_owned()];
    arguments.extend(inputs(&golden("stairstep")));
    assert!(upline(&arguments).status.success());
    assert_same_files(&golden("stairstep/expected"), out.path());
}

#[test]
fn the_summary_is_printed_as_a_table() {
    let out = tempfile::tempdir().unwrap();
    let mut arguments = vec!["simulate".to_owned(), "--out".to_owned(), out.path().to_str().unwrap().to_owned()];
    arguments.extend(inputs(&golden("hybrid-2000")));
    let table = String::from_utf8(upline(&arguments).stdout).unwrap();
    assert!(table.starts_with("2026-01 of hybrid: 1918 partners, 8383 orders, 1325643.01 CV\n"), "{table}");
    assert!(table.contains("structure   18828  122996.55\n"), "{table}");
    assert!(table.ends_with("payout ratio 0.32, capped 175528.12, breakage of pools 0.1102\n"), "{table}");
}
