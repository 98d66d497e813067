//! Partners with many orders, sponsors with many recruits, and a plan with many rates: lines and partners are kept in little memory, and here
//! more of them share it than usual.

use std::collections::BTreeSet;

use rayon::ThreadPoolBuilder;
use rust_decimal::{Decimal, RoundingStrategy};
use upline::domain::amount::Amount;
use upline::domain::order_kind::OrderKind;
use upline::domain::partner_status::PartnerStatus;
use upline::engine::explain::{Question, explain};
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::{Outcome, Plan, Snapshot};

use super::rows::{january, order, partner, placed, ranked, time};

/// One rank for each partner above, so that there are more different rates than are kept beside the level.
const LEVELS: i64 = 35;
const ORDERS: i64 = 300;

/// Order, level, beneficiary and amount.
type Row = (i64, i64, i64, Decimal);

fn rate(level: i64) -> Decimal {
    Decimal::new(level, 3)
}

fn multiplier(rank: i64) -> Decimal {
    Decimal::new(1_000 + 7 * rank, 3)
}

fn cv(order: i64) -> Decimal {
    Decimal::from(100 * (10 + order % 40) + order % 10)
}

/// Neither of another kind nor before the period.
fn pays(order: i64) -> bool {
    order % 3 != 0 && counts(order)
}

fn counts(order: i64) -> bool {
    order % 5 != 0
}

fn plan(caps: &str) -> String {
    let mut plan = format!("[plan]\ncode = \"p\"\ncurrency = \"USD\"\nrounding = \"half_even\"\nrank_maintenance = \"lifetime\"\n{caps}\n");
    plan += "[[rank]]\ncode = \"R0\"\n";
    for rank in 1..=LEVELS {
        plan += &format!("[[rank]]\ncode = \"R{rank}\"\nmultiplier = \"{}\"\n", multiplier(rank));
        plan += "requires = [{ type = \"PERSONAL_VOLUME\", min = \"1000000000\" }]\n";
    }
    let levels: Vec<String> = (1..=LEVELS).map(|level| format!("\"{}\"", rate(level))).collect();
    plan + &format!("[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nkinds = [\"ORDER\"]\nlevels = [{}]\n", levels.join(", "))
}

/// A chain whose last partner has all orders.
fn chain() -> (Vec<NetworkRow>, Vec<OrderRow>) {
    let partners = (1..=LEVELS + 1).map(|number| ranked(partner(number, number - 1), &format!("R{}", number.min(LEVELS)))).collect();
    let one = |number: i64| {
        let mut order = order(number, LEVELS + 1, &cv(number).to_string(), "1");
        if number % 3 == 0 {
            order.kind = OrderKind::Investment;
        }
        if !counts(number) {
            order.placed_at = time("2025-12-31T23:59:59Z");
        }
        order
    };
    (partners, (1..=ORDERS).map(one).collect())
}

/// What each order pays on each level before caps.
fn expected() -> Vec<Row> {
    let lines = (1..=ORDERS).filter(|order| pays(*order)).flat_map(|order| {
        (1..=LEVELS).map(move |level| {
            let above = LEVELS + 1 - level;
            let amount = (cv(order) * rate(level) * multiplier(above)).round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
            (order, level, above, amount)
        })
    });
    lines.collect()
}

fn paid(outcome: &Outcome) -> Vec<Row> {
    let lines = outcome.lines();
    lines.map(|line| (line.order.unwrap(), i64::from(line.level), line.beneficiary, line.amount.to_string().parse().unwrap())).collect()
}

#[test]
fn every_order_of_a_partner_with_many_pays_every_level_at_its_rate() {
    let (partners, orders) = chain();
    january(&plan(""), &partners, &orders, |outcome| {
        assert_eq!(paid(outcome), expected());
        let rates: BTreeSet<String> = outcome.lines().map(|line| line.rate.to_string()).collect();
        assert_eq!(rates.len(), LEVELS as usize);
    });
}

#[test]
fn a_cap_per_partner_takes_the_last_of_many_orders_first() {
    let (partners, orders) = chain();
    january(&plan("partner_cap = \"50000\""), &partners, &orders, |outcome| {
        // All orders of January have one time, so the ones with the lowest numbers are paid first.
        let mut left = vec![Decimal::from(50_000); LEVELS as usize + 1];
        let capped = expected().into_iter().filter_map(|(order, level, above, amount)| {
            let left = &mut left[above as usize];
            let keeps = amount.min(*left);
            *left -= keeps;
            (keeps > Decimal::ZERO).then_some((order, level, above, keeps))
        });
        assert_eq!(paid(outcome), capped.collect::<Vec<_>>());
    });
}

#[test]
fn a_payout_cap_shrinks_the_lines_of_many_orders_by_largest_remainder_and_is_explained() {
    let (partners, orders) = chain();
    let text = plan("payout_cap = \"0.34\"");
    let cents = |amount: Decimal| i128::try_from((amount * Decimal::from(100)).trunc()).unwrap();
    let payable = cents((1..=ORDERS).filter(|order| counts(*order)).map(cv).sum::<Decimal>() * Decimal::new(34, 2));
    let before = expected();
    let owed: i128 = before.iter().map(|row| cents(row.3)).sum();
    let mut after: Vec<i128> = before.iter().map(|row| cents(row.3) * payable / owed).collect();
    let mut by_remainder: Vec<usize> = (0..before.len()).collect();
    by_remainder.sort_by_key(|place| std::cmp::Reverse(cents(before[*place].3) * payable % owed));
    let missing = usize::try_from(payable - after.iter().sum::<i128>()).unwrap();
    by_remainder[..missing].iter().for_each(|place| after[*place] += 1);
    let [last, next] = [missing - 1, missing].map(|place| cents(before[by_remainder[place]].3));
    assert_eq!(last, next, "the last that gets a cent more and the first that gets none are a tie");
    let shrunk = before.into_iter().zip(after).filter(|(_, after)| *after > 0);
    let shrunk: Vec<Row> = shrunk.map(|((order, level, above, _), after)| (order, level, above, Decimal::new(after as i64, 2))).collect();
    january(&text, &partners, &orders, |outcome| assert_eq!(paid(outcome), shrunk));

    let snapshot = Snapshot::of(partners, orders).unwrap();
    let (plan, period) = (Plan::parse(&text).unwrap(), "2026-01".parse().unwrap());
    for beneficiary in [1, 20, LEVELS] {
        let told = explain(&plan, &snapshot, period, Question { partner: beneficiary, order: None }).unwrap();
        let calculations = told.bonuses[0].calculations.iter();
        let told: Vec<(i64, Decimal)> = calculations.map(|one| (one.order.unwrap(), one.amount.parse().unwrap())).collect();
        let paid = shrunk.iter().filter(|row| row.2 == beneficiary).map(|(order, _, _, amount)| (*order, *amount));
        assert_eq!(told.into_iter().filter(|(_, amount)| *amount > Decimal::ZERO).collect::<Vec<_>>(), paid.collect::<Vec<_>>());
    }
}

#[test]
fn one_partner_may_have_nearly_all_orders() {
    const MANY: i64 = 70_000;
    let partners = [partner(1, 0), partner(2, 1), partner(3, 2), partner(4, 3)];
    let one = |number: i64| order(number, if number % 1_000 == 0 { 4 } else { 3 }, "1", "0.5");
    let orders: Vec<OrderRow> = (1..=MANY).map(one).collect();
    let plan = "[plan]\ncode = \"p\"\ncurrency = \"USD\"\n[[rank]]\ncode = \"R\"\n\
                [[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.1\", \"0.05\"]\n";
    january(plan, &partners, &orders, |outcome| {
        let earned: Vec<String> = outcome.statements().map(|statement| statement.amount.to_string()).collect();
        assert_eq!(earned, ["3496.5", "6996.5", "7"]);
        let volumes: Vec<String> = outcome.ranks().map(|rank| format!("{} {}", rank.pv, rank.gv)).collect();
        assert_eq!(volumes, ["0 35000", "0 35000", "34965 35000", "35 35"]);
    });
}

#[test]
fn a_sponsor_may_have_twenty_thousand_recruits() {
    const RECRUITS: i64 = 20_000;
    const SECOND: i64 = 5_000;
    let mut partners = vec![partner(1, 0)];
    partners.extend((2..RECRUITS + 2).map(|number| partner(number, 1)));
    partners.extend((0..SECOND).map(|number| partner(RECRUITS + 2 + number, 2 + 3 * number)));
    let orders: Vec<OrderRow> = (2..RECRUITS + SECOND + 2).map(|number| order(number, number, "100", "10")).collect();
    let plan = "[plan]\ncode = \"p\"\ncurrency = \"USD\"\npartner_cap = \"99000\"\n[[rank]]\ncode = \"ONE\"\n\
                [[rank]]\ncode = \"TWO\"\nrequires = [{ type = \"DIRECT_REFERRALS\", min = 1 }]\n\
                [[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"QUALIFIED_LEGS\", min = 5000, rank = \"TWO\" }]\n\
                [[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.05\", \"0.01\"]\n";
    let bytes = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let look = |outcome: &Outcome| {
            let ranks: Vec<&str> = outcome.ranks().map(|rank| rank.rank).collect();
            assert_eq!(ranks[0], "THREE");
            assert_eq!(ranks.iter().filter(|rank| **rank == "TWO").count(), SECOND as usize);
            assert_eq!(outcome.ranks().next().unwrap().pgv.to_string(), (10 * (RECRUITS + SECOND)).to_string());
            let earned: Vec<(i64, String)> =
                outcome.statements().map(|statement| (statement.partner, statement.amount.to_string())).collect();
            assert_eq!(earned[0], (1, "99000".to_owned()));
            assert!(earned[1..].iter().all(|(partner, amount)| partner % 3 == 2 && amount == "5"));
            assert_eq!(earned.len(), SECOND as usize + 1);
            format!("{:?}{:?}", outcome.lines().collect::<Vec<_>>(), outcome.ranks().collect::<Vec<_>>())
        };
        pool.install(|| january(plan, &partners, &orders, look))
    };
    assert_eq!(bytes(1), bytes(8));
}

#[test]
fn who_joins_after_the_period_leaves_no_trace_wherever_the_number_stands() {
    let late = |number: i64| std::iter::successors(Some(number), |number| (*number > 1).then_some(number / 2)).any(|above| above % 7 == 5);
    let row = |number: i64| {
        let row = ranked(partner(number, number / 2), if number % 4 == 0 { "TWO" } else { "ONE" });
        let row = if number > 1 { placed(row, number / 2, if number % 2 == 0 { "L" } else { "R" }) } else { row };
        let status = if number % 11 == 3 { PartnerStatus::Suspended } else { PartnerStatus::Active };
        let joined_at = time(if late(number) { "2026-02-01T00:00:00Z" } else { "2026-01-02T00:00:00Z" });
        let [career_points, carry_left, carry_right] =
            [number, 10 * number, 1_000 - number].map(|units| Amount::from_units(units * 10_000));
        NetworkRow { status, joined_at, career_points, carry_left, carry_right, ..row }
    };
    // Numbers against the order of the tree, so that those who go stand everywhere.
    let renumber = |number: i64| 1_000 - number;
    let partners: Vec<NetworkRow> = (1..=80)
        .map(|number| {
            let row = row(number);
            let [sponsor, placement_parent] = [row.sponsor, row.placement_parent].map(|above| above.map(renumber));
            NetworkRow { partner: renumber(number), sponsor, placement_parent, ..row }
        })
        .collect();
    let orders: Vec<OrderRow> =
        (1..=400).map(|number| order(number, renumber(1 + number * 37 % 80), &(number % 90 + 1).to_string(), "20")).collect();
    let stays = |number: i64| !late(renumber(number));
    let plan = "[plan]\ncode = \"p\"\ncurrency = \"USD\"\nrank_maintenance = \"lifetime\"\npayout_cap = \"0.1\"\n\
                [activity]\npersonal_volume = \"60\"\n[placement]\nkind = \"binary\"\n[[rank]]\ncode = \"ONE\"\n\
                [[rank]]\ncode = \"TWO\"\nbonus = \"7\"\nrequires = [{ type = \"CAREER_POINTS_TOTAL\", min = \"50\" }]\n\
                [[bonus]]\ncode = \"fast\"\nkind = \"unilevel\"\nlevels = [\"0.1\", \"0.05\"]\nwithin_days_of_join = 20\n\
                [[bonus]]\ncode = \"team\"\nkind = \"binary\"\nrate_by_rank = { ONE = \"0.05\", TWO = \"0.07\" }\n\
                [[bonus]]\ncode = \"advance\"\nkind = \"rank_advance\"\n";
    let all = |partners: &[NetworkRow], orders: &[OrderRow]| {
        january(plan, partners, orders, |outcome| {
            let [lines, ranks] =
                [format!("{:?}", outcome.lines().collect::<Vec<_>>()), format!("{:?}", outcome.ranks().collect::<Vec<_>>())];
            let statements: Vec<_> = outcome.statements().collect();
            let bonuses: BTreeSet<&str> = outcome.lines().map(|line| line.bonus).collect();
            assert!(bonuses.len() == 3 && outcome.carry().is_some_and(|carry| !carry.is_empty()) && outcome.summary().capped != "0");
            (lines, ranks, format!("{statements:?} {:?} {:?}", outcome.carry(), outcome.summary()))
        })
    };
    let without = (
        partners.iter().filter(|row| stays(row.partner)).cloned().collect::<Vec<_>>(),
        orders.iter().filter(|row| stays(row.partner)).cloned().collect::<Vec<_>>(),
    );
    assert!(without.0.len() > 20 && without.0.len() < 60, "{}", without.0.len());
    assert_eq!(all(&partners, &orders), all(&without.0, &without.1));
}
