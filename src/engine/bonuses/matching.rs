//! Matching: a share in what the partners below earn from other bonuses (plans.md, section 6).

use crate::engine::decimal::{Exact, plain};
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Effect, Formula, Step};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::power_of_ten;
use crate::engine::tree::NONE;

use super::walk::{Node, in_parts};
use super::{Award, Lines, Origin, Paid, Rates, Sheet, Turn, sum_by_beneficiary};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// The bonuses that are matched, by their place in the plan; all of them stand above.
    pub of: Vec<usize>,
    /// Rates from level 1 upwards.
    pub rates: Vec<Rate>,
    /// Whether partners who are not eligible are passed over instead of using up a level.
    pub skips_inactive: bool,
}

impl Matching {
    pub(super) fn pay<R: Recorder>(&self, turn: Turn, above: &[Paid], recorder: &mut R) -> Result<Lines, Refusal> {
        let standing = turn.standing;
        let matched = self.of.iter().map(|index| &above[*index].lines);
        let earned = sum_by_beneficiary(matched, standing.len(), |line| line.amount);
        let scale = power_of_ten(4 - standing.plan.currency.exponent) as i64;
        // A sum that did not fit is refused when it is walked.
        let bases: Vec<i64> = earned.iter().map(|sum| sum.saturating_mul(scale)).collect();
        let (nodes, rates) =
            (turn.nodes(&standing.snapshot.network.sponsors), Rates::of(self.rates.iter().map(|rate| rate.units()).collect()));
        let match_all = |range: std::ops::Range<usize>, recorder: &mut R| {
            let mut sheet = Sheet::new(&rates);
            for earner in range.filter(|earner| bases[*earner] > 0) {
                if bases[earner] == i64::MAX {
                    return Err(turn.too_large(earner as u32));
                }
                self.walk(turn, &nodes, (earner as u32, bases[earner]), &mut sheet, recorder)?;
            }
            Ok(sheet.lines)
        };
        let lines = in_parts(standing.len(), recorder, match_all)?;
        Ok(Lines::new(lines, rates, Origin::Partners(bases)))
    }

    fn walk<R: Recorder>(
        &self,
        turn: Turn,
        nodes: &[Node],
        (earner, base): (u32, i64),
        sheet: &mut Sheet,
        recorder: &mut R,
    ) -> Result<(), Refusal> {
        const DIGITS: u32 = 4 + Rate::DIGITS;
        let minor = turn.standing.minor(DIGITS);
        let mut rates = (1..).zip(&self.rates);
        let (mut current, mut at) = (rates.next(), nodes[earner as usize].parent);
        while let (Some((level, rate)), true) = (current, at != NONE) {
            let about = About { bonus: Some(turn.index), partner: at, order: NONE, source: earner };
            if nodes[at as usize].eligible {
                let (sum, rate) = (i128::from(base), rate.units());
                recorder.note(about, || Step::MatchedEarnings { of: turn.standing.number(earner), sum: plain(sum, 4) });
                let units = sum * i128::from(rate);
                let amount = minor.round(units).ok_or_else(|| turn.too_large(at))?;
                let (base, exact) = (Exact { units: sum, digits: 4 }, Some(Exact { units, digits: DIGITS }));
                turn.earn(&Award { about, level, base, rate, exact, amount }, || Formula::Product, sheet, recorder);
                current = rates.next();
            } else {
                let effect = if self.skips_inactive { Effect::PassedOver } else { Effect::LevelUsed };
                recorder.note(about, || turn.ineligible(at, Some(level), Some(effect)));
                if effect == Effect::LevelUsed {
                    current = rates.next();
                }
            }
            at = nodes[at as usize].parent;
        }
        Ok(())
    }
}
