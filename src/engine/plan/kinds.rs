//! The keys of each kind of bonus (docs/plans.md, section 6).

use crate::engine::bonuses::Rule;
use crate::engine::bonuses::binary::{Binary, Method, Unqualified};
use crate::engine::bonuses::differential::{Breakaway, Differential, Start};
use crate::engine::bonuses::generation::Generation;
use crate::engine::bonuses::matching::Matching;
use crate::engine::bonuses::pool::Pool;
use crate::engine::bonuses::rank_advance::RankAdvance;
use crate::engine::bonuses::stairstep::{Bracket, Stairstep};
use crate::engine::bonuses::unilevel::{Compression, TreeName, Unilevel};
use crate::engine::refusal::Refusal;

use super::key::{Key, Section};
use super::parse::{Scope, choice, flag};
use super::{Placement, Rate};

type Read = fn(&Section, &Scope) -> Result<Rule, Refusal>;

const KINDS: [(&str, Read); 8] = [
    ("unilevel", unilevel),
    ("differential", differential),
    ("stairstep", stairstep),
    ("generation", generation),
    ("binary", binary),
    ("matching", matching),
    ("rank_advance", |_, _| Ok(Rule::RankAdvance(RankAdvance))),
    ("pool", pool),
];

pub(super) fn rule(kind: &Key, section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    let read = kind.choice(&KINDS)?;
    if let ("binary", false) = (kind.text()?, scope.placement == Some(Placement::Binary)) {
        return Err(kind.refuse("a binary bonus needs [placement] with kind = \"binary\""));
    }
    read(section, scope)
}

fn unilevel(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    let tree = choice(section, "tree", &[("sponsor", TreeName::Sponsor), ("placement", TreeName::Placement)])?;
    if let (TreeName::Placement, None, Some(key)) = (tree, scope.placement, section.get("tree")) {
        return Err(key.refuse("\"placement\" needs a [placement] section in the plan"));
    }
    Ok(Rule::Unilevel(Unilevel {
        tree,
        levels: rates(&section.require("levels")?)?,
        compression: choice(
            section,
            "compression",
            &[
                ("none", Compression::None),
                ("inactive", Compression::Inactive),
                ("level", Compression::Level),
                ("volume", Compression::Volume),
            ],
        )?,
        within_days_of_join: section.get("within_days_of_join").map(|key| key.count(0)).transpose()?,
        first_order_only: flag(section, "first_order_only", false)?,
        include_self: section.get("include_self").map(|key| key.rate()).transpose()?,
    }))
}

fn differential(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    let rates = match section.get("rates") {
        Some(key) => by_rank(&key, scope, |key| key.rate())?,
        None => scope.rank_rates.to_vec(),
    };
    Ok(Rule::Differential(Differential {
        rates,
        include_self: flag(section, "include_self", true)?,
        start: choice(section, "start", &[("source", Start::Source), ("zero", Start::Zero)])?,
        breakaway: section.get("breakaway").map(|key| breakaway(&key.section()?, scope)).transpose()?,
    }))
}

fn breakaway(section: &Section, scope: &Scope) -> Result<Breakaway, Refusal> {
    let breakaway = Breakaway { rank: scope.rank(&section.require("rank")?)?, overrides: rates(&section.require("overrides")?)? };
    section.finish()?;
    Ok(breakaway)
}

fn stairstep(section: &Section, _: &Scope) -> Result<Rule, Refusal> {
    let mut brackets: Vec<Bracket> = Vec::new();
    for key in section.require("brackets")?.list()? {
        let [minimum, rate] = <[Key; 2]>::try_from(key.list()?).map_err(|pair| {
            key.refuse(format!("must be a pair of minimum and rate such as [\"100\", \"0.03\"], not {} values", pair.len()))
        })?;
        let bracket = Bracket { minimum: minimum.amount()?, rate: rate.rate()? };
        if let Some(below) = brackets.last().filter(|below| below.minimum >= bracket.minimum) {
            return Err(minimum.refuse(format!("{} is not above the bracket before, {}", bracket.minimum, below.minimum)));
        }
        brackets.push(bracket);
    }
    Ok(Rule::Stairstep(Stairstep { brackets }))
}

fn generation(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    Ok(Rule::Generation(Generation {
        leader_rank: scope.rank(&section.require("leader_rank")?)?,
        rates: rates(&section.require("rates")?)?,
    }))
}

fn binary(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    #[derive(Clone, Copy)]
    enum Name {
        WeakLeg,
        Ratio,
        Cycle,
    }
    let method = match choice(section, "method", &[("weak_leg", Name::WeakLeg), ("ratio", Name::Ratio), ("cycle", Name::Cycle)])? {
        Name::WeakLeg => {
            let unit = section.get("unit").map(|key| key.positive_amount()).transpose()?;
            Method::WeakLeg { unit, rates: binary_rates(section, scope)? }
        }
        Name::Ratio => Method::Ratio { rates: binary_rates(section, scope)? },
        Name::Cycle => {
            let cycle = section.require("cycle")?.section()?;
            let [strong, weak] = [cycle.require("strong")?.positive_amount()?, cycle.require("weak")?.positive_amount()?];
            let amount = cycle.require("amount")?.amount()?;
            cycle.finish()?;
            Method::Cycle { strong, weak, amount }
        }
    };
    Ok(Rule::Binary(Binary {
        method,
        requires_legs: flag(section, "requires_legs", true)?,
        on_unqualified: choice(
            section,
            "on_unqualified",
            &[("keep", Unqualified::Keep), ("consume", Unqualified::Consume), ("flush", Unqualified::Flush)],
        )?,
        carries: choice(section, "carry", &[("both", true), ("none", false)])?,
        max_carry: section.get("max_carry").map(|key| key.amount()).transpose()?,
    }))
}

/// Exactly one of `rate` and `rate_by_rank` (docs/plans.md, Q26).
fn binary_rates(section: &Section, scope: &Scope) -> Result<Vec<Rate>, Refusal> {
    match (section.get("rate"), section.get("rate_by_rank")) {
        (Some(key), None) => Ok(vec![key.rate()?; scope.ranks.len()]),
        (None, Some(key)) => by_rank(&key, scope, |key| key.rate()),
        (Some(_), Some(key)) => Err(key.refuse("give either rate or rate_by_rank, not both")),
        (None, None) => Err(section.refuse("one of the keys rate and rate_by_rank is required".to_owned())),
    }
}

fn matching(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    let mut of: Vec<usize> = Vec::new();
    for key in section.require("of")?.list()? {
        let code = key.text()?;
        let index = scope.bonuses.iter().position(|bonus| bonus == code);
        let index =
            index.ok_or_else(|| key.refuse(format!("{code} is no bonus of the plan; its bonuses are {}", scope.bonuses.join(", "))))?;
        if index >= scope.bonus {
            return Err(key.refuse(format!("{code} does not stand above; a bonus may not match itself or one that stands below it")));
        }
        if of.contains(&index) {
            return Err(key.refuse(format!("{code} is matched here already")));
        }
        of.push(index);
    }
    Ok(Rule::Matching(Matching {
        of,
        rates: rates(&section.require("rates")?)?,
        skips_inactive: choice(section, "compression", &[("none", false), ("inactive", true)])?,
    }))
}

fn pool(section: &Section, scope: &Scope) -> Result<Rule, Refusal> {
    Ok(Rule::Pool(Pool {
        share: section.require("share")?.rate()?,
        shares: by_rank(&section.require("shares")?, scope, |key| key.count(1))?,
    }))
}

fn rates(key: &Key) -> Result<Vec<Rate>, Refusal> {
    key.list()?.iter().map(Key::rate).collect()
}

/// One value per rank from a table of rank codes; ranks left out have the default.
fn by_rank<T: Copy + Default>(key: &Key, scope: &Scope, read: fn(&Key) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
    let mut values = vec![T::default(); scope.ranks.len()];
    for (code, entry) in key.section()?.entries() {
        values[usize::from(scope.rank_of(&entry, &code)?)] = read(&entry)?;
    }
    Ok(values)
}
