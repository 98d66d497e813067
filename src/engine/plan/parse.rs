//! From the text of a plan file to the plan.

use std::collections::HashSet;

use toml::de::DeTable;

use crate::domain::order_kind::{Buyer, OrderKind};
use crate::engine::bonuses::Rule;
use crate::engine::refusal::{Input, Refusal};
use crate::engine::rounding::Rounding;

use super::key::{Key, Section, line_of};
use super::{Bonus, Currency, OrderFilter, Placement, Plan, Rank, RankIndex, RankMaintenance, Rate, kinds, requirements};

/// What bonuses and requirements may refer to.
pub(super) struct Scope<'p> {
    pub placement: Option<Placement>,
    /// The codes of all ranks, lowest first.
    pub ranks: &'p [String],
    /// The rate of every rank.
    pub rank_rates: &'p [Rate],
    /// The codes of all bonuses, in the order they run.
    pub bonuses: &'p [String],
    /// Which bonus is being read.
    pub bonus: usize,
}

impl Scope<'_> {
    /// The rank whose code stands there.
    pub(super) fn rank(&self, key: &Key) -> Result<RankIndex, Refusal> {
        self.rank_of(key, key.text()?)
    }

    /// The rank with that code, which stands at `key`.
    pub(super) fn rank_of(&self, key: &Key, code: &str) -> Result<RankIndex, Refusal> {
        let index = self.ranks.iter().position(|rank| rank == code).and_then(|index| RankIndex::try_from(index).ok());
        index.ok_or_else(|| key.refuse(format!("{code} is no rank of the plan; its ranks are {}", self.ranks.join(", "))))
    }
}

pub(super) fn plan(text: &str) -> Result<Plan, Refusal> {
    let table = DeTable::parse(text).map_err(|error| Refusal {
        input: Input::Plan,
        line: error.span().map(|span| line_of(text, span.start)),
        key: None,
        cause: format!("is not TOML: {}", error.message()),
    })?;
    let whole = Section::whole(text, table.get_ref());
    let mut plan = general(&whole.require("plan")?.section()?)?;
    if let Some(key) = whole.get("activity") {
        let activity = key.section()?;
        plan.active_volume = activity.get("personal_volume").map(|key| key.amount()).transpose()?.unwrap_or_default();
        activity.finish()?;
    }
    plan.placement = whole.get("placement").map(|key| placement(&key.section()?)).transpose()?;
    let rank_key = whole.require("rank")?;
    let ranks = sections(&rank_key)?;
    if ranks.is_empty() {
        return Err(rank_key.refuse("a plan needs at least one rank"));
    }
    let codes = codes(&ranks)?;
    let mut scope = Scope { placement: plan.placement, ranks: &codes, rank_rates: &[], bonuses: &[], bonus: 0 };
    for (index, section) in ranks.iter().enumerate() {
        plan.ranks.push(rank(section, &scope, index)?);
    }
    let rates: Vec<Rate> = plan.ranks.iter().map(|rank| rank.rate).collect();
    let bonuses = whole.get("bonus").map(|key| sections(&key)).transpose()?.unwrap_or_default();
    let bonus_codes = self::codes(&bonuses)?;
    (scope.rank_rates, scope.bonuses) = (&rates, &bonus_codes);
    for (index, section) in bonuses.iter().enumerate() {
        scope.bonus = index;
        let bonus = bonus(section, &scope)?;
        together(section, &bonus, &plan.bonuses)?;
        plan.bonuses.push(bonus);
    }
    whole.finish()?;
    Ok(plan)
}

fn general(section: &Section) -> Result<Plan, Refusal> {
    let plan = Plan {
        code: section.require("code")?.text()?.to_owned(),
        currency: currency(&section.require("currency")?)?,
        rounding: choice(section, "rounding", &[("half_even", Rounding::HalfEven), ("half_up", Rounding::HalfUp)])?,
        career_points_rate: section.get("career_points_rate").map(|key| key.factor()).transpose()?.unwrap_or_default(),
        rank_maintenance: choice(
            section,
            "rank_maintenance",
            &[("period", RankMaintenance::Period), ("lifetime", RankMaintenance::Lifetime)],
        )?,
        payout_cap: section.get("payout_cap").map(|key| key.rate()).transpose()?,
        partner_cap: section.get("partner_cap").map(|key| key.amount()).transpose()?,
        active_volume: Default::default(),
        placement: None,
        ranks: Vec::new(),
        bonuses: Vec::new(),
    };
    section.finish()?;
    Ok(plan)
}

/// One of a list of words; the first is the default.
pub(super) fn choice<T: Copy>(section: &Section, name: &'static str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    match section.get(name) {
        Some(key) => key.choice(choices),
        None => Ok(choices[0].1),
    }
}

/// A flag with a default.
pub(super) fn flag(section: &Section, name: &'static str, default: bool) -> Result<bool, Refusal> {
    section.get(name).map_or(Ok(default), |key| key.flag())
}

fn currency(key: &Key) -> Result<Currency, Refusal> {
    let code = key.text()?;
    let known = iso_currency::Currency::from_code(code)
        .ok_or_else(|| key.refuse(format!("{code} is no currency of ISO 4217; give its three letters, for example \"USD\"")))?;
    let exponent = known.exponent().ok_or_else(|| key.refuse(format!("{code} has no minor unit, so amounts cannot be rounded to it")))?;
    Ok(Currency { code: code.to_owned(), exponent: u32::from(exponent) })
}

fn placement(section: &Section) -> Result<Placement, Refusal> {
    let matrix = section.require("kind")?.choice(&[("binary", false), ("matrix", true)])?;
    let width = section.get("width").map(|key| key.count(1)).transpose()?;
    let depth = section.get("depth").map(|key| key.count(1)).transpose()?;
    section.finish()?;
    match (matrix, width) {
        (false, _) => Ok(Placement::Binary),
        (true, Some(width)) => Ok(Placement::Matrix { width, depth }),
        (true, None) => Err(section.refuse("the key width is missing: how many children a partner may have in the matrix".to_owned())),
    }
}

fn sections<'a>(key: &Key<'a>) -> Result<Vec<Section<'a>>, Refusal> {
    key.list()?.iter().map(Key::section).collect()
}

fn codes(sections: &[Section]) -> Result<Vec<String>, Refusal> {
    let mut seen = HashSet::new();
    let mut codes = Vec::new();
    for section in sections {
        let key = section.require("code")?;
        let code = key.text()?;
        if !seen.insert(code) {
            return Err(key.refuse(format!("{code} stands here a second time; codes must be unique")));
        }
        codes.push(code.to_owned());
    }
    Ok(codes)
}

fn name(section: &Section, code: &str) -> Result<String, Refusal> {
    Ok(section.get("name").map(|key| key.text()).transpose()?.unwrap_or(code).to_owned())
}

fn rank(section: &Section, scope: &Scope, index: usize) -> Result<Rank, Refusal> {
    let code = section.require("code")?.text()?.to_owned();
    let mut rank = Rank {
        name: name(section, &code)?,
        code,
        rate: section.get("rate").map(|key| key.rate()).transpose()?.unwrap_or_default(),
        multiplier: section.get("multiplier").map_or(Ok(Rate::ONE), |key| key.factor())?,
        max_levels: section.get("max_levels").map(|key| key.count(0)).transpose()?,
        bonus: section.get("bonus").map(|key| key.amount()).transpose()?.unwrap_or_default(),
        requires: Vec::new(),
    };
    if let Some(key) = section.get("requires") {
        let list = key.list()?;
        if index == 0 && !list.is_empty() {
            return Err(key.refuse("the first rank is held by everybody and cannot have requirements"));
        }
        rank.requires = list.iter().map(|key| requirements::requirement(&key.section()?, scope)).collect::<Result<_, _>>()?;
    }
    section.finish()?;
    Ok(rank)
}

fn bonus(section: &Section, scope: &Scope) -> Result<Bonus, Refusal> {
    let code = section.require("code")?.text()?.to_owned();
    let (name, kind) = (name(section, &code)?, section.require("kind")?);
    let min_rank = section.get("min_rank").map(|key| scope.rank(&key)).transpose()?;
    let requires_active = flag(section, "requires_active", true)?;
    let cap = section.get("cap").map(|key| key.amount()).transpose()?;
    let rule = kinds::rule(&kind, section, scope)?;
    // Matching and rank advance see no orders, so the keys are unknown there (docs/plans.md, Q9).
    let orders = if matches!(rule, Rule::Matching(_) | Rule::RankAdvance(_)) { OrderFilter::default() } else { filter(section)? };
    section.finish()?;
    Ok(Bonus { code, name, min_rank, requires_active, cap, orders, rule })
}

fn filter(section: &Section) -> Result<OrderFilter, Refusal> {
    let kinds = [("ORDER", OrderKind::Order), ("INVESTMENT", OrderKind::Investment)];
    let buyers = [("PARTNER", Buyer::Partner), ("CUSTOMER", Buyer::Customer)];
    Ok(OrderFilter { kinds: choices(section.get("kinds"), &kinds)?, buyers: choices(section.get("buyers"), &buyers)? })
}

fn choices<T: Copy>(key: Option<Key>, choices: &[(&str, T)]) -> Result<Option<Vec<T>>, Refusal> {
    key.map(|key| key.list()?.iter().map(|key| key.choice(choices)).collect()).transpose()
}

/// Rules between bonuses: one binary bonus, one breakaway rank (docs/plans.md, Q11 and Q12).
fn together(section: &Section, bonus: &Bonus, above: &[Bonus]) -> Result<(), Refusal> {
    for other in above {
        match (&bonus.rule, &other.rule) {
            (Rule::Binary(_), Rule::Binary(_)) => {
                let cause = format!("a plan has at most one binary bonus, since the carry exists once; {} is one already", other.code);
                return Err(section.require("kind")?.refuse(cause));
            }
            (Rule::Differential(rule), Rule::Differential(earlier)) => match (&rule.breakaway, &earlier.breakaway) {
                (Some(breakaway), Some(first)) if breakaway.rank != first.rank => {
                    let cause = format!("all breakaways of a plan name the same rank; {} names another", other.code);
                    return Err(section.require("breakaway")?.section()?.require("rank")?.refuse(cause));
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}
