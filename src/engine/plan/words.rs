//! A plan in words: ranks, bonuses and caps in the order they run.

use std::fmt::Write as _;

use crate::domain::amount::Amount;
use crate::engine::bonuses::Rule;
use crate::engine::bonuses::binary::{Binary, Method, Unqualified};
use crate::engine::bonuses::differential::{Differential, Start};
use crate::engine::bonuses::unilevel::{Compression, TreeName, Unilevel};
use crate::engine::rank::Requirement;
use crate::engine::rounding::Rounding;

use super::{Bonus, Placement, Plan, Rank, RankMaintenance, Rate};

pub(super) fn plan(plan: &Plan) -> String {
    let mut text = general(plan);
    text += "\nRanks, lowest first\n";
    for (index, rank) in plan.ranks.iter().enumerate() {
        let _ = writeln!(text, "  {index}. {}: {}", titled(&rank.code, &rank.name), self::rank(plan, rank, index));
    }
    text += "\nBonuses, in the order they run\n";
    for (index, bonus) in plan.bonuses.iter().enumerate() {
        let _ = writeln!(text, "  {index}. {}", self::bonus(plan, bonus));
    }
    if plan.bonuses.is_empty() {
        text += "  none\n";
    }
    text + "\nCaps, in the order they are applied\n" + &caps(plan)
}

fn general(plan: &Plan) -> String {
    let rounding = match plan.rounding {
        Rounding::HalfEven => "halves to the even neighbour",
        Rounding::HalfUp => "halves upwards",
    };
    let mut text = format!("Plan {}, paid in {} with {} digits, {rounding}\n", plan.code, plan.currency.code, plan.currency.exponent);
    let _ = writeln!(text, "  Active: status ACTIVE and a PV of at least {} in the period", plan.active_volume);
    text += match plan.rank_maintenance {
        RankMaintenance::Period => "  Paid rank: what the period qualifies\n",
        RankMaintenance::Lifetime => "  Paid rank: never falls below the highest ever held\n",
    };
    match plan.placement {
        None => text += "  Placement: none\n",
        Some(Placement::Binary) => text += "  Placement: binary tree\n",
        Some(Placement::Matrix { width, depth }) => {
            let depth = depth.map_or("any depth".to_owned(), |depth| format!("{depth} levels"));
            let _ = writeln!(text, "  Placement: matrix, {width} wide, {depth}");
        }
    }
    if plan.career_points_rate > Rate::ZERO {
        let _ = writeln!(text, "  Career points: {} per {} earned", plan.career_points_rate, plan.currency.code);
    }
    text
}

fn titled(code: &str, name: &str) -> String {
    if code == name { code.to_owned() } else { format!("{code} ({name})") }
}

fn rank(plan: &Plan, rank: &Rank, index: usize) -> String {
    let mut parts: Vec<String> = rank.requires.iter().map(|requirement| self::requirement(plan, requirement)).collect();
    if parts.is_empty() {
        parts.push(if index == 0 { "held by everybody".to_owned() } else { "held by everybody with status ACTIVE".to_owned() });
    }
    let mut gives = Vec::new();
    if rank.rate > Rate::ZERO {
        gives.push(format!("rate {}", rank.rate.percent()));
    }
    if rank.multiplier != Rate::ONE {
        gives.push(format!("level rates times {}", rank.multiplier));
    }
    if let Some(levels) = rank.max_levels {
        gives.push(format!("paid down to level {levels}"));
    }
    if rank.bonus > Amount::ZERO {
        gives.push(format!("{} once on reaching it", rank.bonus));
    }
    let gives = if gives.is_empty() { String::new() } else { format!(" -> {}", gives.join(", ")) };
    parts.join("; ") + &gives
}

pub(super) fn requirement(plan: &Plan, requirement: &Requirement) -> String {
    match requirement {
        Requirement::PersonalVolume { min } => format!("PV of at least {min}"),
        Requirement::GroupVolume { min, leg_cap: None } => format!("group volume of at least {min}"),
        Requirement::GroupVolume { min, leg_cap: Some(cap) } => {
            let whole = if cap.of_actual { "the actual group volume" } else { "that" };
            format!("group volume of at least {min}, each leg counting up to {} of {whole}", cap.share.percent())
        }
        Requirement::PersonalGroupVolume { min } => format!("personal group volume of at least {min}"),
        Requirement::LegVolume { legs, min } => format!("at least {legs} legs with a group volume of at least {min}"),
        Requirement::WeakLegVolume { min } => format!("at least {min} CV in the weaker placement leg"),
        Requirement::DirectReferrals { min, active } => {
            format!("at least {min} personally sponsored partners {}", if *active { "active in the period" } else { "with status ACTIVE" })
        }
        Requirement::QualifiedLegs { min, rank } => format!("at least {min} legs with a {} or higher", plan.ranks[usize::from(*rank)].code),
        Requirement::CareerPointsTotal { min } => format!("at least {min} career points from earlier periods"),
    }
}

fn bonus(plan: &Plan, bonus: &Bonus) -> String {
    let mut text = format!("{}, {}: {}", titled(&bonus.code, &bonus.name), bonus.rule.kind(), rule(plan, &bonus.rule));
    if !bonus.requires_active {
        text += "; also for partners below the activity";
    }
    if let Some(rank) = bonus.min_rank {
        let _ = write!(text, "; from {} on", plan.ranks[usize::from(rank)].code);
    }
    if let Some(kinds) = &bonus.orders.kinds {
        let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; on orders of kind {}", kinds.join(", "));
    }
    if let Some(buyers) = &bonus.orders.buyers {
        let buyers: Vec<String> = buyers.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; on orders of {}", buyers.join(", "));
    }
    if let Some(cap) = bonus.cap {
        let _ = write!(text, "; at most {cap} per partner");
    }
    text
}

fn rule(plan: &Plan, rule: &Rule) -> String {
    match rule {
        Rule::Unilevel(rule) => unilevel(rule),
        Rule::Differential(rule) => differential(plan, rule),
        Rule::Stairstep(rule) => {
            let brackets = rule.brackets.iter().map(|bracket| format!("{} from {}", bracket.rate.percent(), bracket.minimum));
            format!("{} group volume, of the group's CV, less what the partners below take", brackets.collect::<Vec<_>>().join(", "))
        }
        Rule::Generation(rule) => {
            format!("{} to the next partners above from {} on", numbered(&rule.rates), plan.ranks[usize::from(rule.leader_rank)].code)
        }
        Rule::Binary(rule) => binary(plan, rule),
        Rule::Matching(rule) => {
            let of: Vec<&str> = rule.of.iter().map(|index| plan.bonuses[*index].code.as_str()).collect();
            let passes = if rule.skips_inactive { ", passing over whoever is not eligible" } else { "" };
            format!("{} of what the partners below earn from {}{passes}", numbered(&rule.rates), of.join(", "))
        }
        Rule::RankAdvance(_) => "the amount of every rank above the highest ever held, once".to_owned(),
        Rule::Pool(rule) => {
            let shares = plan.ranks.iter().zip(&rule.shares).filter(|(_, shares)| **shares > 0);
            let shares: Vec<String> = shares.map(|(rank, shares)| format!("{} {shares}", rank.code)).collect();
            format!("{} of the period's CV, by shares: {}", rule.share.percent(), shares.join(", "))
        }
    }
}

fn unilevel(rule: &Unilevel) -> String {
    let mut parts = Vec::new();
    if let Some(rate) = rule.include_self {
        parts.push(format!("{} to the partner of the order", rate.percent()));
    }
    if !rule.levels.is_empty() {
        let tree = if rule.tree == TreeName::Sponsor { "sponsor" } else { "placement" };
        parts.push(format!("{} to the levels above in the {tree} tree", numbered(&rule.levels)));
        parts.push(
            match rule.compression {
                Compression::None => "no compression",
                Compression::Inactive => "passing over whoever is not eligible",
                Compression::Level => "passing over whoever is not eligible or whose rank is not paid on the level",
                Compression::Volume => "orders of inactive partners count for the next active one above",
            }
            .to_owned(),
        );
    }
    if let Some(days) = rule.within_days_of_join {
        parts.push(format!("on orders less than {days} days after joining"));
    }
    if rule.first_order_only {
        parts.push("on each partner's first order".to_owned());
    }
    parts.join(", ")
}

fn differential(plan: &Plan, rule: &Differential) -> String {
    let rates = by_rank(plan, &rule.rates);
    let mut text = format!("{rates}, each less the highest rate paid below");
    if !rule.include_self {
        text += ", not to the partner of the order";
    }
    if rule.start == Start::Zero {
        text += ", starting from zero";
    }
    if let Some(breakaway) = &rule.breakaway {
        let rank = &plan.ranks[usize::from(breakaway.rank)].code;
        let _ = write!(text, "; above a {rank} overrides of {} to further partners from {rank} on", numbered(&breakaway.overrides));
    }
    text
}

fn binary(plan: &Plan, rule: &Binary) -> String {
    let mut text = match &rule.method {
        Method::WeakLeg { unit, rates } => {
            let unit = unit.map_or(String::new(), |unit| format!(" in whole multiples of {unit}"));
            format!("{} of the weaker leg{unit}", by_rank(plan, rates))
        }
        Method::Ratio { rates } => format!("{} of the weaker leg, times weaker by stronger leg", by_rank(plan, rates)),
        Method::Cycle { strong, weak, amount } => format!("{amount} for every {strong} in one leg with {weak} in the other"),
    };
    if rule.requires_legs {
        text += "; needs a personally sponsored active partner in each leg";
    }
    text += match rule.on_unqualified {
        Unqualified::Keep => "; who does not qualify keeps the volume",
        Unqualified::Consume => "; who does not qualify loses what would have matched",
        Unqualified::Flush => "; who does not qualify loses all volume",
    };
    match (rule.carries, rule.max_carry) {
        (false, _) => text += "; nothing is carried over",
        (true, Some(most)) => {
            let _ = write!(text, "; at most {most} per leg is carried over");
        }
        (true, None) => text += "; the rest is carried over",
    }
    text
}

fn numbered(rates: &[Rate]) -> String {
    rates.iter().map(|rate| rate.percent()).collect::<Vec<_>>().join(" / ")
}

/// One rate where all ranks have the same, else the ranks that have one.
fn by_rank(plan: &Plan, rates: &[Rate]) -> String {
    match rates.first() {
        Some(first) if rates.iter().all(|rate| rate == first) => first.percent(),
        _ => {
            let some = plan.ranks.iter().zip(rates).filter(|(_, rate)| **rate > Rate::ZERO);
            some.map(|(rank, rate)| format!("{} {}", rank.code, rate.percent())).collect::<Vec<_>>().join(", ")
        }
    }
}

fn caps(plan: &Plan) -> String {
    let mut text = String::new();
    for bonus in &plan.bonuses {
        if let Some(cap) = bonus.cap {
            let _ = writeln!(text, "  {}: {cap} per partner and period", bonus.code);
        }
    }
    if let Some(cap) = plan.partner_cap {
        let _ = writeln!(text, "  all bonuses: {cap} per partner and period");
    }
    if let Some(cap) = plan.payout_cap {
        let _ = writeln!(text, "  all lines together: {} of the period's CV", cap.percent());
    }
    if text.is_empty() { "  none\n".to_owned() } else { text }
}
