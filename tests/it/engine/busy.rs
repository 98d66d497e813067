//! A partner with many orders, and a plan with many rates: lines are kept in little memory, and here more of them share it than usual.

use rust_decimal::{Decimal, RoundingStrategy};
use upline::domain::order_kind::OrderKind;
use upline::engine::input::{NetworkRow, OrderRow};

use super::rows::{january, order, partner, ranked, time};

/// One rank for each partner above, so that there are more different rates than are kept beside the level.
const LEVELS: i64 = 35;
const ORDERS: i64 = 300;

fn rate(level: i64) -> Decimal {
    Decimal::new(level, 3)
}

fn multiplier(rank: i64) -> Decimal {
    Decimal::new(1_000 + 7 * rank, 3)
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

/// A chain whose last partner has all orders, every third of another kind and every fifth before the period.
fn chain() -> (Vec<NetworkRow>, Vec<OrderRow>) {
    let partners = (1..=LEVELS + 1).map(|number| ranked(partner(number, number - 1), &format!("R{}", number.min(LEVELS)))).collect();
    let one = |number: i64| {
        let mut order = order(number, LEVELS + 1, &format!("{}.{:02}", 10 + number, number % 100), "1");
        if number % 3 == 0 {
            order.kind = OrderKind::Investment;
        }
        if number % 5 == 0 {
            order.placed_at = time("2025-12-31T23:59:59Z");
        }
        order
    };
    (partners, (1..=ORDERS).map(one).collect())
}

/// What each order pays on each level.
fn expected() -> Vec<(i64, i64, i64, Decimal)> {
    let paid = (1..=ORDERS).filter(|number| number % 3 != 0 && number % 5 != 0);
    let lines = paid.flat_map(|number| {
        let cv = Decimal::new(100 * (10 + number) + number % 100, 2);
        (1..=LEVELS).map(move |level| {
            let above = LEVELS + 1 - level;
            let amount = (cv * rate(level) * multiplier(above)).round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
            (number, level, above, amount)
        })
    });
    lines.collect()
}

#[test]
fn every_order_of_a_partner_with_many_pays_every_level_at_its_rate() {
    let (partners, orders) = chain();
    january(&plan(""), &partners, &orders, |outcome| {
        let lines: Vec<(i64, i64, i64, Decimal)> = outcome
            .lines()
            .map(|line| (line.order.unwrap(), i64::from(line.level), line.beneficiary, line.amount.to_string().parse().unwrap()))
            .collect();
        assert_eq!(lines, expected());
        let rates: std::collections::BTreeSet<String> = outcome.lines().map(|line| line.rate.to_string()).collect();
        assert_eq!(rates.len(), LEVELS as usize);
    });
}

#[test]
fn caps_take_the_last_of_many_orders_first() {
    let (partners, orders) = chain();
    january(&plan("partner_cap = \"500\""), &partners, &orders, |outcome| {
        // All orders of January have one time, so the ones with the lowest numbers are paid first.
        let mut left = vec![Decimal::from(500); LEVELS as usize + 1];
        let capped = expected().into_iter().filter_map(|(number, level, above, amount)| {
            let left = &mut left[above as usize];
            let keeps = amount.min(*left);
            *left -= keeps;
            (keeps > Decimal::ZERO).then_some((number, level, above, keeps))
        });
        let lines: Vec<(i64, i64, i64, Decimal)> = outcome
            .lines()
            .map(|line| (line.order.unwrap(), i64::from(line.level), line.beneficiary, line.amount.to_string().parse().unwrap()))
            .collect();
        assert_eq!(lines, capped.collect::<Vec<_>>());
    });
}
