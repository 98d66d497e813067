//! Binary: what both placement legs have in common is matched, paid and taken from both (docs/plans.md, section 6).

use std::borrow::Cow;

use crate::domain::amount::Amount;
use crate::engine::decimal::{Exact, plain};
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{CarryCut, Formula, Step, Whole};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::{Rounding, power_of_ten};
use crate::engine::standing::Standing;
use crate::engine::tree::placement::{Leg, PlacementTree};
use crate::engine::volume::LegVolumes;

use super::walk::by_place;
use super::{Award, Book, Lines, Origin, Paid, Sheet, Turn};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// How much is matched and what it pays.
    pub method: Method,
    /// Whether a personally sponsored active partner must stand in each leg.
    pub requires_legs: bool,
    /// What becomes of the volume of who does not qualify.
    pub on_unqualified: Unqualified,
    /// Whether what is left goes into the next period.
    pub carries: bool,
    /// The most that each leg carries out.
    pub max_carry: Option<Amount>,
}

/// How much is matched and what it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// The smaller leg, times a rate.
    WeakLeg {
        /// Only whole multiples are matched.
        unit: Option<Amount>,
        /// By rank.
        rates: Vec<Rate>,
    },
    /// The smaller leg, times a rate, times smaller by larger leg.
    Ratio {
        /// By rank.
        rates: Vec<Rate>,
    },
    /// A fixed amount for each time that one leg gives `strong` and the other `weak`.
    Cycle {
        /// Taken from the larger leg.
        strong: Amount,
        /// Taken from the smaller leg.
        weak: Amount,
        /// Paid per cycle.
        amount: Amount,
    },
}

/// What becomes of the volume of who does not qualify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unqualified {
    /// All of it stays.
    Keep,
    /// What would have matched is lost.
    Consume,
    /// All of it is lost.
    Flush,
}

/// Digits of the quotient of the ratio method (docs/plans.md, Q8).
const QUOTIENT_DIGITS: u32 = 12;

/// What a partner's legs come to.
struct Match {
    /// Matched volume, or the number of cycles, in counts of 1/10000.
    base: i64,
    /// What both legs have, before it is brought down to whole multiples.
    common: i64,
    /// Smaller by larger leg, of the ratio method.
    quotient: Option<i128>,
    /// Left and right after the match.
    rest: [i64; 2],
}

impl Binary {
    pub(super) fn rate_digits(&self) -> u32 {
        if matches!(self.method, Method::Cycle { .. }) { 4 } else { Rate::DIGITS }
    }

    pub(super) fn pay<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Result<Paid, Refusal> {
        let standing = turn.standing;
        let Some(placement) = &standing.placement else { return Ok(Paid::default()) };
        let filtered = self.filtered_legs(turn, placement)?;
        let Some(volumes) = filtered.as_ref().or(standing.volumes.legs.as_ref()) else { return Ok(Paid::default()) };
        let rates = match &self.method {
            Method::WeakLeg { rates, .. } | Method::Ratio { rates } => rates.iter().map(|rate| rate.units()).collect(),
            Method::Cycle { amount, .. } => vec![amount.units()],
        };
        let book = Book::of(rates, standing.len());
        if self.requires_legs {
            placement.know_subtrees();
        }
        let settle = |partners: &[u32], recorder: &mut R| {
            let (count, mut sheet) = (partners.len(), Sheet::new(&book));
            let (mut bases, mut carry) = (Vec::with_capacity(count), Vec::with_capacity(count));
            for &partner in partners {
                let volume = [Leg::Left, Leg::Right].map(|leg| volumes.leg(placement, partner, leg));
                let total = self.with_carry(turn, partner, volume, recorder)?;
                let matched = self.matched(total);
                let (base, left_over) = if self.qualifies(turn, placement, partner, recorder) {
                    let award = self.award(turn, partner, &matched)?;
                    self.note_matched(turn, partner, &matched, recorder);
                    turn.earn(&award, || self.formula(&matched), &mut sheet, recorder)?;
                    (award.base.units as i64, matched.rest)
                } else {
                    (0, self.unqualified(turn, partner, total, matched.rest, recorder))
                };
                bases.push(base);
                carry.push(self.carried(turn, partner, left_over, recorder));
            }
            Ok((sheet.close(), bases, carry))
        };
        let (mut lines, mut bases, mut carry) = (Vec::new(), Vec::with_capacity(standing.len()), Vec::with_capacity(standing.len()));
        for (more, base, out) in by_place(standing, recorder, settle)? {
            lines.push(more);
            bases.extend(base);
            carry.extend(out);
        }
        Ok(Paid { lines: Lines::new(lines, book, Origin::Partners(bases)), carry: Some(carry), ..Paid::default() })
    }

    /// Qualified: eligible, and with a personally sponsored active partner in each leg where that is asked.
    fn qualifies<R: Recorder>(&self, turn: Turn, placement: &PlacementTree, partner: u32, recorder: &mut R) -> bool {
        let about = About::partner(turn.index, partner);
        if turn.standing.eligibility(turn.bonus, partner).is_err() {
            recorder.note(about, || turn.ineligible(partner, None, None));
            return false;
        }
        let in_legs = if self.requires_legs { referrals_in_legs(turn, placement, partner) } else { [true; 2] };
        for leg in [Leg::Left, Leg::Right].into_iter().filter(|leg| !in_legs[*leg as usize]) {
            recorder.note(about, || Step::NoActiveReferral { leg });
        }
        in_legs == [true; 2]
    }

    /// What is left to somebody who does not qualify.
    fn unqualified<R: Recorder>(&self, turn: Turn, partner: u32, total: [i64; 2], rest: [i64; 2], recorder: &mut R) -> [i64; 2] {
        let policy = self.on_unqualified;
        recorder.note(About::partner(turn.index, partner), || Step::Unqualified { policy: policy.name() });
        match policy {
            Unqualified::Keep => total,
            Unqualified::Consume => rest,
            Unqualified::Flush => [0; 2],
        }
    }

    /// Leg volumes of the orders that the bonus sees, where these are not all (docs/plans.md, Q9).
    fn filtered_legs(&self, turn: Turn, placement: &PlacementTree) -> Result<Option<LegVolumes>, Refusal> {
        let [_, cv] = turn.personal()?;
        match cv {
            Cow::Borrowed(_) => Ok(None),
            Cow::Owned(cv) => LegVolumes::of(placement, &cv, &turn.standing.snapshot).map(Some),
        }
    }

    fn with_carry<R: Recorder>(&self, turn: Turn, partner: u32, volume: [i64; 2], recorder: &mut R) -> Result<[i64; 2], Refusal> {
        let carry = turn.standing.snapshot.network.carry(partner).map(Amount::units);
        let [left, right] = [0, 1].map(|leg| volume[leg].checked_add(carry[leg]));
        let (Some(left), Some(right)) = (left, right) else { return Err(too_large(turn, partner)) };
        recorder.note(About::partner(turn.index, partner), || {
            let [left, right, carry_left, carry_right] =
                [volume[0], volume[1], carry[0], carry[1]].map(|units| plain(i128::from(units), 4));
            Step::Legs { left, right, carry_left, carry_right }
        });
        Ok([left, right])
    }

    /// What the legs have in common, and what is left of them.
    fn matched(&self, legs: [i64; 2]) -> Match {
        let (common, larger) = (legs[0].min(legs[1]), legs[0].max(legs[1]));
        match &self.method {
            Method::WeakLeg { unit, .. } => {
                let base = unit.map_or(common, |unit| common - common % unit.units());
                Match { base, common, quotient: None, rest: legs.map(|leg| leg - base) }
            }
            Method::Ratio { .. } => {
                let quotient = if larger == 0 {
                    0
                } else {
                    Rounding::HalfEven.divide(i128::from(common) * power_of_ten(QUOTIENT_DIGITS), i128::from(larger))
                };
                Match { base: common, common, quotient: Some(quotient), rest: legs.map(|leg| leg - common) }
            }
            Method::Cycle { strong, weak, .. } => {
                let (cycles, rest) = cycles(legs, strong.units(), weak.units());
                Match { base: cycles, common, quotient: None, rest }
            }
        }
    }

    fn award(&self, turn: Turn, partner: u32, matched: &Match) -> Result<Award, Refusal> {
        let rank = usize::from(turn.standing.ranks.paid[partner as usize]);
        let (base, rate) = match &self.method {
            Method::WeakLeg { rates, .. } | Method::Ratio { rates } => (matched.base, rates[rank].units()),
            Method::Cycle { amount, .. } => {
                let base = matched.base.checked_mul(Amount::SCALE).ok_or_else(|| too_large(turn, partner))?;
                (base, amount.units())
            }
        };
        let product = i128::from(base) * i128::from(rate);
        let units =
            matched.quotient.map_or(Some(product), |quotient| product.checked_mul(quotient)).ok_or_else(|| too_large(turn, partner))?;
        let digits = 4 + self.rate_digits() + matched.quotient.map_or(0, |_| QUOTIENT_DIGITS);
        let amount = turn.standing.minor(digits).round(units).ok_or_else(|| too_large(turn, partner))?;
        Ok(Award {
            about: About::partner(turn.index, partner),
            level: 0,
            base: Exact { units: i128::from(base), digits: 4 },
            rate,
            exact: Some(Exact { units, digits }),
            amount,
        })
    }

    fn formula(&self, matched: &Match) -> Formula {
        match matched.quotient {
            Some(quotient) => Formula::Ratio { quotient: plain(quotient, QUOTIENT_DIGITS) },
            None => Formula::Product,
        }
    }

    fn carried<R: Recorder>(&self, turn: Turn, partner: u32, rest: [i64; 2], recorder: &mut R) -> [i64; 2] {
        let most = if self.carries { self.max_carry.map_or(i64::MAX, Amount::units) } else { 0 };
        let out = rest.map(|leg| leg.min(most));
        recorder.note(About::partner(turn.index, partner), || {
            let text = |volume: i64| plain(i128::from(volume), 4);
            let cut = (out != rest).then(|| {
                let [left, right] = [0, 1].map(|leg| text(rest[leg] - out[leg]));
                CarryCut { left, right, max_carry: self.carries.then(|| text(most)) }
            });
            Step::Carried { left: text(out[0]), right: text(out[1]), cut }
        });
        out
    }

    fn note_matched<R: Recorder>(&self, turn: Turn, partner: u32, matched: &Match, recorder: &mut R) {
        let cycles = matches!(self.method, Method::Cycle { .. });
        let unit = if let Method::WeakLeg { unit, .. } = self.method { unit } else { None };
        let text = |volume: i64| plain(i128::from(volume), 4);
        recorder.note(About::partner(turn.index, partner), || Step::Matched {
            method: self.method.name(),
            matched: if cycles { String::new() } else { text(matched.base) },
            whole: unit.map(|unit| Whole { unit: unit.to_string(), common: text(matched.common) }),
            quotient: matched.quotient.map(|quotient| plain(quotient, QUOTIENT_DIGITS)),
            cycles: cycles.then(|| matched.base.to_string()),
        });
    }
}

impl Method {
    fn name(&self) -> &'static str {
        match self {
            Self::WeakLeg { .. } => "weak_leg",
            Self::Ratio { .. } => "ratio",
            Self::Cycle { .. } => "cycle",
        }
    }
}

impl Unqualified {
    /// The word in plans.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Consume => "consume",
            Self::Flush => "flush",
        }
    }
}

/// What a partner's legs come to leaves the range of numbers: by the carry, where there is some, as orders alone have been summed before.
fn too_large(turn: Turn, partner: u32) -> Refusal {
    let network = &turn.standing.snapshot.network;
    let carry = network.carry(partner);
    if carry == [Amount::ZERO; 2] {
        return turn.too_large(partner);
    }
    let ([left, right], number, code) = (carry, network.number(partner), &turn.bonus.code);
    let cause = format!(
        "partner {number}: with the carry of {left} on the left and {right} on the right, what bonus {code} computes does not fit 64 bits"
    );
    Refusal::network(network.line(partner), cause)
}

/// In which placement legs a partner has a personally sponsored active partner.
fn referrals_in_legs(turn: Turn, placement: &PlacementTree, partner: u32) -> [bool; 2] {
    let Standing { snapshot, volumes, .. } = turn.standing;
    let mut in_legs = [false; 2];
    for recruit in snapshot.network.recruits(partner).filter(|recruit| volumes.active[*recruit as usize]) {
        if let Some(leg) = placement.leg_of(partner, recruit) {
            in_legs[leg as usize] = true;
        }
        if in_legs == [true; 2] {
            break;
        }
    }
    in_legs
}

/// How many cycles the legs give, and what is left. Before each cycle the sides are weighed anew; equal: left counts as the larger.
///
/// Cycles are taken in runs, since there may be more of them than can be counted one by one.
fn cycles(mut legs: [i64; 2], strong: i64, weak: i64) -> (i64, [i64; 2]) {
    let mut cycles = 0;
    loop {
        let larger = usize::from(legs[1] > legs[0]);
        let (large, small) = (legs[larger], legs[1 - larger]);
        let possible = (large / strong).min(small / weak);
        if possible == 0 {
            return (cycles, legs);
        }
        let gap_shrinks_by = strong - weak;
        let gap = large - small;
        let both = strong.saturating_add(weak);
        if gap_shrinks_by <= 0 || gap / gap_shrinks_by > 0 {
            // As long as the gap lasts, the larger side stays the larger one.
            let run = if gap_shrinks_by <= 0 { possible } else { possible.min(gap / gap_shrinks_by) };
            legs[larger] -= run * strong;
            legs[1 - larger] -= run * weak;
            cycles += run;
        } else if small / both > 0 {
            // The sides take turns: two cycles take the same from both.
            let pairs = small / both;
            legs = legs.map(|leg| leg - pairs * both);
            cycles += 2 * pairs;
        } else {
            legs[larger] -= strong;
            legs[1 - larger] -= weak;
            cycles += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cycles;

    fn one_by_one(mut legs: [i64; 2], strong: i64, weak: i64) -> (i64, [i64; 2]) {
        let mut cycles = 0;
        loop {
            let larger = usize::from(legs[1] > legs[0]);
            if legs[larger] < strong || legs[1 - larger] < weak {
                return (cycles, legs);
            }
            legs[larger] -= strong;
            legs[1 - larger] -= weak;
            cycles += 1;
        }
    }

    #[test]
    fn cycles_in_runs_are_the_cycles_one_by_one() {
        assert_eq!(cycles([300, 300], 200, 100), (2, [0, 0]));
        assert_eq!(cycles([500, 400], 200, 100), (3, [0, 0]));
        for (strong, weak) in [(2, 1), (1, 1), (1, 2), (3, 2), (5, 1), (7, 3)] {
            for left in 0..60 {
                for right in 0..60 {
                    let legs = [left, right];
                    assert_eq!(cycles(legs, strong, weak), one_by_one(legs, strong, weak), "{legs:?} {strong} {weak}");
                }
            }
        }
        assert_eq!(cycles([i64::MAX, i64::MAX], 1, 1).0, i64::MAX);
    }
}
