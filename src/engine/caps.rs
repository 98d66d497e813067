//! Caps, in their order: a bonus's own right after it, then per partner, then plan-wide (plans.md, section 7).

use std::cmp::Ordering;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut;

use crate::domain::amount::Amount;

use super::bonuses::{Line, Lines, Paid, Turn, by_thread, sum_by_beneficiary};
use super::decimal::fixed;
use super::explain::recorder::{About, Recorder};
use super::explain::step::{Cap, Step};
use super::plan::Rate;
use super::refusal::Refusal;
use super::rounding::power_of_ten;
use super::standing::Standing;
use super::tree::NONE;

/// Cuts what a partner earns from one bonus.
pub(crate) fn bonus<R: Recorder>(turn: Turn, paid: &mut Paid, recorder: &mut R) {
    let Some(cap) = turn.bonus.cap else { return };
    let limit = Limit { cap: Cap::Bonus, amount: in_minor_units(turn.standing, cap), standing: turn.standing };
    limit.cut(std::slice::from_mut(paid), turn.index, recorder);
}

/// Cuts what a partner earns from all bonuses together.
pub(crate) fn partner<R: Recorder>(standing: &Standing, paid: &mut [Paid], recorder: &mut R) {
    let Some(cap) = standing.plan.partner_cap else { return };
    let limit = Limit { cap: Cap::Partner, amount: in_minor_units(standing, cap), standing };
    limit.cut(paid, 0, recorder);
}

/// A cap finer than the minor unit is rounded down to it (plans.md, Q16).
fn in_minor_units(standing: &Standing, cap: Amount) -> i64 {
    (i128::from(cap.units()) / power_of_ten(4 - standing.plan.currency.exponent)) as i64
}

/// What one partner may earn from some bonuses.
struct Limit<'a> {
    cap: Cap,
    amount: i64,
    standing: &'a Standing<'a>,
}

impl Limit<'_> {
    /// Pays every partner's lines in their order, cuts the one that crosses the limit and drops those after it.
    fn cut<R: Recorder>(&self, paid: &mut [Paid], first_bonus: usize, recorder: &mut R) {
        // What the bonuses before have left to each partner. A sum that does not fit lies above every limit.
        let mut left = vec![self.amount; self.standing.len()];
        let mut clock = None;
        for (bonus, paid) in (first_bonus..).zip(paid) {
            let own = sum_by_beneficiary([&paid.lines].into_iter(), self.standing.len(), |line| line.amount);
            if own.iter().zip(&left).any(|(own, left)| own > left) {
                let clock = clock.get_or_insert_with(|| Clock::of(self.standing));
                self.cut_one(&mut paid.lines, bonus, clock, (&left, &own), recorder);
            }
            left.iter_mut().zip(own).for_each(|(left, own)| *left -= own.min(*left));
        }
    }

    fn cut_one<R: Recorder>(&self, lines: &mut Lines, bonus: usize, clock: &Clock, (left, own): (&[i64], &[i64]), recorder: &mut R) {
        let crossing = Crossing::of(self.standing, clock, lines, left, own);
        lines.change(recorder, |start, part, recorder| {
            let first = crossing.shared.partition_point(|(place, _)| *place < start);
            let mut shared = crossing.shared[first..].iter().peekable();
            for (place, line) in (start..).zip(part) {
                if !crossing.crosses(line.beneficiary) {
                    continue;
                }
                let before = line.amount;
                line.amount = match crossing.verdict(line) {
                    Some(Ordering::Less) => before,
                    Some(Ordering::Equal) => shared.next_if(|(shared, _)| *shared == place).map_or(0, |(_, amount)| *amount),
                    // Either later, or the bonuses before have left nothing.
                    Some(Ordering::Greater) | None => 0,
                };
                note(self.standing, (self.cap, self.amount), (bonus, crossing.ordered), (line, before), recorder);
            }
        });
    }
}

/// In which of [`Clock::SLICES`] slices of the period each order was placed: one byte instead of a look at the order.
struct Clock(Vec<u8>);

impl Clock {
    const SLICES: usize = 256;

    fn of(standing: &Standing) -> Self {
        let start = standing.period.start().nanos();
        let step = (standing.period.end().nanos() - start) / Self::SLICES as i64 + 1;
        let slice = |place: usize| {
            let placed_at = standing.snapshot.orders.order(place as u32).placed_at.nanos();
            // Orders outside the period have no lines.
            u8::try_from((placed_at - start) / step).unwrap_or(0)
        };
        Self((0..standing.snapshot.orders.len()).into_par_iter().map(slice).collect())
    }
}

/// When the partners who cross a limit in a bonus do so.
///
/// Such partners have most of all lines, so the period is cut into slices: lines in slices before the one in which a partner crosses are
/// kept, those in later slices dropped, and only those in that slice are sorted.
struct Crossing<'a> {
    standing: &'a Standing<'a>,
    /// Whether the lines come from orders.
    ordered: bool,
    clock: &'a Clock,
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

    fn of(standing: &'a Standing, clock: &'a Clock, lines: &Lines, left: &[i64], own: &[i64]) -> Self {
        let (mut crosses, mut places, mut limits) = (vec![0_u64; own.len().div_ceil(64)], vec![NONE; own.len()], Vec::new());
        for (partner, (left, _)) in left.iter().zip(own).enumerate().filter(|(_, (left, own))| left < own) {
            crosses[partner / 64] |= 1 << (partner % 64);
            if *left > 0 {
                places[partner] = limits.len() as u32;
                limits.push(*left);
            }
        }
        let room = (Self::SUMS / limits.len().max(1)).clamp(1, Clock::SLICES);
        let shift = Clock::SLICES.ilog2() - room.ilog2();
        let (slices, shared, ordered) = (Vec::new(), Vec::new(), lines.come_from_orders());
        let mut crossing = Self { standing, ordered, clock, shift, crosses, places, slices, shared };
        let limits = crossing.find_slices(lines, limits, Clock::SLICES >> shift);
        crossing.shared = crossing.share(lines, limits);
        crossing
    }

    /// Finds the slice in which each partner crosses; what is left at its beginning is returned.
    fn find_slices(&mut self, lines: &Lines, mut limits: Vec<i64>, count: usize) -> Vec<i64> {
        let sum = |parts: &[&[Line]]| {
            let mut sums = vec![0_i64; limits.len() * count];
            for line in parts.iter().copied().flatten() {
                if let Some(place) = self.place(line) {
                    let sum = &mut sums[place * count + self.slice_of(line)];
                    *sum = sum.saturating_add(line.amount);
                }
            }
            sums
        };
        let add = |mut all: Vec<i64>, more: Vec<i64>| {
            all.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.saturating_add(more));
            all
        };
        let sums = by_thread([lines].into_iter(), sum).into_iter().reduce(add).unwrap_or_default();
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

    /// Shares what is left at the beginning of the slices. Lines of one time already stand in the order in which they are paid:
    /// order number, source, level.
    fn share(&self, lines: &Lines, mut limits: Vec<i64>) -> Vec<(u64, i64)> {
        let inside = lines.select(|line| self.verdict(line) == Some(Ordering::Equal));
        let mut queue: Vec<(i64, u64, u32, i64)> =
            inside.into_iter().map(|(place, line)| (self.placed_at(&line), place, line.beneficiary, line.amount)).collect();
        queue.par_sort_unstable();
        let keep = |(_, place, partner, amount): (i64, u64, u32, i64)| {
            let left = &mut limits[self.places[partner as usize] as usize];
            let keeps = amount.min(*left);
            *left -= keeps;
            (place, keeps)
        };
        let mut shared: Vec<(u64, i64)> = queue.into_iter().map(keep).collect();
        shared.par_sort_unstable();
        shared
    }

    /// Whether a partner is owed more than is left.
    fn crosses(&self, partner: u32) -> bool {
        self.crosses[partner as usize / 64] >> (partner % 64) & 1 == 1
    }

    /// Whether a line lies before, in or after the slice in which its partner crosses the limit; none where the partner does not.
    fn verdict(&self, line: &Line) -> Option<Ordering> {
        self.place(line).map(|place| self.slice_of(line).cmp(&self.slices[place]))
    }

    fn place(&self, line: &Line) -> Option<usize> {
        if !self.crosses(line.beneficiary) {
            return None;
        }
        let place = self.places[line.beneficiary as usize];
        (place != NONE).then_some(place as usize)
    }

    /// Lines without an order all have the same time.
    fn slice_of(&self, line: &Line) -> usize {
        if self.ordered { usize::from(self.clock.0[line.from as usize]) >> self.shift } else { 0 }
    }

    fn placed_at(&self, line: &Line) -> i64 {
        if self.ordered { self.standing.snapshot.orders.order(line.from).placed_at.nanos() } else { 0 }
    }
}

/// Brings the sum of all lines down to a share of the period's CV, by largest remainder.
pub(crate) fn payout<R: Recorder>(standing: &Standing, paid: &mut [Paid], recorder: &mut R) -> Result<(), Refusal> {
    let Some(cap) = standing.plan.payout_cap else { return Ok(()) };
    let sum: i128 = paid.iter().map(|paid| paid.lines.total()).sum();
    let owed = u64::try_from(sum).map_err(|_| Refusal::orders(None, "the sum of all lines does not fit 64 bits".to_owned()))?;
    let exact = i128::from(standing.volumes.total_cv) * i128::from(cap.units());
    let payable = exact / power_of_ten(4 + Rate::DIGITS - standing.plan.currency.exponent);
    let Some(payable) = u64::try_from(payable).ok().filter(|payable| *payable < owed) else { return Ok(()) };
    let share = Share::of(paid, payable, owed);
    let mut ties_left = share.ties_paid;
    for (bonus, paid) in paid.iter_mut().enumerate() {
        // Ties are paid in output order, so the first of them get the missing units, wherever they lie.
        let ties = if ties_left > 0 { paid.lines.select(|line| share.of_amount(line.amount).1) } else { Vec::new() };
        let paid_ties = ties_left.min(ties.len() as u64);
        ties_left -= paid_ties;
        let end = ties.get(paid_ties as usize).map_or(u64::MAX, |(place, _)| *place);
        let gets_more = |place: u64| paid_ties > 0 && place < end;
        let ordered = paid.lines.come_from_orders();
        paid.lines.change(recorder, |start, part, recorder| {
            for (place, line) in (start..).zip(part) {
                let before = line.amount;
                let (amount, is_tie) = share.of_amount(before);
                line.amount = amount + i64::from(is_tie && gets_more(place));
                note(standing, (Cap::Payout, payable as i64), (bonus, ordered), (line, before), recorder);
            }
        });
    }
    Ok(())
}

fn note<R: Recorder>(standing: &Standing, cap: (Cap, i64), of: (usize, bool), cut: (&Line, i64), recorder: &mut R) {
    let ((cap, limit), (bonus, ordered), (line, before)) = (cap, of, cut);
    if line.amount == before {
        return;
    }
    let (order, source) = if ordered { (line.from, NONE) } else { (NONE, line.from) };
    let about = About { bonus: Some(bonus), partner: line.beneficiary, order, source };
    let amount = |minor: i64| fixed(i128::from(minor), standing.plan.currency.exponent);
    recorder.note(about, || Step::Capped {
        cap,
        limit: amount(limit),
        level: line.level,
        before: amount(before),
        after: amount(line.amount),
    });
}

/// How lines shrink so that together they come to exactly `payable`.
struct Share {
    payable: u64,
    owed: u64,
    /// Lines with a larger remainder get one minor unit more; those with this remainder are ties.
    threshold: u64,
    /// How many ties get one minor unit more, in output order.
    ties_paid: u64,
    /// What becomes of small amounts, since divisions are slow and most amounts are small.
    small: Vec<(i64, bool)>,
}

impl Share {
    /// Amounts below this are looked up; the table stays in the processor's cache.
    const SMALL: usize = 1 << 13;

    /// A line's remainder depends on its amount alone, so it is enough to look at the distinct amounts.
    fn of(paid: &[Paid], payable: u64, owed: u64) -> Self {
        let mut share = Self { payable, owed, threshold: u64::MAX, ties_paid: 0, small: Vec::new() };
        let mut floors = 0;
        let mut remainders: Vec<(u64, u64)> = Vec::new();
        for (amount, count) in distinct_amounts(paid) {
            let (floor, remainder) = share.floor(amount);
            floors += floor * count;
            remainders.push((remainder, count));
        }
        remainders.sort_unstable_by(|left, right| right.cmp(left));
        let mut missing = payable - floors;
        for same in remainders.chunk_by(|left, right| left.0 == right.0) {
            let lines: u64 = same.iter().map(|(_, count)| count).sum();
            share.threshold = same[0].0;
            if missing <= lines {
                share.ties_paid = missing;
                break;
            }
            missing -= lines;
        }
        share.small = (0..Self::SMALL as i64).map(|amount| share.divided(amount)).collect();
        share
    }

    fn floor(&self, amount: i64) -> (u64, u64) {
        let amount = amount.unsigned_abs();
        if let Some(product) = amount.checked_mul(self.payable) {
            return (product / self.owed, product % self.owed);
        }
        let (product, owed) = (u128::from(amount) * u128::from(self.payable), u128::from(self.owed));
        // Both fit: the quotient is at most `payable`, the remainder below `owed`.
        ((product / owed) as u64, (product % owed) as u64)
    }

    /// What an amount becomes, and whether it is a tie, which may get one minor unit more.
    fn of_amount(&self, amount: i64) -> (i64, bool) {
        self.small.get(amount as usize).copied().unwrap_or_else(|| self.divided(amount))
    }

    fn divided(&self, amount: i64) -> (i64, bool) {
        let (floor, remainder) = self.floor(amount);
        ((floor + u64::from(remainder > self.threshold)) as i64, remainder == self.threshold)
    }
}

/// How often each amount occurs; small ones are counted in a table, one per thread.
fn distinct_amounts(paid: &[Paid]) -> Vec<(i64, u64)> {
    const TABLE: usize = 1 << 18;
    let count = |parts: &[&[Line]]| {
        let (mut small, mut large) = (vec![0_u64; TABLE], Vec::new());
        for line in parts.iter().copied().flatten() {
            match small.get_mut(line.amount as usize) {
                Some(count) => *count += 1,
                None => large.push(line.amount),
            }
        }
        (small, large)
    };
    let (mut small, mut large) = (vec![0_u64; TABLE], Vec::new());
    for (other, others) in by_thread(paid.iter().map(|paid| &paid.lines), count) {
        small.iter_mut().zip(other).for_each(|(count, more)| *count += more);
        large.extend(others);
    }
    large.sort_unstable();
    let large = large.chunk_by(|left, right| left == right).map(|same| (same[0], same.len() as u64));
    (0..).zip(small).filter(|(_, count)| *count > 0).chain(large).collect()
}
