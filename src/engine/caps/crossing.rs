//! When partners cross a limit.

use std::cmp::Ordering;
use std::sync::OnceLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::engine::bonuses::{Line, Lines, Rank, Tally, add, rank_of};
use crate::engine::standing::Standing;
use crate::engine::tree::NONE;

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
            // Orders outside the period have no lines.
            let slice = |place: usize| u8::try_from((orders.order(place as u32).placed_at.nanos() - start) / step).unwrap_or(0);
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
    /// What the lines in these slices keep: the line's place and its amount, ascending by place.
    shared: Vec<(u64, i64)>,
}

impl<'a> Crossing<'a> {
    /// So many sums of slices are held at most by each thread.
    const SUMS: usize = 1 << 20;

    pub(super) fn of(clock: &'a Clock<'a>, lines: &Lines, left: &[i64], own: &[i64]) -> Self {
        let (mut crosses, mut places, mut limits) = (vec![0_u64; own.len().div_ceil(64)], vec![NONE; own.len()], Vec::new());
        for (partner, (left, _)) in left.iter().zip(own).enumerate().filter(|(_, (left, own))| left < own) {
            crosses[partner / 64] |= 1 << (partner % 64);
            if *left > 0 {
                places[partner] = limits.len() as u32;
                limits.push(*left);
            }
        }
        let times = lines.come_from_orders().then(|| clock.slices());
        let most = if times.is_some() { Clock::SLICES } else { 1 };
        let room = (Self::SUMS / limits.len().max(1)).clamp(1, most);
        let shift = Clock::SLICES.ilog2() - room.ilog2();
        let (standing, slices, shared) = (clock.standing, Vec::new(), Vec::new());
        let mut crossing = Self { standing, times, shift, crosses, places, slices, shared };
        let limits = crossing.find_slices(lines, limits, Clock::SLICES >> shift);
        crossing.shared = crossing.share(lines, limits);
        crossing
    }

    /// Finds the slice in which each partner crosses; what is left at its beginning is returned.
    fn find_slices(&mut self, lines: &Lines, mut limits: Vec<i64>, count: usize) -> Vec<i64> {
        let tally = Tally::new(limits.len() * count);
        lines.each(|_, part| {
            let mut sums = tally.table();
            part.lines().for_each(|(_, line)| {
                if let Some(place) = self.place(&line) {
                    add(&mut sums[place * count + self.slice_of(&line)], line.amount);
                }
            });
        });
        let sums = tally.into_sums();
        for (limit, sums) in limits.iter_mut().zip(sums.chunks(count)) {
            let mut slice = 0;
            while let Some(sum) = sums.get(slice).filter(|sum| **sum <= *limit) {
                *limit -= sum;
                slice += 1;
            }
            self.slices.push(slice);
        }
        limits
    }

    /// Shares what is left at the beginning of the slices. Lines of one time are paid in output order.
    fn share(&self, lines: &Lines, mut limits: Vec<i64>) -> Vec<(u64, i64)> {
        let orders = &self.standing.snapshot.orders;
        let inside = lines.each(|start, part| {
            let placed = part.lines().map(|(place, line)| (start + place as u64, line));
            let inside = placed.filter(|(_, line)| self.verdict(line) == Some(Ordering::Equal));
            let rank = |place, line: &Line| rank_of(lines.come_from_orders(), orders, place, line);
            let queued = |(place, line): (u64, Line)| (self.placed_at(&line), rank(place, &line), line.beneficiary, line.amount);
            inside.map(queued).collect::<Vec<_>>()
        });
        let mut queue: Vec<(i64, Rank, u32, i64)> = inside.into_iter().flatten().collect();
        queue.par_sort_unstable();
        let keep = |(_, (_, place), partner, amount): (i64, Rank, u32, i64)| {
            let left = &mut limits[self.places[partner as usize] as usize];
            let keeps = amount.min(*left);
            *left -= keeps;
            (place, keeps)
        };
        let mut shared: Vec<(u64, i64)> = queue.into_iter().map(keep).collect();
        shared.par_sort_unstable();
        shared
    }

    /// What lines in the slices in which limits are crossed keep, from a line on: the line's place and its amount.
    pub(super) fn shared_from(&self, start: u64) -> std::slice::Iter<'_, (u64, i64)> {
        self.shared[self.shared.partition_point(|(place, _)| *place < start)..].iter()
    }

    /// Whether a partner is owed more than is left.
    pub(super) fn crosses(&self, partner: u32) -> bool {
        self.crosses[partner as usize / 64] >> (partner % 64) & 1 == 1
    }

    /// Whether a line lies before, in or after the slice in which its partner crosses the limit; none where the partner does not.
    pub(super) fn verdict(&self, line: &Line) -> Option<Ordering> {
        self.place(line).map(|place| self.slice_of(line).cmp(&self.slices[place]))
    }

    fn place(&self, line: &Line) -> Option<usize> {
        if !self.crosses(line.beneficiary) {
            return None;
        }
        let place = self.places[line.beneficiary as usize];
        (place != NONE).then_some(place as usize)
    }

    fn slice_of(&self, line: &Line) -> usize {
        self.times.map_or(0, |times| usize::from(times[line.from as usize]) >> self.shift)
    }

    fn placed_at(&self, line: &Line) -> i64 {
        if self.times.is_some() { self.standing.snapshot.orders.order(line.from).placed_at.nanos() } else { 0 }
    }
}
