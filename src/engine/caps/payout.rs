//! The cap on all lines together.

use std::sync::MutexGuard;

use crate::engine::bonuses::{Change, Line, Lines, Paid, Part, Rank, Tally, add, rank_of};
use crate::engine::explain::recorder::Recorder;
use crate::engine::explain::step::Cap;
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::power_of_ten;
use crate::engine::snapshot::Snapshot;
use crate::engine::standing::Standing;

use super::note;

/// Before and behind all lines of a bonus.
const FIRST: Rank = (i64::MIN, u64::MIN);
const LAST: Rank = (i64::MAX, u64::MAX);

/// Brings the sum of all lines down to a share of the period's CV, by largest remainder. Returns what each partner's lines come to then;
/// none where nothing had to be cut.
pub(crate) fn payout<R: Recorder>(standing: &Standing, paid: &mut [Paid], recorder: &mut R) -> Result<Option<Vec<i64>>, Refusal> {
    let Some(cap) = standing.plan.payout_cap else { return Ok(None) };
    let sum: i128 = paid.iter().map(|paid| paid.lines.total()).sum();
    let owed = u64::try_from(sum).map_err(|_| Refusal::orders(None, "the sum of all lines does not fit 64 bits".to_owned()))?;
    let exact = i128::from(standing.volumes.total_cv) * i128::from(cap.units());
    let payable = exact / power_of_ten(4 + Rate::DIGITS - standing.plan.currency.exponent);
    let Some(payable) = u64::try_from(payable).ok().filter(|payable| *payable < owed) else { return Ok(None) };
    let share = Share::of(paid, payable, owed);
    let (mut ties_left, tally) = (share.ties_paid, Tally::new(standing.len()));
    let (snapshot, share) = (&*standing.snapshot, &share);
    for (bonus, paid) in paid.iter_mut().enumerate() {
        // Ties are paid in output order, so the first of them get the missing units, wherever they lie.
        let end = match share.ties[bonus] {
            _ if ties_left == 0 => FIRST,
            ties if ties <= ties_left => LAST,
            _ => share.end_of_ties(&paid.lines, snapshot, ties_left),
        };
        ties_left -= ties_left.min(share.ties[bonus]);
        let ordered = paid.lines.come_from_orders();
        *paid.lines.sums_mut() = Vec::new();
        paid.lines.change(recorder, || Shrinking { share, standing, sums: tally.table(), bonus, ordered, end });
    }
    Ok(Some(tally.into_sums()))
}

/// Lines of a bonus that shrink; what each partner's lines come to is summed up meanwhile.
struct Shrinking<'a> {
    share: &'a Share,
    standing: &'a Standing<'a>,
    sums: MutexGuard<'a, Vec<i64>>,
    bonus: usize,
    /// Whether the bonus's lines come from orders.
    ordered: bool,
    /// Ties before it get one minor unit more.
    end: Rank,
}

impl Change for Shrinking<'_> {
    fn concerns(&mut self, _: u32) -> bool {
        true
    }

    fn lower<R: Recorder>(&mut self, place: u64, line: &Line, recorder: &mut R) -> i64 {
        let (share, bonus, ordered) = (self.share, self.bonus, self.ordered);
        let (amount, is_tie) = share.of_amount(line.amount);
        let amount = amount + i64::from(is_tie && rank_of(ordered, &self.standing.snapshot, place, line) < self.end);
        note(self.standing, (Cap::Payout, share.payable as i64), (bonus, ordered), (line, amount), recorder);
        amount
    }

    fn came_to(&mut self, beneficiary: u32, sum: i64) {
        add(&mut self.sums[beneficiary as usize], sum);
    }
}

/// How lines shrink so that together they come to exactly `payable`.
struct Share {
    payable: u64,
    owed: u64,
    /// Lines with a larger remainder get one minor unit more; those with this remainder are ties.
    threshold: u64,
    /// How many ties get one minor unit more, in output order.
    ties_paid: u64,
    /// How many ties each bonus has.
    ties: Vec<u64>,
    /// What becomes of small amounts, since divisions are slow and most amounts are small.
    small: Vec<(u16, bool)>,
}

impl Share {
    /// Amounts below this are looked up; what becomes of them fits 16 bits, and so the table the processor's cache.
    const SMALL: usize = 1 << 13;

    /// A line's remainder depends on its amount alone, so it is enough to look at the distinct amounts.
    fn of(paid: &[Paid], payable: u64, owed: u64) -> Self {
        let mut share = Self { payable, owed, threshold: u64::MAX, ties_paid: 0, ties: Vec::new(), small: Vec::new() };
        let mut floors = 0;
        let mut remainders: Vec<(u64, u64)> = Vec::new();
        let amounts: Vec<Vec<(i64, u64)>> = paid.iter().map(|paid| distinct_amounts(&paid.lines)).collect();
        for (amount, count) in amounts.iter().flatten().copied() {
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
        let ties = |amounts: &Vec<(i64, u64)>| amounts.iter().filter(|(amount, _)| share.divided(*amount).1).map(|(_, count)| count).sum();
        share.ties = amounts.iter().map(ties).collect();
        share.small = (0..Self::SMALL as i64).map(|amount| share.divided(amount)).map(|(less, is_tie)| (less as u16, is_tie)).collect();
        share
    }

    /// Before which line of a bonus the first `most` of its ties stand in output order; it has more of them.
    fn end_of_ties(&self, lines: &Lines, snapshot: &Snapshot, most: u64) -> Rank {
        const BUCKETS: usize = 1 << 12;
        let ordered = lines.come_from_orders();
        let in_part = |start: u64, part: &Part, heed: &mut dyn FnMut(Rank)| {
            part.of_amounts(|amount| self.of_amount(amount).1)
                .for_each(|(place, line)| heed(rank_of(ordered, snapshot, start + place as u64, &line)));
        };
        // Every line may be a tie, so their ranks are counted in buckets first, and only those in one bucket are gathered.
        let (low, high) = lines.numbers(snapshot).map_or((0, 0), |(low, high)| (i128::from(low), i128::from(high)));
        let bucket = |(number, _): Rank| ((i128::from(number) - low) * BUCKETS as i128 / (high - low + 1)) as usize;
        let tally = Tally::new(BUCKETS);
        lines.each(|start, part| {
            let mut counts = tally.table();
            in_part(start, part, &mut |rank| add(&mut counts[bucket(rank)], 1));
        });
        let (mut before, mut last) = (0, 0);
        for (index, count) in tally.into_sums().into_iter().enumerate() {
            last = index;
            if before + count as u64 > most {
                break;
            }
            before += count as u64;
        }
        let gathered = lines.each(|start, part| {
            let mut ranks = Vec::new();
            in_part(start, part, &mut |rank| {
                if bucket(rank) == last {
                    ranks.push(rank)
                }
            });
            ranks
        });
        let mut ranks: Vec<Rank> = gathered.into_iter().flatten().collect();
        *ranks.select_nth_unstable((most - before) as usize).1
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
        self.small.get(amount as usize).map_or_else(|| self.divided(amount), |(less, is_tie)| (i64::from(*less), *is_tie))
    }

    fn divided(&self, amount: i64) -> (i64, bool) {
        let (floor, remainder) = self.floor(amount);
        ((floor + u64::from(remainder > self.threshold)) as i64, remainder == self.threshold)
    }
}

/// How often each amount occurs; an amount may be named more than once. Small ones are counted in a table, one per thread, which is not
/// larger than is worth it for so few lines.
fn distinct_amounts(lines: &Lines) -> Vec<(i64, u64)> {
    const TABLE: usize = 1 << 16;
    let small = Tally::new(TABLE.min(lines.len()));
    let count = |part: &Part| {
        let mut small = small.table();
        let mut large = Vec::new();
        part.amounts().for_each(|amount| match small.get_mut(amount as usize) {
            Some(count) => *count += 1,
            None => large.push(amount),
        });
        large.sort_unstable();
        large.chunk_by(|left, right| left == right).map(|same| (same[0], same.len() as u64)).collect::<Vec<_>>()
    };
    let large = lines.each(|_, part| count(part)).into_iter().flatten();
    let small = (0..).zip(small.into_sums()).filter(|(_, count)| *count > 0).map(|(amount, count)| (amount, count as u64));
    large.chain(small).collect()
}
