//! What an import needs of the plan: ranks, currency, placement tree, bonuses.

use std::collections::HashMap;

use serde::Deserialize;

use crate::config::network::Placement;
use crate::domain::amount::Amount;
use crate::domain::ranks::Rank;
use crate::store;
use crate::store::bulk::{plans, settings};
use crate::store::database::Transaction;
use crate::store::ranks;

use super::{Error, Options, Source};

/// The outline of a plan file.
#[derive(Clone, Debug, Deserialize)]
pub struct Outline {
    plan: Head,
    placement: Option<Tree>,
    #[serde(default)]
    rank: Vec<RankOutline>,
    #[serde(default)]
    bonus: Vec<BonusOutline>,
}

#[derive(Clone, Debug, Deserialize)]
struct Head {
    code: String,
    currency: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Tree {
    kind: String,
    width: Option<u32>,
    depth: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
struct RankOutline {
    code: String,
    name: Option<String>,
}

/// A bonus of the plan.
#[derive(Clone, Debug, Deserialize)]
pub struct BonusOutline {
    /// Unique code.
    pub code: String,
    kind: String,
}

impl Outline {
    /// Reads a plan file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let outline: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if outline.rank.is_empty() {
            return Err("rank: a plan has one rank at least".to_owned());
        }
        outline.digits()?;
        Ok(outline)
    }

    fn digits(&self) -> Result<u32, String> {
        let code = &self.plan.currency;
        let digits = iso_currency::Currency::from_code(code).and_then(|currency| currency.exponent());
        digits.map(u32::from).ok_or_else(|| format!("plan.currency: {code} is no currency of ISO 4217 with a minor unit"))
    }

    /// Digits of the currency's minor unit.
    #[must_use]
    pub fn currency_digits(&self) -> u32 {
        self.digits().unwrap_or(2)
    }

    /// The bonuses in the order of the file.
    #[must_use]
    pub fn bonuses(&self) -> &[BonusOutline] {
        &self.bonus
    }

    fn placement(&self) -> Result<Placement, String> {
        let Some(tree) = &self.placement else { return Ok(Placement::None) };
        let text = match (tree.kind.as_str(), tree.width, tree.depth) {
            ("binary", ..) => "binary".to_owned(),
            ("matrix", Some(width), None) => format!("matrix:{width}"),
            ("matrix", Some(width), Some(depth)) => format!("matrix:{width}:{depth}"),
            ("matrix", None, _) => return Err("placement.width: a matrix needs it".to_owned()),
            (kind, ..) => return Err(format!("placement.kind: {kind} is neither binary nor matrix")),
        };
        Placement::try_from(text)
    }
}

impl BonusOutline {
    /// Whether it pays for a new rank.
    #[must_use]
    pub fn is_rank_advance(&self) -> bool {
        self.kind == "rank_advance"
    }
}

/// What stands before the first row is read.
pub(super) struct Ground {
    /// The shape of the placement tree.
    pub placement: Placement,
    plan: Option<Outline>,
    ranks: Vec<Rank>,
    rank_ids: HashMap<String, i64>,
}

impl Ground {
    /// Puts the plan in force, if one is given, and reads what the database knows.
    pub(super) async fn prepare(transaction: &Transaction, source: Option<&Source>, options: &Options) -> Result<Self, Error> {
        let before = settings::find(transaction, settings::PLACEMENT).await?;
        let mut placement = before.clone().and_then(|text| Placement::try_from(text).ok()).unwrap_or(options.placement);
        if let Some(source) = source {
            let text = source.text()?;
            let outline = Outline::parse(&text).map_err(|cause| source.refuse(None, cause))?;
            placement = outline.placement().map_err(|cause| source.refuse(None, cause))?;
            if let Some(before) = before.filter(|before| *before != String::from(placement)) {
                let cause = format!("placement: {} differs from the placement tree of this network, {before}", String::from(placement));
                return Err(source.refuse(None, cause).into());
            }
            activate(transaction, source, &text, &outline, options).await?;
        }
        settings::set(transaction, settings::PLACEMENT, &String::from(placement)).await?;
        let stored = plans::source(transaction).await?;
        let unreadable = |value| Error::from(store::error::Error::Corrupt { table: "plan_versions", value });
        let plan = stored.map(|text| Outline::parse(&text).map_err(unreadable)).transpose()?;
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
    pub(super) fn bonus(&self, code: &str) -> Result<(u32, &BonusOutline), String> {
        let plan = self.plan.as_ref().ok_or("no plan was imported yet: give one by --plan")?;
        let found = (0..).zip(&plan.bonus).find(|(_, bonus)| bonus.code == code);
        found.ok_or_else(|| format!("{code} is no bonus of the plan {}", plan.plan.code))
    }

    /// Checks that an amount is one of the currency.
    pub(super) fn check_money(&self, amount: Amount) -> Result<(), String> {
        let plan = self.plan.as_ref().ok_or("no plan was imported yet: give one by --plan")?;
        let (digits, currency) = (plan.currency_digits(), &plan.plan.currency);
        if amount.units() % 10_i64.pow(4_u32.saturating_sub(digits)) == 0 {
            Ok(())
        } else {
            Err(format!("{amount} has more than the {digits} digits of {currency}"))
        }
    }
}

async fn activate(transaction: &Transaction, source: &Source, text: &str, outline: &Outline, options: &Options) -> Result<(), Error> {
    let stored = plans::source(transaction).await?;
    if stored.as_deref() == Some(text) {
        return Ok(());
    }
    if let Some(Ok(stored)) = stored.map(|text| Outline::parse(&text))
        && stored.plan.currency != outline.plan.currency
    {
        let cause = format!("plan.currency: {} differs from the currency of this network, {}", outline.plan.currency, stored.plan.currency);
        return Err(source.refuse(None, cause).into());
    }
    let ranks: Vec<(&str, &str)> =
        outline.rank.iter().map(|rank| (rank.code.as_str(), rank.name.as_deref().unwrap_or(&rank.code))).collect();
    if let Some((index, (twice, _))) =
        ranks.iter().enumerate().find(|(index, rank)| ranks[..*index].iter().any(|before| before.0 == rank.0))
    {
        return Err(source.refuse(None, format!("rank[{index}].code: {twice} appears twice")).into());
    }
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
    let head = &outline.plan;
    Ok(plans::activate(transaction, &head.code, &head.currency, text, options.now).await?)
}
