//! Laws that hold for every network, checked on random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use upline::domain::amount::Amount;
use upline::domain::instant::Instant;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::domain::position::Position;
use upline::engine::explain::{Question, explain};
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::plan::Placement;
use upline::engine::{self, Outcome, Plan, Snapshot};
use upline::offline::{commissions, outputs, ranks};

use super::golden;
use super::rows::{partner, time};

/// A network of at most 40 partners, everybody placed under an earlier one, and their orders.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) partners: Vec<NetworkRow>,
    pub(super) orders: Vec<OrderRow>,
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let people = prop::collection::vec((any::<u32>(), any::<u32>(), 0..10_u8, 0..60_000_000_i64), 2..40);
    let sales = prop::collection::vec((any::<u32>(), 0..40_000_000_i64, any::<bool>(), any::<bool>(), 0..2_600_000_i64), 0..80);
    (people, sales).prop_map(|(people, sales)| {
        let partners = network(&people);
        let orders = (1..).zip(sales).map(|(number, sale)| order(number, sale, partners.len())).collect();
        World { partners, orders }
    })
}

fn network(people: &[(u32, u32, u8, i64)]) -> Vec<NetworkRow> {
    let mut free = vec![(1_i64, "L"), (1, "R")];
    let mut partners = vec![partner(1, 0)];
    for (number, (sponsor, slot, status, age)) in (2..).zip(people) {
        let sponsor = 1 + i64::from(*sponsor) % (number - 1);
        let (parent, position) = free.swap_remove(*slot as usize % free.len());
        free.extend([(number, "L"), (number, "R")]);
        let status = match status {
            0 => PartnerStatus::Suspended,
            1 => PartnerStatus::Terminated,
            _ => PartnerStatus::Active,
        };
        let joined_at = time("2026-01-31T00:00:00Z").plus_seconds(-age);
        partners.push(NetworkRow { status, joined_at, ..super::rows::placed(partner(number, sponsor), parent, position) });
    }
    partners
}

fn order(number: i64, sale: (u32, i64, bool, bool, i64), partners: usize) -> OrderRow {
    let (partner, units, customer, investment, second) = sale;
    let cv = Amount::from_units(units);
    OrderRow {
        order: number,
        partner: 1 + i64::from(partner) % partners as i64,
        placed_at: Instant::from_nanos(time("2026-01-01T00:00:00Z").nanos() + second * Instant::SECOND),
        buyer: if customer { Buyer::Customer } else { Buyer::Partner },
        kind: if investment { OrderKind::Investment } else { OrderKind::Order },
        cv,
        pv: cv,
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

/// The world in the shape of the plan: a matrix has slots instead of legs.
fn snapshot(plan: &Plan, world: &World) -> Snapshot {
    let mut partners = world.partners.clone();
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
    bytes.extend(format!("{:?} {:?}", outcome.statements(), outcome.carry()).bytes());
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
    #![proptest_config(ProptestConfig::with_cases(96))]

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
            let half = Amount::from_units(order.cv.units() / 3);
            let rest = Amount::from_units(order.cv.units() - half.units());
            let first = OrderRow { cv: half, pv: half, ..order.clone() };
            let second = OrderRow { order: order.order + 1000, cv: rest, pv: rest, ..order.clone() };
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
    fn nobody_earns_from_the_own_order_except_at_level_0(world in world(), name in prop::sample::select(&PLANS[..])) {
        run(&plan_text(name), &world, |outcome| {
            for line in outcome.lines().filter(|line| line.order.is_some()) {
                let order = &world.orders[line.order.unwrap() as usize - 1];
                prop_assert_eq!(line.beneficiary == order.partner, line.level == 0);
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
    fn matched_binary_volume_is_conserved(world in world()) {
        let text = plan_text("binary-weak-leg").replace("max_carry = \"3000\"\n", "").replace("\"consume\"", "\"keep\"").replace("cap = \"150\"\n", "");
        run(&text, &world, |outcome| {
            let carry = outcome.carry().unwrap();
            for rank in outcome.ranks() {
                let matched = outcome.lines().find(|line| line.beneficiary == rank.partner).map_or(0, |line| line.base.units as i64);
                let out = carry.iter().find(|carry| carry.partner == rank.partner).map_or((0, 0), |carry| (carry.left.units(), carry.right.units()));
                prop_assert_eq!((rank.left.units(), rank.right.units()), (out.0 + matched, out.1 + matched));
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_differential_of_one_order_never_exceeds_the_top_rate(world in world()) {
        run(&plan_text("differential-infinity"), &world, |outcome| {
            for order in &world.orders {
                let rates = outcome.lines().filter(|line| line.bonus == "differential" && line.order == Some(order.order)).map(|line| line.rate.units);
                prop_assert!(rates.sum::<i128>() <= 125_000);
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_an_order_brings_partner_by_partner_past_everybody_above_is_what_the_run_pays_on_it(world in world(), name in prop::sample::select(&PLANS[3..5])) {
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
