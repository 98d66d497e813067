//! What the engine computes for the demo network.

use std::path::Path;

use super::Error;
use crate::domain::period::Period;
use crate::engine::{self, Plan, Snapshot};
use crate::offline::network::{NetworkReader, Trees};
use crate::offline::orders::OrderReader;
use crate::offline::{commissions, ranks};

pub(super) const PLAN: &str = include_str!("plan.toml");
/// By this name the network's import is known again; no file of a user is called so.
pub(super) const NETWORK_NAME: &str = "(demo) network.csv";
pub(super) const NETWORK: &[u8] = include_bytes!("network.csv.gz");
pub(super) const ORDERS: &[u8] = include_bytes!("orders.csv.gz");

/// Result files of a period, as an import takes them.
pub(super) struct Results {
    pub commissions: Vec<u8>,
    pub ranks: Vec<u8>,
}

/// Computes the demo's period.
pub(super) fn compute(period: Period) -> Result<Results, Error> {
    let failed = |cause: &dyn std::fmt::Display| Error::Computation(cause.to_string());
    let plan = Plan::parse(PLAN).map_err(|refusal| failed(&refusal))?;
    let partners = NetworkReader::from_reader(Path::new("demo/network.csv"), NETWORK, Trees::SponsorAndPlacement);
    let partners = partners.and_then(|rows| rows.map(|entry| entry.map(|entry| entry.row)).collect::<Result<Vec<_>, _>>());
    let orders = OrderReader::from_reader(Path::new("demo/orders.csv"), ORDERS);
    let orders = orders.and_then(|rows| rows.map(|entry| entry.map(|entry| entry.row)).collect::<Result<Vec<_>, _>>());
    let (partners, orders) = (partners.map_err(|refused| failed(&refused))?, orders.map_err(|refused| failed(&refused))?);
    let snapshot = Snapshot::of(partners, orders).map_err(|refusal| failed(&refusal))?;
    let outcome = engine::run(&plan, &snapshot, period).map_err(|refusal| failed(&refusal))?;
    let mut results = Results { commissions: Vec::new(), ranks: Vec::new() };
    commissions::write(&outcome, &mut results.commissions).map_err(|error| failed(&error))?;
    ranks::write(&outcome, &mut results.ranks).map_err(|error| failed(&error))?;
    Ok(results)
}
