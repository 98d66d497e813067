//! The commission engine and its offline commands.

mod busy;
mod comparisons;
mod explained;
mod golden;
mod laws;
mod legs;
mod mutations;
mod numbers;
mod plans;
mod questions;
mod reasons;
mod refused;
mod rows;
mod tables;
mod worked;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::GzDecoder;
use proptest::prelude::ProptestConfig;

/// How many random worlds a law is checked on; `UPLINE_SOAK_WORLDS` says more.
fn cases(usual: u32) -> ProptestConfig {
    ProptestConfig::with_cases(crate::soak::number("UPLINE_SOAK_WORLDS").map_or(usual, |worlds| u32::try_from(worlds).unwrap()))
}

/// The folder of a golden vector.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A file of a vector, which may be gzipped.
fn vector_file(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    if plain.exists() { plain } else { folder.join(format!("{name}.gz")) }
}

/// The bytes of a file, unpacked.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    } else {
        bytes = fs::read(path).unwrap();
    }
    bytes
}

/// The input arguments of a vector.
fn inputs(folder: &Path) -> Vec<String> {
    let path = |name: &str| vector_file(folder, name).to_str().unwrap().to_owned();
    let period = fs::read_to_string(folder.join("period.txt")).unwrap().trim().to_owned();
    let arguments =
        [("--plan", path("plan.toml")), ("--network", path("network.csv")), ("--orders", path("orders.csv")), ("--period", period)];
    arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
}

/// Runs the program.
fn upline(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_upline")).args(arguments).output().unwrap()
}
