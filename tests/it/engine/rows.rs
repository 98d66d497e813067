//! Small networks for tests.

use upline::domain::amount::Amount;
use upline::domain::instant::Instant;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::{self, Outcome, Plan, Snapshot};

/// A partner who joined long ago; sponsor 0 means none.
pub(super) fn partner(partner: i64, sponsor: i64) -> NetworkRow {
    NetworkRow {
        partner,
        sponsor: (sponsor > 0).then_some(sponsor),
        placement_parent: None,
        position: None,
        status: PartnerStatus::Active,
        joined_at: time("2024-01-01T00:00:00Z"),
        highest_rank: None,
        career_points: Amount::ZERO,
        carry_left: Amount::ZERO,
        carry_right: Amount::ZERO,
    }
}

/// The same with a place in the placement tree.
pub(super) fn placed(row: NetworkRow, parent: i64, position: &str) -> NetworkRow {
    NetworkRow { placement_parent: Some(parent), position: Some(position.parse().unwrap()), ..row }
}

/// The same with a rank held before.
pub(super) fn ranked(row: NetworkRow, rank: &str) -> NetworkRow {
    NetworkRow { highest_rank: Some(rank.to_owned()), ..row }
}

/// An order in January with so much CV and PV.
pub(super) fn order(order: i64, partner: i64, cv: &str, pv: &str) -> OrderRow {
    let [cv, pv] = [cv, pv].map(|text| text.parse().unwrap());
    let placed_at = time("2026-01-15T12:00:00Z");
    OrderRow { order, partner, placed_at, buyer: Buyer::Partner, kind: OrderKind::Order, cv, pv, amount: cv }
}

pub(super) fn time(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Everything that January's run says, as texts: `(bonus, beneficiary, level, amount)`.
pub(super) fn lines(plan: &str, partners: &[NetworkRow], orders: &[OrderRow]) -> Vec<(String, i64, u32, String)> {
    january(plan, partners, orders, |outcome| {
        outcome.lines().map(|line| (line.bonus.to_owned(), line.beneficiary, line.level, line.amount.to_string())).collect()
    })
}

/// What each partner earns in January.
pub(super) fn earned(plan: &str, partners: &[NetworkRow], orders: &[OrderRow]) -> Vec<(i64, String)> {
    january(plan, partners, orders, |outcome| {
        outcome.statements().map(|statement| (statement.partner, statement.amount.to_string())).collect()
    })
}

/// Looks at January's outcome.
pub(super) fn january<T>(plan: &str, partners: &[NetworkRow], orders: &[OrderRow], look: impl FnOnce(&Outcome) -> T) -> T {
    let plan = Plan::parse(plan).unwrap();
    let snapshot = Snapshot::of(partners.to_vec(), orders.to_vec()).unwrap();
    look(&engine::run(&plan, &snapshot, "2026-01".parse().unwrap()).unwrap())
}
