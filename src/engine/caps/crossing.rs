//! When partners cross a limit.

use std::cmp::Ordering;
use std::sync::OnceLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::engine::bonuses::{Line, Lines, Rank, Tally, add, rank_of};
use crate::engine::standing::Standing;
use crate::engine::tree::NONE;

use super::Owed;

/// In which of [`Clock::SLICES`] slices of the period each order was placed: one byte instead of a look at the order. It is made when it
/// is first read.
pub(crate) struct Clock<'a> {
    pub standing: &'a Standing<'a>,
    slices: OnceLock<Vec<u8>>,
}

impl<'a> Clock<'a> {
    const SLICES: usize = 256;

    pub(crate) fn new(standing: &'a Standing<'a>) -> Self {
        Self { standing, slices: OnceLock::new() }
    }

    fn slices(&self) -> &[u8] {
        self.slices.get_or_init(|| {
            let (period, orders) = (self.standing.period, &self.standing.snapshot.orders);
            let start = period.start().nanos();
            let step = (period.end().nanos() - start) / Self::SLICES as i64 + 1;
            // Orders outside the period have no lines; they may lie centuries before it.
            let slice = |place: usize| u8::try_from(orders.placed_at(place as u32).nanos().saturating_sub(start) / step).unwrap_or(0);
            (0..orders.len()).into_par_iter().map(slice).collect()
        })
    }
}

/// When the partners who cross a limit in a bonus do so.
///
/// Such partners have most of all lines, so the period is cut into slices: lines in slices before the one in which a partner crosses are
/// kept, those in later slices dropped, and only those in that slice are sorted.
pub(super) struct Crossing<'a> {
    standing: &'a Standing<'a>,
    /// The clock's slices, where the lines come from orders; the others all have the same time.
    times: Option<&'a [u8]>,
    /// So many slices of the clock make one here, as a power of 2: fewer slices where many partners cross.
    shift: u32,
    /// One bit per partner: owed more than is left. Most lines are settled by a look at these few.
    crosses: Vec<u64>,
    /// Each partner's place among those who cross and still have something left; [`NONE`] for the others.
    places: Vec<u32>,
    /// By that place: the slice in which the limit is crossed.
    slices: Vec<usize>,
    /// By that place: what is left at the beginning of that slice.
    limits: Vec<i64>,
}

/// When a partner crosses a limit in a bonus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Never,
    /// The bonuses before have left nothing.
    Before,
    /// In a slice of the period.
    In(usize),
}

/// A line in the slice in which its partner crosses the limit: when its order was placed, and where it stands in the output.
pub(super) type Waiting = (i64, Rank, Line);

impl<'a> Crossing<'a> {
    /// So many sums of slices are held at most by each thread.
    const SUMS: usize = 1 << 20;

    /// Of the partners who are owed more than is left, with what is left.
    pub(super) fn of(clock: &'a Clock<'a>, lines: &Lines, owed: &[Owed]) -> Self {
        let partners = clock.standing.len();
        let (mut crosses, mut places, mut limits) = (vec![0_u64; partners.div_ceil(64)], vec![NONE; partners], Vec::new());
        for (partner, left) in owed.iter().map(|(partner, left)| (*partner as usize, *left)) {
            crosses[partner / 64] |= 1 << (partner % 64);
            if left > 0 {
                places[partner] = limits.len() as u32;
                limits.push(left);
            }
        }
        let times = lines.come_from_orders().then(|| clock.slices());
        let most = if times.is_some() { Clock::SLICES } else { 1 };
        let room = (Self::SUMS / limits.len().max(1)).clamp(1, most);
        let shift = Clock::SLICES.ilog2() - room.ilog2();
        let mut crossing = Self { standing: clock.standing, times, shift, crosses, places, slices: Vec::new(), limits };
        crossing.find_slices(lines, Clock::SLICES >> shift);
        crossing
    }

    /// Finds the slice in which each partner crosses, and what is left at its beginning.
    fn find_slices(&mut self, lines: &Lines, count: usize) {
        let tally = Tally::new(self.limits.len() * count);
        lines.each(|_, part| {
            let mut sums = tally.table();
            for (beneficiary, on_claim) in part.by_claim() {
                if let Some(place) = self.place(beneficiary) {
                    on_claim.for_each(|(_, line)| add(&mut sums[place * count + self.slice_of(&line)], line.amount));
                }
            }
        });
        let sums = tally.into_sums();
        for (limit, sums) in self.limits.iter_mut().zip(sums.chunks(count)) {
            let mut slice = 0;
            while let Some(sum) = sums.get(slice).filter(|sum| **sum <= *limit) {
                *limit -= sum;
                slice += 1;
            }
            self.slices.push(slice);
        }
    }

    /// A line that waits for its share in what is left at the beginning of its slice.
    pub(super) fn waiting(&self, ordered: bool, place: u64, line: &Line) -> Waiting {
        let placed_at = if self.times.is_some() { self.standing.snapshot.orders.placed_at(line.from).nanos() } else { 0 };
        (placed_at, rank_of(ordered, &self.standing.snapshot, place, line), *line)
    }

    /// What the lines that wait keep. Lines of one time are paid in output order.
    pub(super) fn share(mut self, mut waiting: Vec<Waiting>) -> impl Iterator<Item = (u64, Line, i64)> {
        waiting.par_sort_unstable_by_key(|(placed_at, rank, _)| (*placed_at, *rank));
        waiting.into_iter().map(move |(_, (_, place), line)| {
            let left = &mut self.limits[self.places[line.beneficiary as usize] as usize];
            let keeps = line.amount.min(*left);
            *left -= keeps;
            (place, line, keeps)
        })
    }

    /// When a partner crosses the limit.
    pub(super) fn when(&self, partner: u32) -> When {
        if !self.crosses(partner) {
            return When::Never;
        }
        self.place(partner).map_or(When::Before, |place| When::In(self.slices[place]))
    }

    /// Whether a line lies before, in or after the slice in which its partner crosses the limit.
    pub(super) fn compare(&self, line: &Line, crosses: When) -> Ordering {
        match crosses {
            When::Never => Ordering::Less,
            When::Before => Ordering::Greater,
            When::In(slice) => self.slice_of(line).cmp(&slice),
        }
    }

    fn crosses(&self, partner: u32) -> bool {
        self.crosses[partner as usize / 64] >> (partner % 64) & 1 == 1
    }

    fn place(&self, partner: u32) -> Option<usize> {
        if !self.crosses(partner) {
            return None;
        }
        let place = self.places[partner as usize];
        (place != NONE).then_some(place as usize)
    }

    fn slice_of(&self, line: &Line) -> usize {
        self.times.map_or(0, |times| usize::from(times[line.from as usize]) >> self.shift)
    }
}
