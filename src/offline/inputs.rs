//! The three input files of an offline run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::plan::Plan;
use crate::engine::refusal::{Input, Refusal};
use crate::engine::snapshot::{Network, NetworkBuilder, Orders, OrdersBuilder};

use super::Refused;
use super::network::{NetworkReader, Trees};
use super::orders::OrderReader;

/// Where the inputs lie.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The plan (TOML).
    pub plan: PathBuf,
    /// The partners (CSV, possibly gzip).
    pub network: PathBuf,
    /// The orders (CSV, possibly gzip).
    pub orders: PathBuf,
}

impl Inputs {
    /// Reads the plan.
    ///
    /// # Errors
    /// What is wrong, with file, line and key.
    pub fn read_plan(&self) -> Result<Plan, Refused> {
        read_plan(&self.plan)
    }

    /// Reads the partners for a plan; `seen` is told the number of rows now and then.
    ///
    /// # Errors
    /// The first row that is wrong, with file and line.
    pub fn read_network(&self, plan: &Plan, mut seen: impl FnMut(u64)) -> Result<Network, Refused> {
        let trees = if plan.placement.is_some() { Trees::SponsorAndPlacement } else { Trees::SponsorOnly };
        let (mut builder, reader) = (NetworkBuilder::default(), NetworkReader::open(&self.network, trees)?);
        builder.reserve(reader.expected_rows());
        for (count, entry) in (1..).zip(reader) {
            let entry = entry?;
            builder.add(&entry.row, Some(entry.line)).map_err(|refusal| self.locate(refusal))?;
            report(count, &mut seen);
        }
        builder.build().map_err(|refusal| self.locate(refusal))
    }

    /// Reads the orders of these partners; `seen` is told the number of rows now and then.
    ///
    /// # Errors
    /// The first row that is wrong, with file and line.
    pub fn read_orders(&self, network: &Network, mut seen: impl FnMut(u64)) -> Result<Orders, Refused> {
        let (mut builder, reader) = (OrdersBuilder::new(network), OrderReader::open(&self.orders)?);
        builder.reserve(reader.expected_rows());
        for (count, entry) in (1..).zip(reader) {
            let entry = entry?;
            builder.add(&entry.row, Some(entry.line)).map_err(|refusal| self.locate(refusal))?;
            report(count, &mut seen);
        }
        builder.build().map_err(|refusal| self.locate(refusal))
    }

    /// Names the file that a refusal of the engine means.
    #[must_use]
    pub fn locate(&self, refusal: Refusal) -> Refused {
        let file = match refusal.input {
            Input::Plan => &self.plan,
            Input::Network => &self.network,
            Input::Orders => &self.orders,
        };
        located(file, refusal)
    }
}

/// Reads a plan file.
///
/// # Errors
/// What is wrong, with file, line and key.
pub fn read_plan(path: &Path) -> Result<Plan, Refused> {
    let text = fs::read_to_string(path).map_err(|error| Refused {
        file: path.to_owned(),
        line: None,
        cause: format!("cannot be read: {error}"),
    })?;
    Plan::parse(&text).map_err(|refusal| located(path, refusal))
}

fn located(file: &Path, refusal: Refusal) -> Refused {
    let key = refusal.key.map(|key| format!("{key}: ")).unwrap_or_default();
    Refused { file: file.to_owned(), line: refusal.line, cause: format!("{key}{}", refusal.cause) }
}

fn report(count: u64, seen: &mut impl FnMut(u64)) {
    const STEP: u64 = 1 << 14;
    if count.is_multiple_of(STEP) {
        seen(count);
    }
}
