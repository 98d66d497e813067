//! Laws that hold for every network, checked on random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use upline::domain::amount::Amount;
use upline::domain::instant::Instant;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::domain::position::Position;
use upline::engine::bonuses::Rule;
use upline::engine::explain::{Question, explain};
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::plan::{Placement, Rate};
use upline::engine::{self, Outcome, Plan, Snapshot};
use upline::offline::{commissions, outputs, ranks};

use super::rows::{partner, time};
use super::{cases, golden};

/// A network of at most 40 partners, everybody placed under an earlier one, with what earlier periods left, and their orders, a few of them
/// outside the period. `highest_rank` is the place of a rank: which one that is depends on the plan.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) partners: Vec<NetworkRow>,
    pub(super) orders: Vec<OrderRow>,
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let past = (0..20_000_000_i64, 0..20_000_000_i64, 0..8_usize, 0..5_000_000_i64);
    let people = prop::collection::vec((any::<u32>(), any::<u32>(), 0..10_u8, 0..60_000_000_i64, prop::option::of(past)), 2..40);
    let volume = (0..40_000_000_i64, prop::option::of(0..40_000_000_i64));
    let sales = prop::collection::vec((any::<u32>(), volume, any::<bool>(), any::<bool>(), -300_000..2_900_000_i64), 0..80);
    (people, sales).prop_map(|(people, sales)| {
        let partners = network(&people);
        let orders = (1..).zip(sales).map(|(number, sale)| order(number, sale, partners.len())).collect();
        World { partners, orders }
    })
}

/// Sponsor, slot, status, for how many seconds a partner, and carry left and right, rank and points of earlier periods.
type Person = (u32, u32, u8, i64, Option<(i64, i64, usize, i64)>);

/// Partner, CV and another PV, customer, investment, and how many seconds after the period's beginning.
type Sale = (u32, (i64, Option<i64>), bool, bool, i64);

fn network(people: &[Person]) -> Vec<NetworkRow> {
    let mut free = vec![(1_i64, "L"), (1, "R")];
    let mut partners = vec![partner(1, 0)];
    for (number, (sponsor, slot, status, age, past)) in (2..).zip(people) {
        let sponsor = 1 + i64::from(*sponsor) % (number - 1);
        let (parent, position) = free.swap_remove(*slot as usize % free.len());
        free.extend([(number, "L"), (number, "R")]);
        let status = match status {
            0 => PartnerStatus::Suspended,
            1 => PartnerStatus::Terminated,
            2 => PartnerStatus::PendingPayment,
            _ => PartnerStatus::Active,
        };
        let joined_at = time("2026-01-31T00:00:00Z").plus_seconds(-age);
        let row = NetworkRow { status, joined_at, ..super::rows::placed(partner(number, sponsor), parent, position) };
        partners.push(past.map_or(row.clone(), |(left, right, rank, points)| NetworkRow {
            carry_left: Amount::from_units(left),
            carry_right: Amount::from_units(right),
            highest_rank: Some(rank.to_string()),
            career_points: Amount::from_units(points),
            ..row
        }));
    }
    partners
}

fn order(number: i64, sale: Sale, partners: usize) -> OrderRow {
    let (partner, (units, other), customer, investment, second) = sale;
    let [cv, pv] = [units, other.unwrap_or(units)].map(Amount::from_units);
    OrderRow {
        order: number,
        partner: 1 + i64::from(partner) % partners as i64,
        placed_at: Instant::from_nanos(time("2026-01-01T00:00:00Z").nanos() + second * Instant::SECOND),
        buyer: if customer { Buyer::Customer } else { Buyer::Partner },
        kind: if investment { OrderKind::Investment } else { OrderKind::Order },
        cv,
        pv,
        amount: cv,
    }
}

pub(super) const PLANS: [&str; 11] = [
    "binary-cycle",
    "binary-ratio",
    "binary-weak-leg",
    "breakaway-generation",
    "differential-infinity",
    "hybrid-2000",
    "matching-pool-caps",
    "unilevel-compression",
    "matrix-faststart-retail",
    "ranks-lifetime",
    "stairstep",
];

/// The plan of a vector; a matrix has room for every world.
pub(super) fn plan_text(name: &str) -> String {
    std::fs::read_to_string(golden(name).join("plan.toml")).unwrap().replace("depth = 4", "depth = 40")
}

/// The world in the shape of the plan, with its ranks: a matrix has slots instead of legs.
fn snapshot(plan: &Plan, world: &World) -> Snapshot {
    let mut partners = world.partners.clone();
    for rank in partners.iter_mut().filter_map(|partner| partner.highest_rank.as_mut()) {
        *rank = plan.ranks[rank.parse::<usize>().unwrap() % plan.ranks.len()].code.clone();
    }
    if matches!(plan.placement, Some(Placement::Matrix { .. })) {
        for position in partners.iter_mut().filter_map(|partner| partner.position.as_mut()) {
            *position = if *position == Position::Left { "1" } else { "2" }.parse().unwrap();
        }
    }
    Snapshot::of(partners, world.orders.clone()).unwrap()
}

pub(super) fn run<T>(plan: &str, world: &World, look: impl FnOnce(&Outcome) -> T) -> T {
    let plan = Plan::parse(plan).unwrap();
    let snapshot = snapshot(&plan, world);
    look(&engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap())
}

/// Everything that a run yields.
fn bytes(outcome: &Outcome) -> Vec<u8> {
    let mut bytes = Vec::new();
    commissions::write(outcome, &mut bytes).unwrap();
    ranks::write(outcome, &mut bytes).unwrap();
    bytes.extend(format!("{:?} {:?}", outcome.statements().collect::<Vec<_>>(), outcome.carry()).bytes());
    bytes.extend(outputs::summary_text(outcome.summary()).unwrap().bytes());
    bytes
}

fn units(text: &str) -> i64 {
    text.parse::<Amount>().unwrap().units()
}

/// What each partner earns, and from what.
struct Earnings {
    amounts: Vec<i64>,
    /// The lines of each partner that do not come from matching.
    lines: Vec<i64>,
    /// The earners from whose lines each partner has a matching line.
    matched: Vec<BTreeSet<usize>>,
    /// The same for lines that match matching lines.
    matched_again: Vec<BTreeSet<usize>>,
}

fn earnings(outcome: &Outcome, partners: usize) -> Earnings {
    let (none, nobody) = (vec![0; partners + 1], vec![BTreeSet::new(); partners + 1]);
    let mut earnings = Earnings { amounts: none.clone(), lines: none, matched: nobody.clone(), matched_again: nobody };
    for line in outcome.lines() {
        let partner = line.beneficiary as usize;
        earnings.amounts[partner] += line.amount.units();
        match line.bonus {
            "match" | "check-match" | "matching" => drop(earnings.matched[partner].insert(line.source as usize)),
            "match-of-match" => drop(earnings.matched_again[partner].insert(line.source as usize)),
            _ => earnings.lines[partner] += 1,
        }
    }
    earnings
}

impl Earnings {
    const CENT: i64 = 100;

    /// How far a partner's earnings may lie apart by rounding alone: each line by a cent and a half; a matching line by two cents and as
    /// much as what it matches.
    fn rounding(whole: &Self, halves: &Self, partner: usize) -> i64 {
        let own = |partner: usize| (whole.lines[partner] + halves.lines[partner]) * Self::CENT * 3 / 2;
        let once = |partner: usize| -> i64 {
            let matched = whole.matched[partner].union(&halves.matched[partner]);
            own(partner) + matched.map(|earner| own(*earner) + 2 * Self::CENT).sum::<i64>()
        };
        let again = whole.matched_again[partner].union(&halves.matched_again[partner]);
        once(partner) + again.map(|earner| once(*earner) + 2 * Self::CENT).sum::<i64>()
    }
}

/// The plan without the caps over all bonuses.
fn uncapped(plan: &str) -> String {
    plan.lines()
        .filter(|line| !line.starts_with("payout_cap") && !line.starts_with("partner_cap"))
        .map(|line| format!("{line}\n"))
        .collect()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn the_order_of_rows_does_not_matter_and_a_second_run_gives_the_same_bytes(world in world(), name in prop::sample::select(&PLANS[..])) {
        let plan = plan_text(name);
        let mut turned = world.clone();
        turned.partners.reverse();
        turned.orders.rotate_left(world.orders.len() / 2);
        let first = run(&plan, &world, bytes);
        prop_assert_eq!(&first, &run(&plan, &world, bytes));
        prop_assert_eq!(&first, &run(&plan, &turned, bytes));
    }

    #[test]
    fn splitting_an_order_changes_nothing_but_rounding(world in world(), name in prop::sample::select(&PLANS[..])) {
        // Only one half can be the first order.
        let stays = |line: &&str| !line.starts_with("cap = ") && !line.starts_with("first_order_only");
        let plan: String = uncapped(&plan_text(name)).lines().filter(stays).map(|line| format!("{line}\n")).collect();
        let mut split = world.clone();
        for order in &world.orders {
            let parts = |whole: Amount| (Amount::from_units(whole.units() / 3), Amount::from_units(whole.units() - whole.units() / 3));
            let ((cv, rest_cv), (pv, rest_pv)) = (parts(order.cv), parts(order.pv));
            let first = OrderRow { cv, pv, ..order.clone() };
            let second = OrderRow { order: order.order + 1000, cv: rest_cv, pv: rest_pv, ..order.clone() };
            split.orders[order.order as usize - 1] = first;
            split.orders.push(second);
        }
        let ours = |outcome: &Outcome| earnings(outcome, world.partners.len());
        let (whole, halves) = (run(&plan, &world, ours), run(&plan, &split, ours));
        for partner in 1..=world.partners.len() {
            let difference = (whole.amounts[partner] - halves.amounts[partner]).abs();
            let most = Earnings::rounding(&whole, &halves, partner);
            prop_assert!(difference <= most, "partner {}: {} instead of at most {}", partner, difference, most);
        }
    }

    #[test]
    fn nobody_earns_from_the_own_order_unless_the_plan_says_so(world in world(), name in prop::sample::select(&PLANS[..]), says_so in any::<bool>()) {
        let text = plan_text(name);
        let text = if says_so { text } else { without_sellers(&text) };
        let plan = Plan::parse(&text).unwrap();
        run(&text, &world, |outcome| {
            for line in outcome.lines().filter(|line| line.order.is_some()) {
                let order = &world.orders[line.order.unwrap() as usize - 1];
                prop_assert_eq!(line.beneficiary == order.partner, line.level == 0);
                prop_assert!(line.level > 0 || says_so && pays_sellers(&plan.bonuses[line.bonus_index].rule), "{:?}", line);
            }
            Ok(())
        })?;
    }

    #[test]
    fn no_cap_is_exceeded_and_what_caps_take_is_accounted_for(world in world(), cap in 1..2_000_i64, own in 1..200_i64) {
        let levels = format!("kinds = [\"ORDER\"]\ncap = \"{own}\"");
        let text = plan_text("hybrid-2000").replace("partner_cap = \"9000\"", &format!("partner_cap = \"{cap}\""));
        let text = text.replace("cap = \"2500\"", &format!("cap = \"{own}\"")).replace("kinds = [\"ORDER\"]", &levels);
        let owed = run(&uncapped(&text), &world, |outcome| {
            let mut sums: BTreeMap<(&str, i64), i64> = BTreeMap::new();
            for line in outcome.lines().filter(|line| ["team", "levels"].contains(&line.bonus)) {
                *sums.entry((line.bonus, line.beneficiary)).or_default() += line.amount.units();
            }
            prop_assert!(sums.values().all(|sum| *sum <= own * Amount::SCALE), "{:?}", sums);
            Ok(units(&outcome.summary().total_commission))
        })?;
        run(&text, &world, |outcome| {
            let summary = outcome.summary();
            prop_assert_eq!(units(&summary.total_commission) + units(&summary.capped), owed + capped_by_bonuses(&text, &world));
            for statement in outcome.statements() {
                prop_assert!(statement.amount.units() <= cap * Amount::SCALE);
            }
            prop_assert!(i128::from(units(&summary.total_commission)) * 100 <= i128::from(units(&summary.total_cv)) * 32);
            Ok(())
        })?;
    }

    #[test]
    fn no_bonus_pays_more_on_one_order_than_all_of_its_rates(world in world(), name in prop::sample::select(&PLANS[..])) {
        let text = plan_text(name);
        let plan = Plan::parse(&text).unwrap();
        run(&text, &world, |outcome| {
            let mut sums: BTreeMap<(usize, i64), i128> = BTreeMap::new();
            for line in outcome.lines() {
                if let Some(order) = line.order {
                    *sums.entry((line.bonus_index, order)).or_default() += line.rate.units * 10_i128.pow(12 - line.rate.digits);
                }
            }
            for ((bonus, order), sum) in sums {
                let most = most_on_an_order(&plan, &plan.bonuses[bonus].rule);
                prop_assert!(sum <= most * 1_000_000, "bonus {}, order {}: {} of {}", plan.bonuses[bonus].code, order, sum, most);
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_an_order_brings_partner_by_partner_past_everybody_above_is_what_the_run_pays_on_it(world in world(), name in prop::sample::select(&PLANS[..])) {
        let plan = Plan::parse(&plan_text(name)).unwrap();
        let snapshot = snapshot(&plan, &world);
        let period = "2026-01".parse().unwrap();
        let outcome = engine::run(&plan, &snapshot, period).unwrap();
        for order in world.orders.iter().take(5) {
            let mut paid: BTreeMap<i64, i64> = world.partners.iter().take(3).map(|partner| (partner.partner, 0)).collect();
            for line in outcome.lines().filter(|line| line.order == Some(order.order)) {
                *paid.entry(line.beneficiary).or_default() += line.amount.units();
            }
            for (partner, amount) in paid {
                let explained = explain(&plan, &snapshot, period, Question { partner, order: Some(order.order) });
                // Who joined after the period is no partner yet.
                prop_assert_eq!(explained.map_or(0, |explained| units(&explained.amount)), amount);
            }
        }
    }

    #[test]
    fn a_snapshot_that_is_given_away_gives_the_same_as_a_borrowed_one(world in world(), name in prop::sample::select(&PLANS[..])) {
        // Whoever is sponsored or placed by nobody else's ancestor may join late: here the last one, who has nobody below.
        let mut world = world;
        world.partners.last_mut().unwrap().joined_at = time("2026-02-01T00:00:00Z");
        let plan = Plan::parse(&plan_text(name)).unwrap();
        let snapshot = snapshot(&plan, &world);
        let period = "2026-01".parse().unwrap();
        let borrowed = bytes(&engine::run(&plan, &snapshot, period).unwrap());
        prop_assert_eq!(borrowed, bytes(&engine::run(&plan, snapshot, period).unwrap()));
    }

    #[test]
    fn pools_pay_out_at_most_what_is_in_them(world in world()) {
        run(&plan_text("matching-pool-caps").replace("payout_cap = \"0.15\"\n", ""), &world, |outcome| {
            let paid: i64 = outcome.lines().filter(|line| line.bonus == "leaders").map(|line| line.amount.units()).sum();
            let pool = i128::from(units(&outcome.summary().total_cv)) * 2 / 100;
            prop_assert!(i128::from(paid) <= pool);
            Ok(())
        })?;
    }
}

/// What the bonuses' own caps take away.
fn capped_by_bonuses(text: &str, world: &World) -> i64 {
    run(&uncapped(text), world, |outcome| units(&outcome.summary().capped))
}

/// Whether the rule pays the partner of an order.
fn pays_sellers(rule: &Rule) -> bool {
    match rule {
        Rule::Unilevel(rule) => rule.include_self.is_some(),
        Rule::Differential(rule) => rule.include_self,
        _ => false,
    }
}

/// The plan where it does not pay the partner of an order.
fn without_sellers(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("include_self"));
    let lines = lines.map(|line| match line {
        "kind = \"differential\"" => format!("{line}\ninclude_self = false\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// The most that a rule pays on an order to all together, in millionths of its CV.
fn most_on_an_order(plan: &Plan, rule: &Rule) -> i128 {
    let sum = |rates: &[Rate]| rates.iter().map(|rate| i128::from(rate.units())).sum::<i128>();
    match rule {
        Rule::Unilevel(rule) => {
            let multiplier = plan.ranks.iter().map(|rank| i128::from(rank.multiplier.units())).max().unwrap();
            i128::from(rule.include_self.unwrap_or_default().units()) + sum(&rule.levels) * multiplier / 1_000_000
        }
        // The differences come to the highest rate; only behind a breakaway more follows.
        Rule::Differential(rule) => {
            let top = rule.rates.iter().map(|rate| i128::from(rate.units())).max().unwrap();
            top + rule.breakaway.as_ref().map_or(0, |breakaway| sum(&breakaway.overrides))
        }
        Rule::Generation(rule) => sum(&rule.rates),
        _ => 0,
    }
}
