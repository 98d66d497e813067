//! A company's files into the database: network, orders, commissions, ranks and the plan.
//!
//! A whole import is one transaction. The files refer to each other, so a row refused in the last one must undo the first; and who repeats an
//! import that was cut off finds the database as it was before.

mod commissions;
mod error;
pub mod identity;
mod network;
mod orders;
mod partners;
mod periods;
mod plan;
mod ranks;
mod source;

pub use error::Error;
pub use source::Source;

use crate::config::network::Placement;
use crate::domain::instant::Instant;
use crate::domain::period::{Period, PeriodKind};
use crate::domain::trees::PlacementPreference;
use crate::rebuild;
use crate::store::bulk::{imports, lock};
use crate::store::database::{Database, Transaction, in_transaction};

use network::Network;
use periods::Periods;
use plan::Ground;

/// Rows that go to the database at a time.
const BATCH: usize = 4000;

/// What is imported.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The compensation plan: ranks, currency, placement tree.
    pub plan: Option<Source>,
    /// Partners.
    pub network: Option<Source>,
    /// Orders.
    pub orders: Option<Source>,
    /// Commission lines of [`Options::period`].
    pub commissions: Option<Source>,
    /// Ranks of [`Options::period`].
    pub ranks: Option<Source>,
}

/// How it is imported.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What commissions and ranks were computed for.
    pub period: Option<Period>,
    /// The placement tree where neither a plan nor the network itself tells its shape.
    pub placement: Placement,
    /// Where the recruits of imported partners go until those choose otherwise.
    pub preference: PlacementPreference,
    /// When the import takes place.
    pub now: Instant,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its rows are in the database.
    Imported {
        /// How many, without the header.
        rows: u64,
    },
    /// A file with the same bytes was imported before.
    PassedOver {
        /// When.
        imported_at: Instant,
    },
}

/// What became of the files, in the order they were read.
pub type Report = Vec<(Source, Outcome)>;

/// Imports files in one transaction, and brings the derived volumes up to date.
///
/// # Errors
/// [`Error::Refused`] names file, line and cause; nothing is changed then.
pub async fn import(database: &Database, files: &Files, options: &Options) -> Result<Report, Error> {
    in_transaction!(database, |transaction| {
        lock::exclusive(&transaction).await?;
        let mut run = Run::begin(&transaction, files.plan.as_ref(), options).await?;
        run.files(files).await?;
        if run.report.iter().any(|(_, outcome)| matches!(outcome, Outcome::Imported { .. })) {
            rebuild::volumes(&transaction, &run.periods.open_ids()).await?;
            lock::finish(&transaction).await?;
        }
        Ok(run.report)
    })
}

/// Whether a network file with this name was imported, whatever its bytes.
///
/// # Errors
/// The database's.
pub async fn has_network(transaction: &Transaction, name: &str) -> Result<bool, Error> {
    Ok(imports::named(transaction, Kind::Network.code(), name).await?)
}

/// An import under way.
struct Run<'a> {
    transaction: &'a Transaction,
    options: &'a Options,
    ground: Ground,
    network: Network,
    periods: Periods,
    report: Report,
}

#[derive(Clone, Copy)]
enum Kind {
    Network,
    Orders,
    Ranks,
    Commissions,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::Network => "NETWORK",
            Self::Orders => "ORDERS",
            Self::Ranks => "RANKS",
            Self::Commissions => "COMMISSIONS",
        }
    }

    const fn has_period(self) -> bool {
        matches!(self, Self::Ranks | Self::Commissions)
    }
}

impl<'a> Run<'a> {
    async fn begin(transaction: &'a Transaction, plan: Option<&Source>, options: &'a Options) -> Result<Self, Error> {
        let ground = Ground::prepare(transaction, plan, options).await?;
        let network = Network::load(transaction, ground.placement).await?;
        Ok(Self { transaction, options, ground, network, periods: Periods::default(), report: Vec::new() })
    }

    async fn files(&mut self, files: &Files) -> Result<(), Error> {
        let files = [
            (&files.network, Kind::Network),
            (&files.orders, Kind::Orders),
            (&files.ranks, Kind::Ranks),
            (&files.commissions, Kind::Commissions),
        ];
        for (source, kind) in files {
            if let Some(source) = source {
                let outcome = self.file(source, kind).await?;
                self.report.push((source.clone(), outcome));
            }
        }
        Ok(())
    }

    async fn file(&mut self, source: &Source, kind: Kind) -> Result<Outcome, Error> {
        let period = match (kind.has_period(), self.options.period) {
            (false, _) => None,
            (true, Some(period)) if period.kind() == PeriodKind::Month => Some(period),
            (true, Some(period)) => {
                let cause = format!("--period {period}: orders are filed by month, so give a month, such as 2026-01");
                return Err(source.refuse(None, cause).into());
            }
            (true, None) => return Err(source.refuse(None, "belongs to a period: give it by --period, such as 2026-01").into()),
        };
        let digest = source.digest()?;
        let code = period.map(|period| period.to_string()).unwrap_or_default();
        if let Some(imported_at) = imports::find(self.transaction, kind.code(), &digest, &code).await? {
            return Ok(Outcome::PassedOver { imported_at });
        }
        let rows = match (kind, period) {
            (Kind::Network, _) => self.partners(source).await?,
            (Kind::Orders, _) => self.orders(source).await?,
            (Kind::Ranks, Some(period)) => self.ranks(source, period).await?,
            (Kind::Commissions, Some(period)) => self.commissions(source, period).await?,
            (Kind::Ranks | Kind::Commissions, None) => 0,
        };
        let record = imports::Import {
            kind: kind.code(),
            digest,
            period: code,
            file: source.name().display().to_string(),
            rows: i64::try_from(rows).unwrap_or(i64::MAX),
            imported_at: self.options.now,
        };
        imports::record(self.transaction, record).await?;
        Ok(Outcome::Imported { rows })
    }
}
