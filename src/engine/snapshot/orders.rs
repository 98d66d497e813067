//! The orders of a snapshot.

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::engine::input::OrderRow;
use crate::engine::refusal::Refusal;
use crate::engine::tree::NONE;

use super::Network;

/// An order by dense index. What the buyer paid is not kept: no rule reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub number: i64,
    pub placed_at: Instant,
    pub cv: Amount,
    pub pv: Amount,
    /// The dense index of the partner who is credited.
    pub partner: u32,
    pub kind: OrderKind,
    pub buyer: Buyer,
}

/// All orders, by the place of their partner, those of one partner in ascending order of number: a loop over all orders goes down the
/// sponsor tree as the partners do, and finds what concerns the partner where the order before has left it, in the processor's cache.
#[derive(Clone, Debug)]
pub struct Orders {
    orders: Vec<Order>,
    /// The dense indices in ascending order of number.
    by_number: Vec<u32>,
}

/// Collects orders in any order.
pub struct OrdersBuilder<'n> {
    network: &'n Network,
    orders: Vec<Order>,
    lines: Vec<u32>,
}

impl<'n> OrdersBuilder<'n> {
    /// For orders of these partners.
    #[must_use]
    pub fn new(network: &'n Network) -> Self {
        Self { network, orders: Vec::new(), lines: Vec::new() }
    }

    /// Makes room for so many more orders, where there is as much memory: lists that grow are copied over and over.
    pub fn reserve(&mut self, orders: usize) {
        // Without it the lists grow as they are filled.
        let _ = self.orders.try_reserve(orders).and_then(|()| self.lines.try_reserve(orders));
    }

    /// Adds an order; `line` is named in refusals.
    ///
    /// # Errors
    /// The partner does not exist, a volume is negative, or there are more orders than a run can hold.
    pub fn add(&mut self, row: &OrderRow, line: Option<u64>) -> Result<(), Refusal> {
        let refuse = |cause: String| Err(Refusal::orders(line, format!("order {}: {cause}", row.order)));
        if self.orders.len() >= NONE as usize - 1 {
            return refuse(format!("there are more than {} orders", self.orders.len()));
        }
        if row.order < 1 {
            return refuse("the order number is not positive".to_owned());
        }
        if row.cv < Amount::ZERO || row.pv < Amount::ZERO {
            return refuse("cv and pv must not be negative".to_owned());
        }
        let Some(partner) = self.network.find(row.partner) else { return refuse(format!("partner {} does not exist", row.partner)) };
        let OrderRow { order: number, placed_at, cv, pv, kind, buyer, .. } = *row;
        self.orders.push(Order { number, placed_at, cv, pv, partner, kind, buyer });
        self.lines.push(line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0));
        Ok(())
    }

    /// Checks that numbers are unique.
    ///
    /// # Errors
    /// An order number that appears twice.
    pub fn build(self) -> Result<Orders, Refusal> {
        let Self { mut orders, lines, .. } = self;
        if orders.par_windows(2).all(|pair| pair[0].number < pair[1].number) {
            return Ok(Orders::by_partner(&orders));
        }
        let mut numbers: Vec<(i64, u32)> = orders.iter().map(|order| order.number).zip(lines).collect();
        numbers.par_sort_unstable();
        if let Some(pair) = numbers.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (number, line) = pair[1];
            return Err(Refusal::orders((line > 0).then_some(u64::from(line)), format!("order {number} appears a second time")));
        }
        orders.par_sort_unstable_by_key(|order| order.number);
        Ok(Orders::by_partner(&orders))
    }
}

impl Orders {
    /// From orders in ascending order of number.
    fn by_partner(orders: &[Order]) -> Self {
        let partners = orders.par_iter().map(|order| order.partner as usize + 1).max().unwrap_or(0);
        // Counted, not sorted: where the orders of each partner begin.
        let mut free = vec![0_u32; partners + 1];
        orders.iter().for_each(|order| free[order.partner as usize + 1] += 1);
        for partner in 0..partners {
            free[partner + 1] += free[partner];
        }
        let (mut by_number, mut numbered) = (Vec::with_capacity(orders.len()), vec![0_u32; orders.len()]);
        for (order, number) in orders.iter().zip(0..) {
            let place = &mut free[order.partner as usize];
            numbered[*place as usize] = number;
            by_number.push(*place);
            *place += 1;
        }
        Self { orders: numbered.par_iter().map(|number| orders[*number as usize]).collect(), by_number }
    }

    /// The dense indices in ascending order of number.
    pub(crate) fn by_number(&self) -> &[u32] {
        &self.by_number
    }

    /// How many orders there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    pub(crate) fn order(&self, place: u32) -> &Order {
        &self.orders[place as usize]
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Order> {
        self.orders.iter()
    }

    /// The dense index of an order number.
    pub(crate) fn find(&self, number: i64) -> Option<u32> {
        let found = self.by_number.binary_search_by_key(&number, |place| self.order(*place).number);
        found.ok().map(|place| self.by_number[place])
    }

    /// The dense indices of the orders placed in [start, end).
    pub(crate) fn placed_between(&self, start: Instant, end: Instant) -> Vec<u32> {
        let places = self.orders.par_iter().enumerate();
        places.filter(|(_, order)| start <= order.placed_at && order.placed_at < end).map(|(place, _)| place as u32).collect()
    }

    /// Keeps the orders of the partners who have a new seat.
    pub(super) fn reseat(&mut self, seats: &[u32]) {
        let mut next = 0;
        let place = |order: &Order| {
            let place = if seats[order.partner as usize] == NONE { NONE } else { next };
            next += u32::from(place != NONE);
            place
        };
        let places: Vec<u32> = self.orders.iter().map(place).collect();
        self.by_number.retain_mut(|of| {
            *of = places[*of as usize];
            *of != NONE
        });
        // New seats stand in the order of the old ones, and so do the orders of their partners.
        self.orders.retain_mut(|order| {
            order.partner = seats[order.partner as usize];
            order.partner != NONE
        });
        self.orders.shrink_to_fit();
    }
}
