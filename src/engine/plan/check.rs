//! What is legal in a plan but odd.

use crate::domain::amount::Amount;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::engine::bonuses::Rule;
use crate::engine::bonuses::binary::Method;
use crate::engine::rank::Requirement;

use super::{Bonus, Plan, Rank, RankMaintenance, Rate};

pub(super) fn warnings(plan: &Plan) -> Vec<String> {
    let reachable = reachable(plan);
    let mut warnings = ranks(plan, &reachable);
    let held = held(plan, reachable);
    let mut earned = Vec::new();
    for bonus in &plan.bonuses {
        let nobody = nobody_earns(plan, bonus, &held).or_else(|| nothing_to_match(bonus, &earned));
        earned.push(nobody.is_none());
        match nobody {
            Some(cause) => warnings.push(format!("bonus {}: nobody can earn it, {cause}", bonus.code)),
            None => warnings.extend(unpaid_levels(plan, bonus, &held)),
        }
    }
    if plan.partner_cap == Some(Amount::ZERO) {
        warnings.push("partner_cap: it is 0, so nobody earns anything".to_owned());
    }
    warnings.extend(payout(plan, &held));
    warnings.extend(unused(plan));
    warnings
}

/// Which ranks can be held at all: a rank that needs legs of its own rank can never be the first. Where ranks are kept for life, each of
/// them may have been reached under an earlier plan.
fn reachable(plan: &Plan) -> Vec<bool> {
    if plan.rank_maintenance == RankMaintenance::Lifetime {
        return vec![true; plan.ranks.len()];
    }
    let mut reachable = vec![false; plan.ranks.len()];
    loop {
        let before = reachable.clone();
        for (index, rank) in plan.ranks.iter().enumerate() {
            reachable[index] = index == 0 || rank.requires.iter().all(|requirement| possible(requirement, &before));
        }
        if reachable == before {
            return reachable;
        }
    }
}

fn possible(requirement: &Requirement, reachable: &[bool]) -> bool {
    match requirement {
        Requirement::QualifiedLegs { min, rank } => *min == 0 || reachable[usize::from(*rank)..].contains(&true),
        _ => true,
    }
}

/// Which ranks somebody can be paid as: those in reach that no higher one outranks. A rank that is kept for life may be held all the same.
fn held(plan: &Plan, reachable: Vec<bool>) -> Vec<bool> {
    if plan.rank_maintenance == RankMaintenance::Lifetime {
        return reachable;
    }
    reachable.into_iter().enumerate().map(|(index, reachable)| reachable && outranked_by(plan, index).is_none()).collect()
}

/// A higher rank for which everybody qualifies who meets the requirements of this one.
fn outranked_by(plan: &Plan, index: usize) -> Option<&Rank> {
    let given = &plan.ranks[index].requires;
    let met = |asked: &Requirement| given.iter().any(|given| given.implies(asked));
    plan.ranks[index + 1..].iter().find(|higher| higher.requires.iter().all(met))
}

fn ranks(plan: &Plan, reachable: &[bool]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, rank) in plan.ranks.iter().enumerate() {
        if !reachable[index] {
            warnings.push(format!("rank {}: out of reach, it needs legs that hold ranks which need it first", rank.code));
        }
        if index > 0 && rank.requires.is_empty() {
            warnings
                .push(format!("rank {}: has no requirements, so every ACTIVE partner holds it and lower ranks are never paid", rank.code));
        }
        if let Some(higher) = outranked_by(plan, index).filter(|higher| index > 0 && !higher.requires.is_empty()) {
            let (code, higher) = (&rank.code, &higher.code);
            warnings
                .push(format!("rank {code}: whoever meets its requirements meets those of {higher} as well, so nobody is paid as {code}"));
        }
        let points = |requirement: &Requirement| matches!(requirement, Requirement::CareerPointsTotal { min } if *min > Amount::ZERO);
        if plan.career_points_rate == Rate::ZERO && rank.requires.iter().any(points) {
            warnings.push(format!("rank {}: needs career points, but career_points_rate is 0, so nobody earns any", rank.code));
        }
        let personal = |requirement: &Requirement| matches!(requirement, Requirement::PersonalGroupVolume { .. });
        if plan.breakaway_rank().is_none() && rank.requires.iter().any(personal) {
            warnings.push(format!("rank {}: without a breakaway the personal group volume is the whole group volume", rank.code));
        }
    }
    warnings
}

/// `earned`: which of the bonuses above somebody can earn.
fn nothing_to_match(bonus: &Bonus, earned: &[bool]) -> Option<&'static str> {
    let Rule::Matching(rule) = &bonus.rule else { return None };
    (!rule.of.iter().any(|of| earned[*of])).then_some("nor any of the bonuses that it matches")
}

/// `held`: which ranks somebody can be paid as.
fn nobody_earns(plan: &Plan, bonus: &Bonus, held: &[bool]) -> Option<&'static str> {
    let zero = |rates: &[Rate]| rates.iter().all(|rate| *rate == Rate::ZERO);
    let least = usize::from(bonus.min_rank.unwrap_or(0));
    let earns = |index: usize| index >= least && held[index];
    let by_rank = |rates: &[Rate]| !(0..rates.len()).any(|index| earns(index) && rates[index] > Rate::ZERO);
    if bonus.cap == Some(Amount::ZERO) {
        return Some("its cap is 0");
    }
    if bonus.orders.kinds.as_ref().is_some_and(Vec::is_empty) || bonus.orders.buyers.as_ref().is_some_and(Vec::is_empty) {
        return Some("its list of kinds or buyers is empty");
    }
    if !(0..plan.ranks.len()).any(earns) {
        return Some("its min_rank is out of reach");
    }
    let nothing = match &bonus.rule {
        Rule::Unilevel(rule) if rule.within_days_of_join == Some(0) => return Some("within_days_of_join is 0"),
        Rule::Unilevel(rule) => {
            let paid = &rule.levels[..deepest(plan, bonus, held).min(rule.levels.len())];
            let own = rule.include_self.unwrap_or_default();
            if own == Rate::ZERO && zero(paid) && !zero(&rule.levels) {
                return Some("no rank is paid on a level that has a rate (max_levels)");
            }
            own == Rate::ZERO && zero(paid)
        }
        Rule::Differential(rule) => by_rank(&rule.rates) && rule.breakaway.as_ref().is_none_or(|breakaway| zero(&breakaway.overrides)),
        Rule::Stairstep(rule) => rule.brackets.iter().all(|bracket| bracket.rate == Rate::ZERO),
        Rule::Generation(rule) => zero(&rule.rates) || !held[usize::from(rule.leader_rank)..].contains(&true),
        Rule::Binary(rule) => match &rule.method {
            Method::WeakLeg { rates, .. } | Method::Ratio { rates } => by_rank(rates),
            Method::Cycle { amount, .. } => *amount == Amount::ZERO,
        },
        Rule::Matching(rule) => zero(&rule.rates) || rule.of.is_empty(),
        // Who is paid as a rank is paid for those that were skipped on the way to it as well.
        Rule::RankAdvance(_) => {
            !(1..plan.ranks.len()).any(|index| plan.ranks[index].bonus > Amount::ZERO && (index..held.len()).any(earns))
        }
        Rule::Pool(rule) => rule.share == Rate::ZERO || !(0..rule.shares.len()).any(|index| earns(index) && rule.shares[index] > 0),
    };
    nothing.then_some("all rates, amounts or shares that could be paid are 0")
}

/// The deepest level on which some rank that can be held is paid.
fn deepest(plan: &Plan, bonus: &Bonus, held: &[bool]) -> usize {
    let least = usize::from(bonus.min_rank.unwrap_or(0));
    let held = plan.ranks.iter().zip(held).skip(least).filter(|(_, held)| **held);
    held.map(|(rank, _)| rank.max_levels.map_or(usize::MAX, |levels| levels as usize)).max().unwrap_or(0)
}

/// Levels of a unilevel that are deeper than any rank is paid.
fn unpaid_levels(plan: &Plan, bonus: &Bonus, held: &[bool]) -> Option<String> {
    let Rule::Unilevel(rule) = &bonus.rule else { return None };
    let deepest = deepest(plan, bonus, held);
    (rule.levels.len() > deepest).then(|| {
        let (code, levels) = (&bonus.code, rule.levels.len());
        format!("bonus {code}: it has {levels} levels, but no rank that can be held is paid below level {deepest} (max_levels)")
    })
}

/// Whether the rates may owe more than the payout cap leaves, on orders of some kind and buyer.
fn payout(plan: &Plan, held: &[bool]) -> Option<String> {
    let cap = plan.payout_cap?;
    if cap == Rate::ZERO {
        return Some("payout_cap: it is 0, so nobody earns anything".to_owned());
    }
    let orders = [OrderKind::Order, OrderKind::Investment].into_iter();
    let orders = orders.flat_map(|kind| [Buyer::Partner, Buyer::Customer].map(|buyer| (kind, buyer)));
    let sums = orders.map(|(kind, buyer)| {
        let bonuses = plan.bonuses.iter().filter(|bonus| bonus.orders.admits(kind, buyer));
        bonuses.fold((0, 0), |(owed, matched), bonus| (owed + self::owed(plan, bonus, held), matched + self::matched(bonus, held)))
    });
    let (owed, matched) = sums.max_by_key(|(owed, matched)| owed + matched).unwrap_or((0, 0));
    let (cap, percent) = (i128::from(cap.units()), cap.percent());
    let said = |units: i128| crate::engine::decimal::plain(units, 4);
    if owed > cap {
        let owed = said(owed);
        Some(format!(
            "payout_cap: {percent} of the CV, but levels, differentials, generations, stairs and pools alone may owe up to {owed} %, so all lines may be cut"
        ))
    } else if owed + matched > cap {
        let owed = said(owed + matched);
        Some(format!(
            "payout_cap: {percent} of the CV, but where all of it is matched once by the binary bonus, {owed} % may be owed with it, and more where it is matched again above, so all lines may be cut"
        ))
    } else {
        None
    }
}

/// The most that a bonus owes on an order, where its share of the CV is known beforehand.
fn owed(plan: &Plan, bonus: &Bonus, held: &[bool]) -> i128 {
    let sum = |rates: &[Rate]| rates.iter().map(|rate| i128::from(rate.units())).sum::<i128>();
    match &bonus.rule {
        Rule::Unilevel(rule) if rule.within_days_of_join.is_none() && !rule.first_order_only => {
            let multiplier = plan.ranks.iter().map(|rank| rank.multiplier.units()).max().unwrap_or(Rate::SCALE);
            let own = i128::from(rule.include_self.unwrap_or_default().units());
            let paid = &rule.levels[..deepest(plan, bonus, held).min(rule.levels.len())];
            own + sum(paid) * i128::from(multiplier) / i128::from(Rate::SCALE)
        }
        Rule::Differential(rule) => {
            let top = rule.rates.iter().max().map_or(0, |rate| i128::from(rate.units()));
            top + rule.breakaway.as_ref().map_or(0, |breakaway| sum(&breakaway.overrides))
        }
        Rule::Generation(rule) => sum(&rule.rates),
        Rule::Stairstep(rule) => rule.brackets.iter().map(|bracket| i128::from(bracket.rate.units())).max().unwrap_or(0),
        Rule::Pool(rule) => i128::from(rule.share.units()),
        _ => 0,
    }
}

/// What a binary bonus owes of a CV that one partner matches whole: half of it stands in each leg, or as a cycle takes it.
fn matched(bonus: &Bonus, held: &[bool]) -> i128 {
    let Rule::Binary(rule) = &bonus.rule else { return 0 };
    let least = usize::from(bonus.min_rank.unwrap_or(0));
    match &rule.method {
        Method::WeakLeg { rates, .. } | Method::Ratio { rates } => {
            let paid = rates.iter().zip(held).skip(least).filter(|(_, held)| **held);
            paid.map(|(rate, _)| i128::from(rate.units()) / 2).max().unwrap_or(0)
        }
        Method::Cycle { strong, weak, amount } => {
            i128::from(amount.units()) * i128::from(Rate::SCALE) / (i128::from(strong.units()) + i128::from(weak.units())).max(1)
        }
    }
}

/// Keys of ranks that no bonus reads.
fn unused(plan: &Plan) -> Vec<String> {
    let has = |wanted: fn(&Rule) -> bool| plan.bonuses.iter().any(|bonus| wanted(&bonus.rule));
    let unilevel = has(|rule| matches!(rule, Rule::Unilevel(_)));
    let keys = [
        ("rate", plan.ranks.iter().any(|rank| rank.rate > Rate::ZERO), has(|rule| matches!(rule, Rule::Differential(_))), "differential"),
        ("multiplier", plan.ranks.iter().any(|rank| rank.multiplier != Rate::ONE), unilevel, "unilevel"),
        ("max_levels", plan.ranks.iter().any(|rank| rank.max_levels.is_some()), unilevel, "unilevel"),
        (
            "bonus",
            plan.ranks.iter().any(|rank| rank.bonus > Amount::ZERO),
            has(|rule| matches!(rule, Rule::RankAdvance(_))),
            "rank_advance",
        ),
    ];
    let odd = keys.into_iter().filter(|(_, given, read, _)| *given && !*read);
    odd.map(|(key, .., kind)| format!("ranks: {key} is given, but the plan has no {kind} bonus that reads it")).collect()
}
