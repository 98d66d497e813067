//! Networks and orders made from a seed, in the canonical form.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use upline::domain::amount::Amount;
use upline::domain::instant::Instant;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::domain::position::Position;
use upline::engine::input::{NetworkRow, OrderRow};
use upline::offline::network::{Contact, NetworkWriter};
use upline::offline::orders::OrderWriter;

pub const PLAN: &str = r#"
[plan]
code = "test"
currency = "USD"
[placement]
kind = "binary"
[[rank]]
code = "STARTER"
name = "Starter"
[[rank]]
code = "GOLD, \"PURE\""
[[bonus]]
code = "team"
kind = "unilevel"
levels = ["0.1"]
[[bonus]]
code = "advance"
kind = "rank_advance"
"#;

pub struct Generated {
    pub partners: Vec<(NetworkRow, Contact)>,
    pub orders: Vec<OrderRow>,
}

/// Numbers with gaps, several roots in both trees, orders over four months.
pub fn generate(partners: i64, orders: i64, seed: u64) -> Generated {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<(NetworkRow, Contact)> = Vec::new();
    let mut free: Vec<(i64, Position)> = Vec::new();
    let start = 1_735_000_000;
    for index in 0..partners {
        let partner = 7 * index + 3;
        let root = index == 0 || random.random_range(0..10) == 0;
        let sponsor = (!root).then(|| 7 * random.random_range(0..index) + 3);
        let placed = !free.is_empty() && random.random_range(0..8) > 0;
        let slot = placed.then(|| free.swap_remove(random.random_range(0..free.len())));
        free.extend([(partner, Position::Left), (partner, Position::Right)]);
        let row = NetworkRow {
            partner,
            sponsor,
            placement_parent: slot.map(|slot| slot.0),
            position: slot.map(|slot| slot.1),
            status: PartnerStatus::ALL[random.random_range(0..3)],
            joined_at: Instant::from_nanos((start + index) * Instant::SECOND + random.random_range(0..1000)),
            highest_rank: Some(["STARTER", "GOLD, \"PURE\""][random.random_range(0..2)].to_owned()),
            career_points: Amount::from_units(random.random_range(0..1_000_000)),
            carry_left: Amount::from_units(random.random_range(0..100_000_000)),
            carry_right: Amount::ZERO,
        };
        let contact = Contact {
            name: Some(format!("Ånna, the {index}th")),
            email: Some(format!("Anna+{index}@mail.example.org")),
            username: Some(format!("anna-{index}")),
        };
        rows.push((row, contact));
    }
    let orders = (1..=orders).map(|order| OrderRow {
        order: 3 * order,
        partner: 7 * random.random_range(0..partners) + 3,
        placed_at: Instant::from_nanos((start + random.random_range(0..10_000_000)) * Instant::SECOND),
        buyer: Buyer::ALL[random.random_range(0..2)],
        kind: OrderKind::ALL[random.random_range(0..2)],
        cv: Amount::from_units(random.random_range(0..10_000_000)),
        pv: Amount::from_units(random.random_range(0..10_000_000)),
        amount: Amount::from_units(random.random_range(0..10_000_000)),
    });
    Generated { orders: orders.collect(), partners: rows }
}

impl Generated {
    pub fn network(&self, contacts: bool) -> String {
        let mut writer = NetworkWriter::new(Vec::new(), contacts).unwrap();
        for (row, contact) in &self.partners {
            writer.write(row, contact).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    pub fn orders(&self) -> String {
        let mut writer = OrderWriter::new(Vec::new()).unwrap();
        for row in &self.orders {
            writer.write(row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }
}

/// The rows in another order: the first half comes last.
pub fn shuffled(text: &str) -> String {
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let (first, last) = rows.split_at(rows.len() / 2);
    let rows: Vec<&str> = last.iter().chain(first).copied().collect();
    format!("{header}\n{}\n", rows.join("\n"))
}
