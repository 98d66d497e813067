//! Partner numbers say nothing about who stands above whom, and output order goes by them all the same.

use proptest::prelude::*;
use upline::domain::amount::Amount;
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::{Outcome, Plan};

use super::cases;
use super::laws::{PLANS, World, plan_text, run, world};

/// The same world with numbers that go neither down the tree nor with time.
fn scrambled(world: &World) -> World {
    let number = |number: i64| number * 7919 % 10_007;
    let partner = |row: &NetworkRow| NetworkRow {
        partner: number(row.partner),
        sponsor: row.sponsor.map(number),
        placement_parent: row.placement_parent.map(number),
        ..row.clone()
    };
    let partners = world.partners.iter().map(partner).collect();
    let orders = world.orders.iter().map(|row| OrderRow { partner: number(row.partner), ..row.clone() }).collect();
    World { partners, orders }
}

/// What decides which of two lines comes first: bonus, order, source, level, beneficiary.
type Key = (usize, Option<i64>, i64, u32, i64);

/// All lines by their key, and what each comes to in minor units.
fn keys(outcome: &Outcome) -> Vec<(Key, i64)> {
    let key = |line: upline::engine::outcome::OutcomeLine| {
        ((line.bonus_index, line.order, line.source, line.level, line.beneficiary), line.amount.units() / 100)
    };
    outcome.lines().map(key).collect()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn everything_is_written_in_its_order_whatever_the_numbers(world in world(), name in prop::sample::select(&PLANS[..])) {
        run(&plan_text(name), &scrambled(&world), |outcome| {
            prop_assert!(keys(outcome).is_sorted());
            prop_assert!(outcome.ranks().map(|rank| rank.partner).is_sorted());
            prop_assert!(outcome.statements().map(|statement| statement.partner).is_sorted());
            prop_assert!(outcome.carry().is_none_or(|carry| carry.iter().map(|carry| carry.partner).is_sorted()));
            Ok(())
        })?;
    }

    #[test]
    fn of_equal_remainders_the_first_in_output_order_get_the_missing_units(world in world()) {
        let text = plan_text("matching-pool-caps");
        let without: String = text.lines().filter(|line| !line.starts_with("payout_cap")).map(|line| format!("{line}\n")).collect();
        let world = scrambled(&world);
        let owed = run(&without, &world, keys);
        let (sum, cap) = (owed.iter().map(|(_, amount)| i128::from(*amount)).sum::<i128>(), Plan::parse(&text).unwrap().payout_cap.unwrap());
        let (paid, cv) = run(&text, &world, |outcome| (keys(outcome), outcome.summary().total_cv.parse::<Amount>().unwrap()));
        let payable = i128::from(cv.units()) * i128::from(cap.units()) / 100_000_000;
        let mut shared: Vec<_> = owed.iter().map(|(key, amount)| (*key, i128::from(*amount) * payable)).collect();
        if payable < sum {
            let missing = payable - shared.iter().map(|(_, share)| share / sum).sum::<i128>();
            let mut remainders: Vec<(i128, usize)> = (0..).zip(&shared).map(|(place, (_, share))| (-(share % sum), place)).collect();
            remainders.sort_unstable();
            let more: Vec<usize> = remainders.into_iter().take(usize::try_from(missing).unwrap()).map(|(_, place)| place).collect();
            shared.iter_mut().for_each(|(_, share)| *share /= sum);
            more.into_iter().for_each(|place| shared[place].1 += 1);
        } else {
            shared.iter_mut().zip(&owed).for_each(|((_, share), (_, amount))| *share = i128::from(*amount));
        }
        shared.retain(|(_, share)| *share > 0);
        let paid: Vec<_> = paid.into_iter().map(|(key, amount)| (key, i128::from(amount))).collect();
        prop_assert_eq!(paid, shared);
    }

    #[test]
    fn numbers_decide_nothing_but_the_order_where_nothing_is_capped(world in world(), name in prop::sample::select(&PLANS[..])) {
        let stays = |line: &&str| !["payout_cap", "partner_cap", "cap = "].iter().any(|key| line.starts_with(key));
        let plan: String = plan_text(name).lines().filter(stays).map(|line| format!("{line}\n")).collect();
        let number = |number: i64| number * 7919 % 10_007;
        let mut plain = run(&plan, &world, keys);
        plain.iter_mut().for_each(|((_, _, source, _, beneficiary), _)| (*source, *beneficiary) = (number(*source), number(*beneficiary)));
        plain.sort_unstable();
        prop_assert_eq!(plain, run(&plan, &scrambled(&world), keys));
    }
}
