//! Any network with any orders under the plans of the vectors is computed or refused; what is computed adds up.
#![no_main]

use std::num::NonZeroU32;

use libfuzzer_sys::fuzz_target;
use upline::domain::amount::Amount;
use upline::domain::instant::Instant;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::domain::position::Position;
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::plan::Placement;
use upline::engine::{self, Plan, Snapshot};

const PLANS: [&str; 11] = [
    include_str!("../../golden/binary-cycle/plan.toml"),
    include_str!("../../golden/binary-ratio/plan.toml"),
    include_str!("../../golden/binary-weak-leg/plan.toml"),
    include_str!("../../golden/breakaway-generation/plan.toml"),
    include_str!("../../golden/differential-infinity/plan.toml"),
    include_str!("../../golden/hybrid-2000/plan.toml"),
    include_str!("../../golden/matching-pool-caps/plan.toml"),
    include_str!("../../golden/matrix-faststart-retail/plan.toml"),
    include_str!("../../golden/ranks-lifetime/plan.toml"),
    include_str!("../../golden/stairstep/plan.toml"),
    include_str!("../../golden/unilevel-compression/plan.toml"),
];
const JANUARY: i64 = 1_767_225_600;

fuzz_target!(|bytes: &[u8]| {
    let [plan, split, rest @ ..] = bytes else { return };
    let plan = Plan::parse(PLANS[usize::from(*plan) % PLANS.len()]).unwrap();
    let (partners, orders) = rest.split_at(usize::from(*split).min(rest.len()));
    let partners: Vec<NetworkRow> = (1..).zip(partners.chunks_exact(6)).map(|(number, bytes)| partner(number, bytes, plan.placement)).collect();
    let orders: Vec<OrderRow> = (1..).zip(orders.chunks_exact(8)).map(|(number, bytes)| order(number, bytes)).collect();
    let Ok(snapshot) = Snapshot::of(partners, orders) else { return };
    let period = "2026-01".parse().unwrap();
    let Ok(outcome) = engine::run(&plan, &snapshot, period) else { return };
    let lines: i128 = outcome.lines().map(|line| i128::from(line.amount.units())).sum();
    let statements: i128 = outcome.statements().map(|statement| i128::from(statement.amount.units())).sum();
    assert_eq!(lines, statements);
    assert!(outcome.lines().all(|line| line.amount > Amount::ZERO));
});

fn instant(day: u8, second: u8) -> Instant {
    Instant::from_nanos((JANUARY + (i64::from(day) - 100) * 86_400 + i64::from(second)) * Instant::SECOND)
}

fn partner(number: i64, bytes: &[u8], placement: Option<Placement>) -> NetworkRow {
    let above = |byte: u8| (byte > 0).then_some(i64::from(byte) % number).filter(|above| *above > 0);
    let placement_parent = above(bytes[1]);
    // A slot or a leg, as the plan has them, and now and then one that it has not.
    let slot = u32::from(bytes[2] % 4);
    let position = match placement {
        Some(Placement::Matrix { .. }) => NonZeroU32::new(slot).map_or(Position::Left, Position::Slot),
        _ if bytes[2] % 2 == 0 => Position::Left,
        _ => Position::Right,
    };
    NetworkRow {
        partner: number,
        sponsor: above(bytes[0]),
        placement_parent,
        position: placement_parent.map(|_| position),
        status: [PartnerStatus::Active, PartnerStatus::Active, PartnerStatus::Suspended, PartnerStatus::Terminated][usize::from(bytes[2] / 2 % 4)],
        joined_at: instant(bytes[3], 0),
        // GOLD is known to some of the plans only.
        highest_rank: (bytes[4] % 8 == 7).then(|| "GOLD".to_owned()),
        career_points: Amount::from_units(i64::from(bytes[4]) * 10_000),
        carry_left: Amount::from_units(i64::from(bytes[5]) * 7_777),
        carry_right: Amount::from_units(i64::from(bytes[4]) * 3_333),
    }
}

fn order(number: i64, bytes: &[u8]) -> OrderRow {
    // Up to a little over 10^14, so that sums leave 64 bits now and then.
    let cv = Amount::from_units(i64::from(u16::from_le_bytes([bytes[3], bytes[4]])) << (bytes[5] % 48));
    OrderRow {
        order: number,
        partner: i64::from(bytes[0]) % 40 + 1,
        placed_at: instant(bytes[1], bytes[2]),
        buyer: if bytes[6] % 2 == 0 { Buyer::Partner } else { Buyer::Customer },
        kind: if bytes[6] / 2 % 2 == 0 { OrderKind::Order } else { OrderKind::Investment },
        cv,
        pv: Amount::from_units(i64::from(bytes[7]) * 20_000),
        amount: cv,
    }
}
