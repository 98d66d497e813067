//! Caps, in their order: a bonus's own right after it, then per partner, then plan-wide (docs/plans.md, section 7).

mod crossing;
mod payout;

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::domain::amount::Amount;

use super::bonuses::{Change, Line, Lines, Paid, Turn, place_of};
use super::decimal::fixed;
use super::explain::recorder::{About, Recorder};
use super::explain::step::{Cap, Step};
use super::rounding::power_of_ten;
use super::standing::Standing;

pub(crate) use crossing::Clock;
use crossing::{Crossing, Waiting, When};
pub(crate) use payout::payout;

/// Partners who are looked at by one thread at a time.
const PARTNERS_AT_ONCE: usize = 1 << 14;

/// Cuts what a partner earns from one bonus.
pub(crate) fn bonus<R: Recorder>(turn: Turn, clock: &Clock, paid: &mut Paid, recorder: &mut R) {
    let Some(cap) = turn.bonus.cap else { return };
    let limit = Limit { cap: Cap::Bonus, amount: in_minor_units(turn.standing, cap), clock };
    limit.cut(std::slice::from_mut(paid), turn.index, recorder);
}

/// Cuts what a partner earns from all bonuses together.
pub(crate) fn partner<R: Recorder>(clock: &Clock, paid: &mut [Paid], recorder: &mut R) {
    let standing = clock.standing;
    let Some(cap) = standing.plan.partner_cap else { return };
    Limit { cap: Cap::Partner, amount: in_minor_units(standing, cap), clock }.cut(paid, 0, recorder);
}

/// A cap finer than the minor unit is rounded down to it (docs/plans.md, Q16).
fn in_minor_units(standing: &Standing, cap: Amount) -> i64 {
    (i128::from(cap.units()) / power_of_ten(4 - standing.plan.currency.exponent)) as i64
}

/// What one partner may earn from some bonuses.
struct Limit<'a> {
    cap: Cap,
    amount: i64,
    clock: &'a Clock<'a>,
}

impl Limit<'_> {
    /// Pays every partner's lines in their order, cuts the one that crosses the limit and drops those after it.
    fn cut<R: Recorder>(&self, paid: &mut [Paid], first_bonus: usize, recorder: &mut R) {
        // What the bonuses before have left to each partner.
        let mut left = vec![self.amount; self.clock.standing.len()];
        for (bonus, paid) in (first_bonus..).zip(paid) {
            let owed = take(paid.lines.sums_mut(), &mut left);
            if !owed.is_empty() {
                self.cut_one(&mut paid.lines, bonus, &owed, recorder);
            }
        }
    }

    fn cut_one<R: Recorder>(&self, lines: &mut Lines, bonus: usize, owed: &[Owed], recorder: &mut R) {
        let crossing = Crossing::of(self.clock, lines, owed);
        let (ordered, waiting) = (lines.come_from_orders(), Mutex::default());
        let cut = Cut { limit: self, bonus, ordered };
        lines.change(recorder, || Cutting { cut, crossing: &crossing, waiting: &waiting, crosses: When::Never });
        let shared = crossing.share(waiting.into_inner().unwrap_or_else(PoisonError::into_inner));
        lines.lower(shared.inspect(|(_, line, amount)| cut.note(line, *amount, recorder)));
    }
}

/// Who is owed more than is left, and how much that is; a sum that does not fit lies above every limit.
type Owed = (u32, i64);

/// Takes what everybody earns from what is left to them, and brings it down to that; gives those who are owed more, ascending.
fn take(own: &mut [i64], left: &mut [i64]) -> Vec<Owed> {
    let share = |(share, (own, left)): (usize, (&mut [i64], &mut [i64]))| {
        let mut owed = Vec::new();
        for ((partner, own), left) in (share * PARTNERS_AT_ONCE..).zip(own).zip(left) {
            if own > left {
                owed.push((partner as u32, *left));
                *own = *left;
            }
            *left -= *own;
        }
        owed
    };
    let shares = own.par_chunks_mut(PARTNERS_AT_ONCE).zip(left.par_chunks_mut(PARTNERS_AT_ONCE)).enumerate();
    shares.map(share).collect::<Vec<_>>().concat()
}

/// A limit on the lines of one bonus.
#[derive(Clone, Copy)]
struct Cut<'a> {
    limit: &'a Limit<'a>,
    bonus: usize,
    /// Whether the bonus's lines come from orders.
    ordered: bool,
}

impl Cut<'_> {
    fn note<R: Recorder>(&self, line: &Line, amount: i64, recorder: &mut R) {
        let Limit { cap, amount: limit, clock } = self.limit;
        note(clock.standing, (*cap, *limit), (self.bonus, self.ordered), (line, amount), recorder);
    }
}

/// Lines that are cut; those that lie where their partner crosses the limit are put aside, to be paid in their order.
struct Cutting<'a> {
    cut: Cut<'a>,
    crossing: &'a Crossing<'a>,
    waiting: &'a Mutex<Vec<Waiting>>,
    /// When the partner whose lines these are crosses the limit.
    crosses: When,
}

impl Change for Cutting<'_> {
    fn concerns(&mut self, beneficiary: u32) -> bool {
        self.crosses = self.crossing.when(beneficiary);
        self.crosses != When::Never
    }

    fn lower<R: Recorder>(&mut self, place: u64, line: &Line, recorder: &mut R) -> i64 {
        let amount = match self.crossing.compare(line, self.crosses) {
            Ordering::Less => line.amount,
            Ordering::Equal => {
                let waiting = self.crossing.waiting(self.cut.ordered, place, line);
                self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
                line.amount
            }
            Ordering::Greater => 0,
        };
        self.cut.note(line, amount, recorder);
        amount
    }

    fn came_to(&mut self, _: u32, _: i64) {}
}

fn note<R: Recorder>(standing: &Standing, cap: (Cap, i64), of: (usize, bool), cut: (&Line, i64), recorder: &mut R) {
    let ((cap, limit), (bonus, ordered), (line, after)) = (cap, of, cut);
    if line.amount == after {
        return;
    }
    let (order, source) = place_of(ordered, line);
    let about = About { bonus: Some(bonus), partner: line.beneficiary, order, source };
    let amount = |minor: i64| fixed(i128::from(minor), standing.plan.currency.exponent);
    recorder.note(about, || Step::Capped {
        cap,
        limit: amount(limit),
        level: line.level,
        before: amount(line.amount),
        after: amount(after),
    });
}
