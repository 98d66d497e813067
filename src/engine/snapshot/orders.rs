//! The orders of a snapshot.

use std::ops::Range;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::engine::input::OrderRow;
use crate::engine::refusal::Refusal;
use crate::engine::tree::NONE;

use super::{Network, keep};

/// What nearly every bonus asks of an order. The rest stands apart: a bonus goes through all orders, and there are more of them than fit the
/// processor's cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub cv: Amount,
    /// The dense index of the partner who is credited.
    pub partner: u32,
    pub kind: OrderKind,
    pub buyer: Buyer,
}

/// A whole order. What the buyer paid is not kept: no rule reads it.
#[derive(Clone, Copy)]
struct Row {
    number: i64,
    placed_at: Instant,
    pv: Amount,
    order: Order,
}

/// All orders, by the place of their partner, those of one partner in ascending order of number: a loop over all orders goes down the
/// sponsor tree as the partners do, and finds what concerns the partner where the order before has left it, in the processor's cache.
#[derive(Clone, Debug)]
pub struct Orders {
    orders: Vec<Order>,
    numbers: Vec<i64>,
    placed_at: Vec<Instant>,
    pv: Vec<Amount>,
    /// The dense indices in ascending order of number.
    by_number: Vec<u32>,
}

/// The orders that count, of all there are, one bit each.
pub(crate) struct Counted {
    bits: Vec<u64>,
    count: usize,
}

/// Collects orders in any order.
pub struct OrdersBuilder<'n> {
    network: &'n Network,
    rows: Vec<Row>,
    lines: Vec<u32>,
}

impl<'n> OrdersBuilder<'n> {
    /// For orders of these partners.
    #[must_use]
    pub fn new(network: &'n Network) -> Self {
        Self { network, rows: Vec::new(), lines: Vec::new() }
    }

    /// Makes room for so many more orders, where there is as much memory: lists that grow are copied over and over.
    pub fn reserve(&mut self, orders: usize) {
        // Without it the lists grow as they are filled.
        let _ = self.rows.try_reserve(orders).and_then(|()| self.lines.try_reserve(orders));
    }

    /// Adds an order; `line` is named in refusals.
    ///
    /// # Errors
    /// The partner does not exist, a volume is negative, or there are more orders than a run can hold.
    pub fn add(&mut self, row: &OrderRow, line: Option<u64>) -> Result<(), Refusal> {
        let refuse = |cause: String| Err(Refusal::orders(line, format!("order {}: {cause}", row.order)));
        if self.rows.len() >= NONE as usize - 1 {
            return refuse(format!("there are more than {} orders", self.rows.len()));
        }
        if row.order < 1 {
            return refuse("the order number is not positive".to_owned());
        }
        if row.cv < Amount::ZERO || row.pv < Amount::ZERO {
            return refuse("cv and pv must not be negative".to_owned());
        }
        let Some(partner) = self.network.find(row.partner) else { return refuse(format!("partner {} does not exist", row.partner)) };
        let OrderRow { order: number, placed_at, cv, pv, kind, buyer, .. } = *row;
        self.rows.push(Row { number, placed_at, pv, order: Order { cv, partner, kind, buyer } });
        self.lines.push(line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0));
        Ok(())
    }

    /// Checks that numbers are unique.
    ///
    /// # Errors
    /// An order number that appears twice.
    pub fn build(self) -> Result<Orders, Refusal> {
        let Self { mut rows, lines, .. } = self;
        if rows.par_windows(2).all(|pair| pair[0].number < pair[1].number) {
            return Ok(Orders::by_partner(&rows));
        }
        let mut numbers: Vec<(i64, u32)> = rows.iter().map(|row| row.number).zip(lines).collect();
        numbers.par_sort_unstable();
        if let Some(pair) = numbers.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (number, line) = pair[1];
            return Err(Refusal::orders((line > 0).then_some(u64::from(line)), format!("order {number} appears a second time")));
        }
        rows.par_sort_unstable_by_key(|row| row.number);
        Ok(Orders::by_partner(&rows))
    }
}

impl Orders {
    /// From orders in ascending order of number.
    fn by_partner(rows: &[Row]) -> Self {
        let partners = rows.par_iter().map(|row| row.order.partner as usize + 1).max().unwrap_or(0);
        // Counted, not sorted: where the orders of each partner begin.
        let mut free = vec![0_u32; partners + 1];
        rows.iter().for_each(|row| free[row.order.partner as usize + 1] += 1);
        for partner in 0..partners {
            free[partner + 1] += free[partner];
        }
        let (mut by_number, mut row_of) = (Vec::with_capacity(rows.len()), vec![0_u32; rows.len()]);
        for (row, index) in rows.iter().zip(0..) {
            let place = &mut free[row.order.partner as usize];
            row_of[*place as usize] = index;
            by_number.push(*place);
            *place += 1;
        }
        let columns = row_of.par_iter().map(|index| {
            let Row { number, placed_at, pv, order } = rows[*index as usize];
            ((number, placed_at), (pv, order))
        });
        let ((numbers, placed_at), (pv, orders)) = columns.unzip();
        Self { orders, numbers, placed_at, pv, by_number }
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

    pub(crate) fn number(&self, place: u32) -> i64 {
        self.numbers[place as usize]
    }

    pub(crate) fn placed_at(&self, place: u32) -> Instant {
        self.placed_at[place as usize]
    }

    pub(crate) fn pv(&self, place: u32) -> Amount {
        self.pv[place as usize]
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Order> {
        self.orders.iter()
    }

    /// The dense index of an order number.
    pub(crate) fn find(&self, number: i64) -> Option<u32> {
        let found = self.by_number.binary_search_by_key(&number, |place| self.number(*place));
        found.ok().map(|place| self.by_number[place])
    }

    /// The orders placed in [start, end).
    pub(crate) fn placed_between(&self, start: Instant, end: Instant) -> Counted {
        let word = |times: &[Instant]| (0..).zip(times).fold(0, |word, (bit, time)| word | u64::from((start..end).contains(time)) << bit);
        let bits: Vec<u64> = self.placed_at.par_chunks(Counted::WORD).map(word).collect();
        let count = bits.iter().map(|word| word.count_ones() as usize).sum();
        Counted { bits, count }
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
        keep(&mut self.orders, &places);
        keep(&mut self.numbers, &places);
        keep(&mut self.placed_at, &places);
        keep(&mut self.pv, &places);
        self.orders.iter_mut().for_each(|order| order.partner = seats[order.partner as usize]);
    }
}

impl Counted {
    /// So many orders have their bits in one word.
    pub(crate) const WORD: usize = 64;

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// All of them, in ascending order of number.
    pub(crate) fn by_number(&self, orders: &Orders) -> impl Iterator<Item = u32> + Clone {
        let contains = |place: u32| self.bits[place as usize / Self::WORD] >> (place as usize % Self::WORD) & 1 == 1;
        orders.by_number.iter().copied().filter(move |place| contains(*place))
    }

    /// Those among the orders of a range that begins and ends where a word does, or ends behind the last order.
    pub(crate) fn among(&self, places: Range<usize>) -> impl Iterator<Item = u32> + Clone {
        let words = places.start / Self::WORD..places.end.div_ceil(Self::WORD);
        (words.start as u32..).zip(&self.bits[words]).flat_map(|(index, word)| ones(*word).map(move |bit| index * u64::BITS + bit))
    }
}

/// The bits that are set, lowest first.
fn ones(mut word: u64) -> impl Iterator<Item = u32> + Clone {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit)
    })
}
