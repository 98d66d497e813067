//! Caps, in their order: a bonus's own right after it, then per partner, then plan-wide (plans.md, section 7).

use std::cmp::Ordering;

use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use crate::domain::amount::Amount;

use super::bonuses::{Line, Lines, Paid, Turn, sum_by_beneficiary};
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
        let sums = |paid: &[Paid]| {
            let lines = paid.iter().map(|paid| &paid.lines);
            sum_by_beneficiary(lines, self.standing.len(), |line| i128::from(line.amount))
        };
        let limit = i128::from(self.amount);
        if sums(paid).iter().all(|owed| *owed <= limit) {
            return;
        }
        // What the bonuses before have left to each partner.
        let mut left = vec![limit; self.standing.len()];
        for (bonus, paid) in (first_bonus..).zip(paid) {
            let own = sums(std::slice::from_ref(paid));
            let crossing = Crossing::of(self.standing, &paid.lines, &left, &own);
            let mut shared = crossing.shared.iter().peekable();
            for (place, line) in (0..).zip(paid.lines.iter_mut()) {
                let partner = line.beneficiary as usize;
                if own[partner] <= left[partner] {
                    continue;
                }
                let before = line.amount;
                line.amount = match crossing.verdict(line) {
                    Some(Ordering::Less) => before,
                    Some(Ordering::Equal) => shared.next_if(|(shared, _)| *shared == place).map_or(0, |(_, amount)| *amount),
                    // Either later, or the bonuses before have left nothing.
                    Some(Ordering::Greater) | None => 0,
                };
                note(self.standing, (self.cap, self.amount), bonus, (line, before), recorder);
            }
            paid.lines.drop_empty();
            left.iter_mut().zip(own).for_each(|(left, own)| *left -= own.min(*left));
        }
    }
}

/// When the partners who cross a limit in a bonus do so.
///
/// Such partners have most of all lines, so the period is cut into slices: lines in slices before the one in which a partner crosses are
/// kept, those in later slices dropped, and only those in that slice are sorted.
struct Crossing<'a> {
    standing: &'a Standing<'a>,
    /// The period's first nanosecond.
    start: i64,
    /// Nanoseconds in a slice.
    step: i64,
    /// Each partner's place among those who cross; [`NONE`] for the others.
    places: Vec<u32>,
    /// By that place: the slice in which the limit is crossed.
    slices: Vec<i64>,
    /// What the lines in these slices keep: the line's place and its amount, ascending by place.
    shared: Vec<(u64, i64)>,
}

impl<'a> Crossing<'a> {
    /// So many sums of slices are held at most.
    const SUMS: usize = 1 << 21;
    const MOST_SLICES: usize = 256;

    fn of(standing: &'a Standing, lines: &Lines, left: &[i128], own: &[i128]) -> Self {
        let (mut places, mut limits) = (vec![NONE; own.len()], Vec::new());
        for (partner, (left, own)) in left.iter().zip(own).enumerate() {
            if *left > 0 && left < own {
                places[partner] = limits.len() as u32;
                limits.push(*left);
            }
        }
        let count = (Self::SUMS / limits.len().max(1)).clamp(1, Self::MOST_SLICES);
        let start = standing.period.start().nanos();
        let span = standing.period.end().nanos() - start;
        let mut crossing = Self { standing, start, step: span / count as i64 + 1, places, slices: Vec::new(), shared: Vec::new() };
        let mut sums = vec![0_i128; limits.len() * count];
        for line in lines.iter() {
            if let Some(place) = crossing.place(line) {
                sums[place * count + crossing.slice_of(line) as usize] += i128::from(line.amount);
            }
        }
        for (limit, sums) in limits.iter_mut().zip(sums.chunks(count)) {
            let mut slice = 0;
            while let Some(sum) = sums.get(slice).filter(|sum| **sum <= *limit) {
                *limit -= sum;
                slice += 1;
            }
            crossing.slices.push(slice as i64);
        }
        crossing.shared = crossing.share(lines, limits);
        crossing
    }

    /// Shares what is left at the beginning of the slices. Lines of one time already stand in the order in which they are paid:
    /// order number, source, level.
    fn share(&self, lines: &Lines, mut limits: Vec<i128>) -> Vec<(u64, i64)> {
        let inside = (0_u64..).zip(lines.iter()).filter(|(_, line)| self.verdict(line) == Some(Ordering::Equal));
        let mut queue: Vec<(i64, u64, u32, i64)> =
            inside.map(|(place, line)| (self.placed_at(line), place, line.beneficiary, line.amount)).collect();
        queue.par_sort_unstable();
        let keep = |(_, place, partner, amount): (i64, u64, u32, i64)| {
            let left = &mut limits[self.places[partner as usize] as usize];
            // At most the line's own amount.
            let keeps = i128::from(amount).min(*left);
            *left -= keeps;
            (place, keeps as i64)
        };
        let mut shared: Vec<(u64, i64)> = queue.into_iter().map(keep).collect();
        shared.par_sort_unstable();
        shared
    }

    /// Whether a line lies before, in or after the slice in which its partner crosses the limit; none where the partner does not.
    fn verdict(&self, line: &Line) -> Option<Ordering> {
        self.place(line).map(|place| self.slice_of(line).cmp(&self.slices[place]))
    }

    fn place(&self, line: &Line) -> Option<usize> {
        let place = self.places[line.beneficiary as usize];
        (place != NONE).then_some(place as usize)
    }

    fn slice_of(&self, line: &Line) -> i64 {
        (self.placed_at(line) - self.start) / self.step
    }

    /// Lines without an order all have the same time.
    fn placed_at(&self, line: &Line) -> i64 {
        match line.order {
            NONE => self.start,
            order => self.standing.snapshot.orders.order(order).placed_at.nanos(),
        }
    }
}

/// Brings the sum of all lines down to a share of the period's CV, by largest remainder.
pub(crate) fn payout<R: Recorder>(standing: &Standing, paid: &mut [Paid], recorder: &mut R) -> Result<(), Refusal> {
    let Some(cap) = standing.plan.payout_cap else { return Ok(()) };
    let sum: i128 = paid.iter().flat_map(|paid| paid.lines.iter()).map(|line| i128::from(line.amount)).sum();
    let owed = u64::try_from(sum).map_err(|_| Refusal::orders(None, "the sum of all lines does not fit 64 bits".to_owned()))?;
    let exact = i128::from(standing.volumes.total_cv) * i128::from(cap.units());
    let payable = exact / power_of_ten(4 + Rate::DIGITS - standing.plan.currency.exponent);
    let Some(payable) = u64::try_from(payable).ok().filter(|payable| *payable < owed) else { return Ok(()) };
    let share = Share::of(paid, payable, owed);
    let mut ties_left = share.ties_paid;
    for (bonus, paid) in paid.iter_mut().enumerate() {
        let ties: Vec<u64> =
            paid.lines.parts().iter().map(|part| part.iter().filter(|line| share.is_tie(line.amount)).count() as u64).collect();
        let quotas: Vec<u64> = ties
            .iter()
            .map(|ties| {
                let quota = ties_left.min(*ties);
                ties_left -= quota;
                quota
            })
            .collect();
        let heard = &*recorder;
        let scale = |(part, mut quota): (&mut Vec<Line>, u64)| {
            let mut fork = heard.fork();
            for line in part {
                let before = line.amount;
                line.amount = share.of_amount(before, &mut quota);
                note(standing, (Cap::Payout, payable as i64), bonus, (line, before), &mut fork);
            }
            fork
        };
        let forks: Vec<R> = paid.lines.parts_mut().zip(quotas.into_par_iter()).map(scale).collect();
        forks.into_iter().for_each(|fork| recorder.join(fork));
        paid.lines.drop_empty();
    }
    Ok(())
}

fn note<R: Recorder>(standing: &Standing, cap: (Cap, i64), bonus: usize, cut: (&Line, i64), recorder: &mut R) {
    let ((cap, limit), (line, before)) = (cap, cut);
    if line.amount == before {
        return;
    }
    let about = About { bonus: Some(bonus), partner: line.beneficiary, order: line.order, source: line.source };
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
    /// Lines with a larger remainder get one minor unit more.
    threshold: u64,
    /// The amounts whose remainder is the threshold, ascending.
    ties: Vec<i64>,
    /// How many lines with such an amount get one minor unit more, in output order.
    ties_paid: u64,
}

impl Share {
    /// A line's remainder depends on its amount alone, so it is enough to look at the distinct amounts.
    fn of(paid: &[Paid], payable: u64, owed: u64) -> Self {
        let mut share = Self { payable, owed, threshold: u64::MAX, ties: Vec::new(), ties_paid: 0 };
        let mut floors = 0;
        let mut remainders: Vec<(u64, i64, u64)> = Vec::new();
        for (amount, count) in distinct_amounts(paid) {
            let (floor, remainder) = share.floor(amount);
            floors += floor * count;
            remainders.push((remainder, amount, count));
        }
        remainders.sort_unstable_by(|left, right| right.cmp(left));
        let mut missing = payable - floors;
        for same in remainders.chunk_by(|left, right| left.0 == right.0) {
            let lines: u64 = same.iter().map(|(.., count)| count).sum();
            share.threshold = same[0].0;
            if missing <= lines {
                share.ties = same.iter().map(|(_, amount, _)| *amount).collect();
                share.ties.sort_unstable();
                share.ties_paid = missing;
                break;
            }
            missing -= lines;
        }
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

    fn is_tie(&self, amount: i64) -> bool {
        self.ties.binary_search(&amount).is_ok()
    }

    fn of_amount(&self, amount: i64, ties: &mut u64) -> i64 {
        let (floor, remainder) = self.floor(amount);
        let extra = if remainder == self.threshold && *ties > 0 {
            *ties -= 1;
            1
        } else {
            u64::from(remainder > self.threshold)
        };
        (floor + extra) as i64
    }
}

/// How often each amount occurs; small ones are counted in a table, one per thread.
fn distinct_amounts(paid: &[Paid]) -> Vec<(i64, u64)> {
    const TABLE: usize = 1 << 18;
    let parts: Vec<&Vec<Line>> = paid.iter().flat_map(|paid| paid.lines.parts()).collect();
    let count = |parts: &[&Vec<Line>]| {
        let (mut small, mut large) = (vec![0_u64; TABLE], Vec::new());
        for line in parts.iter().copied().flatten() {
            match small.get_mut(line.amount as usize) {
                Some(count) => *count += 1,
                None => large.push(line.amount),
            }
        }
        (small, large)
    };
    let per_thread = parts.len().div_ceil(rayon::current_num_threads()).max(1);
    let counts: Vec<(Vec<u64>, Vec<i64>)> = parts.par_chunks(per_thread).map(count).collect();
    let (mut small, mut large) = (vec![0_u64; TABLE], Vec::new());
    for (other, others) in counts {
        small.iter_mut().zip(other).for_each(|(count, more)| *count += more);
        large.extend(others);
    }
    large.sort_unstable();
    let large = large.chunk_by(|left, right| left == right).map(|same| (same[0], same.len() as u64));
    (0..).zip(small).filter(|(_, count)| *count > 0).chain(large).collect()
}

/// The sum of lines in minor units.
pub(crate) fn sum(lines: &Lines) -> i128 {
    lines.iter().map(|line| i128::from(line.amount)).sum()
}
