//! The database back into the files of docs/plans.md, sections 2 and 8, in their canonical form: an import of what was exported gives the same.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt as _;

use crate::domain::period::Period;
use crate::domain::ranks::Rank;
use crate::engine::Plan;
use crate::engine::input::{NetworkRow, OrderRow};
use crate::offline::network::{Contact, NetworkWriter};
use crate::offline::orders::OrderWriter;
use crate::offline::stored::commissions::{CommissionRow, CommissionWriter};
use crate::offline::stored::ranks::{RankRow, RankWriter};
use crate::store;
use crate::store::bulk::{commissions, lock, orders, partners, periods, plans, ranks};
use crate::store::database::{Database, Transaction};

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{}: cannot be written: {cause}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        cause: io::Error,
    },
    /// Nothing is known of the period.
    #[error("there is no period {0} in the database")]
    PeriodUnknown(Period),
    /// Commissions are sorted and written by the plan.
    #[error("no plan was imported, so commissions cannot be exported: import one by upline import --plan")]
    NoPlan,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

/// What is exported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also the commissions and ranks of this period.
    pub period: Option<Period>,
    /// Also names, mail addresses and login names.
    pub contacts: bool,
}

/// A file that was written, and how many rows it has.
pub type Written = (PathBuf, u64);

/// Writes `network.csv`, `orders.csv`, the plan as `plan.toml` where there is one and, for a period, `commissions.csv` and `ranks.csv`.
///
/// All files show the same state of the database. They get their names when all are complete.
///
/// # Errors
/// [`Error`]; files of earlier exports stand as they were.
pub async fn export(database: &Database, folder: &Path, options: Options) -> Result<Vec<Written>, Error> {
    fs::create_dir_all(folder).map_err(|cause| Error::Io { path: folder.to_owned(), cause })?;
    let transaction = database.snapshot().await?;
    let mut export = Export { transaction: &transaction, folder, drafts: Vec::new() };
    let outcome = export.files(options).await.and_then(|()| export.publish());
    if outcome.is_err() {
        export.discard();
    }
    transaction.rollback().await.map_err(store::error::Error::from)?;
    outcome
}

struct Export<'a> {
    transaction: &'a Transaction,
    folder: &'a Path,
    drafts: Vec<(&'static str, u64)>,
}

impl Export<'_> {
    async fn files(&mut self, options: Options) -> Result<(), Error> {
        lock::without_timeout(self.transaction).await?;
        let plan = plans::source(self.transaction).await?;
        if let Some(source) = &plan {
            self.write("plan.toml", source.lines().count() as u64, |file| file.write_all(source.as_bytes()))?;
        }
        self.network(options.contacts).await?;
        self.orders().await?;
        if let Some(period) = options.period {
            let row = periods::find(self.transaction, period).await?.ok_or(Error::PeriodUnknown(period))?;
            let plan = plan.as_deref().and_then(|source| Plan::parse(source).ok()).ok_or(Error::NoPlan)?;
            self.commissions(row.id, &plan).await?;
            self.ranks(row.id).await?;
        }
        Ok(())
    }

    async fn network(&mut self, contacts: bool) -> Result<(), Error> {
        let failed = self.failure("network.csv");
        let mut writer = NetworkWriter::new(self.draft("network.csv")?, contacts).map_err(&failed)?;
        let mut rows = partners::exported(self.transaction).await?;
        let mut written = 0;
        while let Some(partner) = rows.try_next().await? {
            let row = NetworkRow {
                partner: partner.links.number,
                sponsor: partner.links.sponsor,
                placement_parent: partner.links.slot.map(|slot| slot.parent_id),
                position: partner.links.slot.map(|slot| slot.position),
                status: partner.status,
                joined_at: partner.joined_at,
                highest_rank: partner.highest_rank,
                career_points: partner.career_points,
                carry_left: partner.carry[0],
                carry_right: partner.carry[1],
            };
            let contact = Contact { name: Some(partner.name), email: partner.email, username: Some(partner.username) };
            writer.write(&row, &contact).map_err(&failed)?;
            written += 1;
        }
        complete(writer.finish()).map_err(&failed)?;
        self.drafts.push(("network.csv", written));
        Ok(())
    }

    async fn orders(&mut self) -> Result<(), Error> {
        let failed = self.failure("orders.csv");
        let mut writer = OrderWriter::new(self.draft("orders.csv")?).map_err(&failed)?;
        let mut rows = orders::all(self.transaction).await?;
        let mut written = 0;
        while let Some(order) = rows.try_next().await? {
            let row = OrderRow {
                order: order.id,
                partner: order.partner_id,
                placed_at: order.placed_at,
                buyer: order.buyer,
                kind: order.kind,
                cv: order.cv,
                pv: order.pv,
                amount: order.amount,
            };
            writer.write(&row).map_err(&failed)?;
            written += 1;
        }
        complete(writer.finish()).map_err(&failed)?;
        self.drafts.push(("orders.csv", written));
        Ok(())
    }

    async fn commissions(&mut self, period_id: i64, plan: &Plan) -> Result<(), Error> {
        let failed = self.failure("commissions.csv");
        let mut writer = CommissionWriter::new(self.draft("commissions.csv")?, plan.currency.exponent).map_err(&failed)?;
        let mut written = 0;
        let mut bonuses: Vec<String> = plan.bonuses.iter().map(|bonus| bonus.code.clone()).collect();
        // The plan may have been replaced since: what bonuses that it no longer has have paid comes last.
        let others = commissions::bonuses(self.transaction, period_id).await?;
        bonuses.extend(others.into_iter().filter(|code| plan.bonuses.iter().all(|bonus| bonus.code != *code)));
        for bonus in bonuses {
            let mut rows = commissions::of_bonus(self.transaction, period_id, &bonus).await?;
            while let Some(line) = rows.try_next().await? {
                let row = CommissionRow {
                    bonus: bonus.clone(),
                    beneficiary: line.beneficiary,
                    order: line.order,
                    source: line.source,
                    level: line.level,
                    base: line.base,
                    rate: line.rate,
                    amount: line.amount,
                    points: line.points,
                };
                writer.write(&row).map_err(&failed)?;
                written += 1;
            }
        }
        complete(writer.finish()).map_err(&failed)?;
        self.drafts.push(("commissions.csv", written));
        Ok(())
    }

    async fn ranks(&mut self, period_id: i64) -> Result<(), Error> {
        let failed = self.failure("ranks.csv");
        let known: Vec<Rank> = store::ranks::all(self.transaction).await?;
        let code = |id: i64| known.iter().find(|rank| rank.id == id).map(|rank| rank.code.clone()).unwrap_or_default();
        let mut writer = RankWriter::new(self.draft("ranks.csv")?).map_err(&failed)?;
        let mut rows = ranks::of_period(self.transaction, period_id).await?;
        let mut written = 0;
        while let Some(record) = rows.try_next().await? {
            let ([pv, cv, gv, pgv], [left, right]) = (record.volumes, record.legs);
            let row = RankRow {
                partner: record.partner_id,
                rank: code(record.rank_id),
                previous: code(record.previous_rank_id),
                pv,
                cv,
                gv,
                pgv,
                direct_active: record.direct_active,
                left,
                right,
            };
            writer.write(&row).map_err(&failed)?;
            written += 1;
        }
        complete(writer.finish()).map_err(&failed)?;
        self.drafts.push(("ranks.csv", written));
        Ok(())
    }

    fn write(&mut self, name: &'static str, rows: u64, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
        let mut file = self.draft(name)?;
        let written = fill(&mut file).and_then(|()| complete(Ok(file)));
        written.map_err(self.failure(name))?;
        self.drafts.push((name, rows));
        Ok(())
    }

    fn draft(&self, name: &str) -> Result<BufWriter<File>, Error> {
        File::create(self.draft_path(name)).map(|file| BufWriter::with_capacity(1 << 18, file)).map_err(self.failure(name))
    }

    fn draft_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.part"))
    }

    fn failure(&self, name: &str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.folder.join(name);
        move |cause| Error::Io { path: path.clone(), cause }
    }

    fn publish(&self) -> Result<Vec<Written>, Error> {
        let publish = |(name, rows): &(&'static str, u64)| {
            let path = self.folder.join(name);
            fs::rename(self.draft_path(name), &path).map_err(self.failure(name))?;
            Ok((path, *rows))
        };
        self.drafts.iter().map(publish).collect()
    }

    /// What is left of an export that failed; the failure itself is told, not that a draft could not be removed.
    fn discard(&self) {
        for name in ["plan.toml", "network.csv", "orders.csv", "commissions.csv", "ranks.csv"] {
            fs::remove_file(self.draft_path(name)).ok();
        }
    }
}

/// On the disk before the file gets its name.
fn complete(output: io::Result<BufWriter<File>>) -> io::Result<()> {
    output?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
