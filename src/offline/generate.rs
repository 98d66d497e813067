//! Networks and orders out of nothing, for trials and benchmarks: the same seed gives the same files.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::num::NonZeroU32;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::domain::partner_status::PartnerStatus;
use crate::domain::period::Period;
use crate::domain::position::Position;
use crate::engine::input::{NetworkRow, OrderRow};

use super::network::{Contact, NetworkWriter};
use super::orders::OrderWriter;

/// Three years of growth before the last period ends.
const GROWTH_SECONDS: i64 = 3 * 365 * 86_400;
/// How far a new partner slides down the outer leg of the sponsor before filling gaps.
const OUTER_LEG: u32 = 48;

/// What is to be generated.
#[derive(Clone, Copy, Debug)]
pub struct Specification {
    /// How many partners.
    pub partners: NonZeroU32,
    /// How many orders.
    pub orders: u32,
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// Where the orders begin.
    pub start: Instant,
    /// Where the orders and the growth of the network end.
    pub end: Instant,
}

impl Specification {
    /// With all orders in the period.
    #[must_use]
    pub fn new(partners: NonZeroU32, orders: u32, seed: u64, period: Period) -> Self {
        Self { partners, orders, seed, start: period.start(), end: period.end() }
    }

    /// Spreads the orders over so many days before the end.
    #[must_use]
    pub fn over_days(self, days: u32) -> Self {
        Self { start: self.end.plus_seconds(-i64::from(days) * 86_400), ..self }
    }

    /// The partners, ascending by number; a sponsor always has the smaller number.
    #[must_use]
    pub fn network(&self) -> Vec<NetworkRow> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let mut growth = Growth { children: Vec::new(), sponsors: Vec::new() };
        (0..self.partners.get()).map(|place| growth.partner(place, self, &mut chance)).collect()
    }

    /// When the partner at that place joined: earlier for smaller numbers.
    fn joined_at(&self, place: u32) -> Instant {
        let age = GROWTH_SECONDS * i64::from(self.partners.get() - place) / i64::from(self.partners.get());
        self.end.plus_seconds(-age)
    }

    /// The orders, ascending by number.
    pub fn orders(&self) -> impl Iterator<Item = OrderRow> {
        let specification = *self;
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ u64::MAX);
        (1..=i64::from(self.orders)).map(move |order| specification.order(order, &mut chance))
    }

    fn order(&self, order: i64, chance: &mut ChaCha8Rng) -> OrderRow {
        let place = chance.random_range(0..self.partners.get());
        let start = self.start.max(self.joined_at(place)).seconds();
        let placed_at = chance.random_range(start..self.end.seconds().max(start + 1));
        let cv = Amount::from_units(chance.random_range(1_000..=40_000) * 100);
        let kind = if chance.random_ratio(1, 10) { OrderKind::Investment } else { OrderKind::Order };
        let buyer = if chance.random_ratio(1, 4) { Buyer::Customer } else { Buyer::Partner };
        OrderRow {
            order,
            partner: i64::from(place) + 1,
            placed_at: Instant::from_nanos(placed_at * Instant::SECOND),
            buyer,
            kind,
            cv,
            pv: cv,
            amount: Amount::from_units(cv.units() * 2),
        }
    }

    /// Writes `network.csv` and `orders.csv` in the canonical form into a folder, which is made where it is missing.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let create = |name: &str| File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 16, file));
        let mut writer = NetworkWriter::new(create("network.csv")?, false)?;
        for row in self.network() {
            writer.write(&row, &Contact::default())?;
        }
        writer.finish()?;
        let mut writer = OrderWriter::new(create("orders.csv")?)?;
        for row in self.orders() {
            writer.write(&row)?;
        }
        writer.finish().map(drop)
    }
}

/// The trees so far.
struct Growth {
    /// Left and right child of each partner in the placement tree.
    children: Vec<[Option<u32>; 2]>,
    sponsors: Vec<u32>,
}

impl Growth {
    fn partner(&mut self, place: u32, specification: &Specification, chance: &mut ChaCha8Rng) -> NetworkRow {
        let sponsor = (place > 0).then(|| self.sponsor(place, chance));
        let slot = sponsor.map(|sponsor| self.free_slot(sponsor, chance));
        self.children.push([None; 2]);
        self.sponsors.push(sponsor.unwrap_or(0));
        if let Some((parent, leg)) = slot {
            self.children[parent as usize][leg] = Some(place);
        }
        let status = match chance.random_range(0..100) {
            0..92 => PartnerStatus::Active,
            92..97 => PartnerStatus::Suspended,
            _ => PartnerStatus::Terminated,
        };
        let number = |place: u32| i64::from(place) + 1;
        NetworkRow {
            partner: number(place),
            sponsor: sponsor.map(number),
            placement_parent: slot.map(|(parent, _)| number(parent)),
            position: slot.map(|(_, leg)| if leg == 0 { Position::Left } else { Position::Right }),
            status,
            joined_at: specification.joined_at(place),
            highest_rank: None,
            career_points: Amount::ZERO,
            carry_left: Amount::ZERO,
            carry_right: Amount::ZERO,
        }
    }

    /// Half of the newcomers follow whoever already has many (power law), half somebody who joined lately (depth).
    fn sponsor(&self, place: u32, chance: &mut ChaCha8Rng) -> u32 {
        if chance.random_ratio(1, 2) {
            self.sponsors[chance.random_range(0..place) as usize]
        } else {
            chance.random_range(place - place.div_ceil(4)..place)
        }
    }

    /// Down the outer leg of the sponsor, as networks do it, then wherever chance leads.
    fn free_slot(&self, sponsor: u32, chance: &mut ChaCha8Rng) -> (u32, usize) {
        let (mut at, mut leg) = (sponsor, usize::from(chance.random_ratio(1, 2)));
        let mut steps = 0;
        while let Some(child) = self.children[at as usize][leg] {
            at = child;
            steps += 1;
            if steps > OUTER_LEG {
                leg = usize::from(chance.random_ratio(1, 2));
            }
        }
        (at, leg)
    }
}
