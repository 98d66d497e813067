//! Explanations say what the computation did: every line's amount follows from its formula, and who is not paid is told why.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use upline::domain::partner_status::PartnerStatus;
use upline::domain::period::Period;
use upline::engine::explain::step::{Effect, Formula, NotEligible, Step, WalkEnd};
use upline::engine::explain::{Calculation, Explanation, Question, explain};
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::rounding::Rounding;
use upline::engine::{self, Outcome, Plan, Snapshot};
use upline::offline::inputs::Inputs;
use upline::offline::network::{NetworkReader, Trees};

use super::rows::{order, partner, ranked};
use super::{golden, vector_file};

const SMALL: [&str; 10] = [
    "binary-cycle",
    "binary-ratio",
    "binary-weak-leg",
    "breakaway-generation",
    "differential-infinity",
    "matching-pool-caps",
    "matrix-faststart-retail",
    "ranks-lifetime",
    "stairstep",
    "unilevel-compression",
];

struct Vector {
    plan: Plan,
    snapshot: Snapshot,
    period: Period,
    /// The sponsor of each partner.
    sponsors: BTreeMap<i64, Option<i64>>,
}

fn vector(name: &str) -> Vector {
    let folder = golden(name);
    let [plan, network, orders] = ["plan.toml", "network.csv", "orders.csv"].map(|file| vector_file(&folder, file));
    let sponsors = NetworkReader::open(&network, Trees::SponsorOnly).unwrap().map(|entry| entry.unwrap().row);
    let sponsors = sponsors.map(|row| (row.partner, row.sponsor)).collect();
    let inputs = Inputs { plan, network, orders };
    let plan = inputs.read_plan().unwrap();
    let network = inputs.read_network(&plan, |_| ()).unwrap();
    let orders = inputs.read_orders(&network, |_| ()).unwrap();
    let period = std::fs::read_to_string(folder.join("period.txt")).unwrap().trim().parse().unwrap();
    Vector { plan, snapshot: Snapshot::new(network, orders), period, sponsors }
}

impl Vector {
    fn explain(&self, partner: i64, order: Option<i64>) -> Explanation {
        explain(&self.plan, &self.snapshot, self.period, Question { partner, order }).unwrap()
    }
}

fn number(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

/// What a formula comes to before rounding, computed from what the step says alone.
fn evaluate(base: &str, rate: &str, formula: &Formula) -> Decimal {
    let base = number(base);
    match formula {
        Formula::Product => base * number(rate),
        Formula::Multiplied { rate, multiplier } => base * number(rate) * number(multiplier),
        Formula::Difference { own_rate, already_paid } => base * (number(own_rate) - number(already_paid)),
        Formula::Net { gross, below } => {
            assert_eq!(number(gross), base * number(rate));
            (number(gross) - number(below)).max(Decimal::ZERO)
        }
        Formula::Ratio { quotient } => base * number(rate) * number(quotient),
        Formula::Share { own, all } => base * Decimal::from(*own) / Decimal::from(*all),
    }
}

/// Checks a step's arithmetic and returns the amount.
fn check(plan: &Plan, step: &Step) -> Decimal {
    let (base, rate, formula, exact, amount) = match step {
        Step::Earned { base, rate, formula, exact, amount, .. } => (base, rate, formula, exact, number(amount)),
        Step::RoundedToZero { base, rate, formula, exact, .. } => (base, rate, formula, exact, Decimal::ZERO),
        other => panic!("{other} is no line"),
    };
    let value = evaluate(base, rate, formula);
    if let Some(exact) = exact {
        assert_eq!(number(exact), value, "{step}");
    }
    let strategy = match (formula, plan.rounding) {
        (Formula::Share { .. }, _) => RoundingStrategy::ToZero,
        (_, Rounding::HalfEven) => RoundingStrategy::MidpointNearestEven,
        (_, Rounding::HalfUp) => RoundingStrategy::MidpointAwayFromZero,
    };
    assert_eq!(value.round_dp_with_strategy(plan.currency.exponent, strategy), amount, "{step}");
    amount
}

/// The amounts of a calculation by level, after all caps.
fn amounts(plan: &Plan, calculation: &Calculation) -> BTreeMap<u32, Decimal> {
    let mut amounts = BTreeMap::new();
    for step in &calculation.steps {
        match step {
            Step::Earned { level, .. } => {
                assert!(amounts.insert(*level, check(plan, step)).is_none());
            }
            Step::RoundedToZero { .. } => drop(check(plan, step)),
            Step::Capped { level, before, after, .. } => {
                assert_eq!(amounts.insert(*level, number(after)), Some(number(before)), "{step}");
            }
            _ => {}
        }
    }
    amounts.retain(|_, amount| *amount > Decimal::ZERO);
    amounts
}

/// What the explanation of a partner comes to, line by line: bonus, order or source, level and amount.
fn explained(plan: &Plan, explanation: &Explanation) -> Vec<(String, Option<i64>, i64, u32, Decimal)> {
    let mut lines = Vec::new();
    for bonus in &explanation.bonuses {
        for calculation in &bonus.calculations {
            let amounts = amounts(plan, calculation);
            assert_eq!(amounts.values().sum::<Decimal>(), number(&calculation.amount));
            let Calculation { order, source, .. } = *calculation;
            lines.extend(amounts.into_iter().map(|(level, amount)| (bonus.bonus.clone(), order, source, level, amount)));
        }
    }
    lines.sort();
    lines
}

fn paid(outcome: &Outcome, partner: i64) -> Vec<(String, Option<i64>, i64, u32, Decimal)> {
    let lines = outcome.lines().filter(|line| line.beneficiary == partner);
    let mut lines: Vec<_> =
        lines.map(|line| (line.bonus.to_owned(), line.order, line.source, line.level, number(&line.amount.to_string()))).collect();
    lines.sort();
    lines
}

#[test]
fn every_line_of_every_partner_follows_from_the_formula_and_the_caps_that_explain_it() {
    let mut lines = 0;
    for name in SMALL {
        let vector = vector(name);
        let outcome = engine::run(&vector.plan, &vector.snapshot, vector.period).unwrap();
        for rank in outcome.ranks() {
            let expected = paid(&outcome, rank.partner);
            let explanation = vector.explain(rank.partner, None);
            assert_eq!(explained(&vector.plan, &explanation), expected, "{name}, partner {}", rank.partner);
            lines += expected.len();
        }
    }
    assert!(lines > 2000, "{lines}");
}

#[test]
fn lines_of_the_hybrid_plan_follow_from_their_formulas() {
    let vector = vector("hybrid-2000");
    let outcome = engine::run(&vector.plan, &vector.snapshot, vector.period).unwrap();
    let most = outcome.statements().max_by_key(|statement| statement.amount).unwrap().partner;
    for partner in [most, 3998] {
        assert_eq!(explained(&vector.plan, &vector.explain(partner, None)), paid(&outcome, partner), "partner {partner}");
    }
}

#[test]
fn whoever_stands_above_an_order_and_is_not_paid_is_told_why() {
    let mut reasons = 0;
    for name in SMALL {
        let vector = vector(name);
        let outcome = engine::run(&vector.plan, &vector.snapshot, vector.period).unwrap();
        let mut sold: Vec<(i64, i64)> = outcome.lines().filter_map(|line| line.order.zip(Some(line.source))).collect();
        sold.dedup_by_key(|(order, _)| *order);
        for (number, seller) in sold.into_iter().step_by(97).take(3) {
            let above = std::iter::successors(vector.sponsors[&seller], |partner| vector.sponsors[partner]);
            for partner in above {
                let explanation = vector.explain(partner, Some(number));
                let total: Decimal = outcome
                    .lines()
                    .filter(|line| line.order == Some(number) && line.beneficiary == partner)
                    .map(|line| self::number(&line.amount.to_string()))
                    .sum();
                assert_eq!(self::number(&explanation.amount), total, "{name}: the total of one order holds nothing of the period");
                for (bonus, explained) in vector.plan.bonuses.iter().zip(&explanation.bonuses) {
                    if bonus.rule.walks_from_orders() {
                        let [calculation] = &explained.calculations[..] else { panic!("{name}: one order, one calculation") };
                        if amounts(&vector.plan, calculation).is_empty() {
                            let said = format!("{name}, bonus {}, partner {partner}, order {number}: {calculation:?}", bonus.code);
                            assert!(is_true_reason(calculation.steps.last(), &explanation, &vector.sponsors), "{said}");
                            reasons += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(reasons > 50, "{reasons}");
}

/// Whether a step says why somebody is paid nothing, and what can be checked without the engine is so.
fn is_true_reason(step: Option<&Step>, told: &Explanation, sponsors: &BTreeMap<i64, Option<i64>>) -> bool {
    match step {
        Some(Step::Ineligible { why, .. }) => match why {
            NotEligible::Status { status } => *status == told.status.to_string() && told.status != PartnerStatus::Active,
            NotEligible::Inactive { pv, required } => *pv == told.pv && number(pv) < number(required) && !told.active,
            NotEligible::RankTooLow { rank, required } => *rank == told.rank && rank != required,
        },
        Some(Step::LevelTooDeep { level, rank, max_levels, .. }) => level > max_levels && *rank == told.rank,
        Some(Step::NoDifferential { rank, rate, already_paid, .. }) => number(rate) <= number(already_paid) && *rank == told.rank,
        Some(Step::BelowBreakaway { rank, .. } | Step::NoLeader { rank, .. }) => *rank == told.rank,
        Some(Step::WalkEnded { at, why }) => {
            let mut above = std::iter::successors(sponsors[at], |partner| sponsors[partner]);
            *why != WalkEnd::TopReached && above.any(|partner| partner == told.partner)
        }
        Some(Step::Capped { after, .. }) => number(after) == Decimal::ZERO,
        Some(Step::OrderUnseen { .. } | Step::RoundedToZero { .. } | Step::CountsAsOwn { .. } | Step::NotAbove { .. }) => true,
        _ => false,
    }
}

fn january(plan: &str, partners: &[NetworkRow], orders: &[OrderRow], question: (i64, Option<i64>)) -> Explanation {
    let plan = Plan::parse(plan).unwrap();
    let snapshot = Snapshot::of(partners.to_vec(), orders.to_vec()).unwrap();
    let (partner, order) = question;
    explain(&plan, snapshot, "2026-01".parse().unwrap(), Question { partner, order }).unwrap()
}

const FRAME: &str = "[plan]\ncode = \"x\"\ncurrency = \"USD\"\n[activity]\npersonal_volume = \"100\"\n[[rank]]\ncode = \"ONE\"\n";

#[test]
fn an_order_that_moves_up_says_so_to_everybody_it_passes() {
    let plan = format!("{FRAME}[[bonus]]\ncode = \"b\"\nkind = \"unilevel\"\nlevels = [\"0.1\"]\ncompression = \"volume\"\n");
    let partners = [partner(1, 0), partner(2, 1), partner(3, 2), partner(4, 3)];
    let orders = [order(1, 1, "0", "100"), order(2, 2, "0", "100"), order(4, 4, "50", "50")];
    let steps = |partner: i64| january(&plan, &partners, &orders, (partner, Some(4))).bonuses[0].calculations[0].steps.clone();
    for passed in [3, 4] {
        let passed_over =
            |step: &Step| matches!(step, Step::Ineligible { why: NotEligible::Inactive { .. }, effect: Some(Effect::PassedOver), .. });
        assert!(steps(passed).iter().any(passed_over), "{:?}", steps(passed));
    }
    assert!(steps(2).contains(&Step::CountsAsOwn { of: 4 }) && steps(2).contains(&Step::VolumeMoved { of: 4, to: 2 }), "{:?}", steps(2));
    assert!(steps(1).iter().any(|step| matches!(step, Step::Earned { amount, .. } if amount == "5.00")), "{:?}", steps(1));
}

#[test]
fn an_advance_that_is_lost_and_the_way_to_the_next_rank_are_said() {
    let plan = format!(
        "{FRAME}[[rank]]\ncode = \"TWO\"\nbonus = \"50\"\nrequires = [{{ type = \"GROUP_VOLUME\", min = \"60\" }}]\n\
         [[rank]]\ncode = \"THREE\"\nrequires = [{{ type = \"PERSONAL_VOLUME\", min = \"80\" }}, {{ type = \"DIRECT_REFERRALS\", min = 1 }}]\n\
         [[bonus]]\ncode = \"advance\"\nkind = \"rank_advance\"\n"
    );
    let partners = [partner(1, 0), ranked(partner(2, 1), "TWO")];
    let explanation = january(&plan, &partners, &[order(1, 1, "60", "60")], (1, None));
    let lost = &explanation.bonuses[0].calculations[0].steps[0];
    assert!(matches!(lost, Step::AdvanceLost { rank, amount, .. } if rank == "TWO" && amount == "50.00"), "{lost:?}");
    let text = explanation.to_string();
    assert!(text.contains("the 50.00 for the rank TWO are lost, not active: a PV of 60, 100 is required"), "{text}");
    assert!(text.contains("Next rank THREE: 75 %.\n  - PV of at least 80: 60 of 80, 75 %, not met\n"), "{text}");
    assert!(text.contains("personally sponsored partners with status ACTIVE: 1 of 1, 100 %, met\n"), "{text}");
}

/// Where somebody listens, an order walks past everybody above; were all of them listened to, this would take thousands of millions of steps.
#[test]
fn an_order_in_a_chain_of_a_hundred_thousand_is_explained_without_a_walk_past_everybody_from_all_others() {
    const LENGTH: i64 = 100_000;
    let partners: Vec<NetworkRow> = (1..=LENGTH).map(|number| partner(number, number - 1)).collect();
    let orders: Vec<_> = (1..=LENGTH).map(|number| order(number, number, "100", "100")).collect();
    let plan = format!(
        "{FRAME}rate = \"0.03\"\n[[rank]]\ncode = \"TWO\"\nrate = \"0.05\"\nrequires = [{{ type = \"GROUP_VOLUME\", min = \"9000000\" }}]\n\
         [[bonus]]\ncode = \"b\"\nkind = \"differential\"\n\
         [[bonus]]\ncode = \"m\"\nkind = \"matching\"\nof = [\"b\"]\nrates = [\"0.1\"]\ncompression = \"inactive\"\nmin_rank = \"TWO\"\n"
    );
    let last = |told: Explanation| told.bonuses[0].calculations[0].steps.last().cloned();
    // The first of the higher rank above the order is paid the difference, and nobody further up.
    let paid = january(&plan, &partners, &orders, (10_001, Some(60_000)));
    assert_eq!(paid.amount, "2.00");
    let unpaid = january(&plan, &partners, &orders, (10_000, Some(60_000)));
    let end = last(unpaid);
    assert!(matches!(end, Some(Step::WalkEnded { at: 10_001, .. })), "{end:?}");
    let whole = january(&plan, &partners, &orders, (LENGTH - 1, None));
    let told = &whole.bonuses[0];
    assert_eq!((whole.amount.as_str(), told.calculations.len(), told.unpaid[0].count), ("3.00", 1, 1), "{whole}");
}
