//! Matching: a share in what the partners below earn from other bonuses (plans.md, section 6).

use crate::engine::decimal::plain;
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Effect, Step};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::power_of_ten;
use crate::engine::tree::NONE;

use super::{Line, Lines, Paid, Turn, sum_by_beneficiary};

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
        let earned = sum_by_beneficiary(matched, standing.len(), |line| i128::from(line.amount));
        let mut lines = Vec::new();
        for (earner, sum) in (0..).zip(earned).filter(|(_, sum)| *sum > 0) {
            let sum = i64::try_from(sum).map_err(|_| turn.too_large(earner))?;
            self.walk(turn, (earner, sum), &mut lines, recorder)?;
        }
        Ok(lines.into())
    }

    fn walk<R: Recorder>(&self, turn: Turn, earner: (u32, i64), lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal> {
        let (earner, sum) = earner;
        let standing = turn.standing;
        let exponent = standing.plan.currency.exponent;
        let (minor, scale) = (standing.minor(exponent + Rate::DIGITS), power_of_ten(4 - exponent));
        let base = i64::try_from(i128::from(sum) * scale).map_err(|_| turn.too_large(earner))?;
        let mut rates = (1..).zip(&self.rates);
        let mut current = rates.next();
        for at in standing.snapshot.network.sponsors.ancestors(earner) {
            let Some((level, rate)) = current else { break };
            let about = About { bonus: Some(turn.index), partner: at, order: NONE, source: earner };
            if standing.eligibility(turn.bonus, at).is_ok() {
                recorder.note(about, || Step::MatchedEarnings { of: standing.number(earner), sum: plain(i128::from(base), 4) });
                let amount = minor.product(sum, rate.units()).ok_or_else(|| turn.too_large(at))?;
                let line = Line { base, rate: rate.units(), amount, beneficiary: at, order: NONE, source: earner, level };
                turn.earn(line, lines, recorder);
                current = rates.next();
            } else {
                let effect = if self.skips_inactive { Effect::PassedOver } else { Effect::LevelUsed };
                turn.note_ineligible(about, Some(level), Some(effect), recorder);
                if effect == Effect::LevelUsed {
                    current = rates.next();
                }
            }
        }
        Ok(())
    }
}
