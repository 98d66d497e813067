//! What an import needs of the plan: ranks, currency, placement tree, bonuses.

use std::collections::HashMap;

use crate::config::network::Placement;
use crate::domain::amount::Amount;
use crate::domain::ranks::Rank;
use crate::engine::plan::{self, Bonus, Plan};
use crate::engine::refusal::Refusal;
use crate::store;
use crate::store::bulk::plans;
use crate::store::database::Transaction;
use crate::store::{ranks, settings};

use super::{Error, Options, Source};

/// The shape of the placement tree that a plan asks for.
fn placement_of(plan: &Plan) -> Placement {
    match plan.placement {
        None => Placement::None,
        Some(plan::Placement::Binary) => Placement::Binary,
        Some(plan::Placement::Matrix { width, depth }) => Placement::Matrix { width, depth },
    }
}

/// Reads a plan file.
fn parse(source: &Source, text: &str) -> Result<Plan, Error> {
    Plan::parse(text).map_err(|refusal| {
        let key = refusal.key.map(|key| format!("{key}: ")).unwrap_or_default();
        source.refuse(refusal.line, format!("{key}{}", refusal.cause)).into()
    })
}

/// What stands before the first row is read.
pub(super) struct Ground {
    /// The shape of the placement tree.
    pub placement: Placement,
    plan: Option<Plan>,
    ranks: Vec<Rank>,
    rank_ids: HashMap<String, i64>,
}

impl Ground {
    /// Puts the plan in force, if one is given, and reads what the database knows.
    pub(super) async fn prepare(transaction: &Transaction, source: Option<&Source>, options: &Options) -> Result<Self, Error> {
        let before = settings::placement(transaction).await?;
        let mut placement = before.unwrap_or(options.placement);
        if let Some(source) = source {
            let text = source.text()?;
            let plan = parse(source, &text)?;
            placement = placement_of(&plan);
            if let Some(before) = before.filter(|before| *before != placement) {
                let (asked, before) = (String::from(placement), String::from(before));
                let cause = format!("placement: {asked} differs from the placement tree of this network, {before}");
                return Err(source.refuse(None, cause).into());
            }
            activate(transaction, source, &text, &plan, options).await?;
            settings::record_placement(transaction, placement).await?;
        }
        let stored = plans::source(transaction).await?;
        let unreadable =
            |refusal: Refusal| Error::from(store::error::Error::Corrupt { table: "plan_versions", value: refusal.to_string() });
        let plan = stored.map(|text| Plan::parse(&text).map_err(unreadable)).transpose()?;
        let ranks = ranks::all(transaction).await?;
        let rank_ids = ranks.iter().map(|rank| (rank.code.clone(), rank.id)).collect();
        Ok(Self { placement, plan, ranks, rank_ids })
    }

    /// The key of the lowest rank; none before the first plan.
    pub(super) fn lowest_rank(&self) -> Option<i64> {
        self.ranks.first().map(|rank| rank.id)
    }

    /// The key of a rank.
    pub(super) fn rank(&self, code: &str) -> Result<i64, String> {
        self.rank_ids.get(code).copied().ok_or_else(|| {
            if self.ranks.is_empty() {
                return format!("{code} is an unknown rank, because no plan was imported yet: give one by --plan");
            }
            let known: Vec<&str> = self.ranks.iter().map(|rank| rank.code.as_str()).collect();
            format!("{code} is no rank of the plan: give one of {}", known.join(", "))
        })
    }

    /// A bonus of the plan, and its place in it.
    pub(super) fn bonus(&self, code: &str) -> Result<(u32, &Bonus), String> {
        let plan = self.plan.as_ref().ok_or("no plan was imported yet: give one by --plan")?;
        let found = (0..).zip(&plan.bonuses).find(|(_, bonus)| bonus.code == code);
        found.ok_or_else(|| format!("{code} is no bonus of the plan {}", plan.code))
    }

    /// Checks that an amount is one of the currency.
    pub(super) fn check_money(&self, amount: Amount) -> Result<(), String> {
        let plan = self.plan.as_ref().ok_or("no plan was imported yet: give one by --plan")?;
        let (digits, currency) = (plan.currency.exponent, &plan.currency.code);
        if amount.units() % 10_i64.pow(4_u32.saturating_sub(digits)) == 0 {
            Ok(())
        } else {
            Err(format!("{amount} has more than the {digits} digits of {currency}"))
        }
    }
}

async fn activate(transaction: &Transaction, source: &Source, text: &str, plan: &Plan, options: &Options) -> Result<(), Error> {
    let stored = plans::source(transaction).await?;
    if stored.as_deref() == Some(text) {
        return Ok(());
    }
    if let Some(Ok(stored)) = stored.map(|text| Plan::parse(&text))
        && stored.currency != plan.currency
    {
        let cause = format!("plan.currency: {} differs from the currency of this network, {}", plan.currency.code, stored.currency.code);
        return Err(source.refuse(None, cause).into());
    }
    if let Some(known) = settings::currency(transaction).await?
        && known.code() != plan.currency.code
    {
        let cause = format!("plan.currency: {} differs from the currency that this network has paid in, {known}", plan.currency.code);
        return Err(source.refuse(None, cause).into());
    }
    let ranks: Vec<(&str, &str)> = plan.ranks.iter().map(|rank| (rank.code.as_str(), rank.name.as_str())).collect();
    let known = ranks::all(transaction).await?;
    if known.is_empty() {
        plans::add_ranks(transaction, &ranks).await?;
    } else if known.iter().map(|rank| rank.code.as_str()).eq(ranks.iter().map(|rank| rank.0)) {
        for (rank, (_, name)) in known.iter().zip(&ranks).filter(|(rank, (_, name))| rank.name != *name) {
            plans::rename_rank(transaction, rank.id, name).await?;
        }
    } else {
        let known: Vec<&str> = known.iter().map(|rank| rank.code.as_str()).collect();
        let cause = format!("rank: the ranks differ from those of this network, which are, from the lowest up, {}", known.join(", "));
        return Err(source.refuse(None, cause).into());
    }
    Ok(plans::activate(transaction, &plan.code, &plan.currency.code, text, options.now).await?)
}
