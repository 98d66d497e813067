//! Rank advance: a fixed amount, once, for every rank above the highest ever held (plans.md, section 6).

use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::Step;
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::tree::NONE;

use super::{Line, Lines, Turn};

/// The rule; the amounts stand with the ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankAdvance;

impl RankAdvance {
    pub(super) fn pay<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Result<Lines, Refusal> {
        let standing = turn.standing;
        let ranks = &standing.plan.ranks;
        let minor = standing.minor(4 + Rate::DIGITS);
        let mut lines = Vec::new();
        for partner in 0..standing.len() as u32 {
            let (paid, previous) = (standing.ranks.paid[partner as usize], standing.ranks.previous[partner as usize]);
            let about = About::partner(turn.index, partner);
            if paid <= previous {
                let code = |rank: u16| ranks[usize::from(rank)].code.clone();
                recorder.note(about, || Step::NoAdvance { paid: code(paid), highest: code(previous) });
                continue;
            }
            if standing.eligibility(turn.bonus, partner).is_err() {
                turn.note_ineligible(about, None, None, recorder);
                continue;
            }
            for rank in previous + 1..=paid {
                let base = ranks[usize::from(rank)].bonus;
                let amount = minor.product(base.units(), Rate::ONE.units()).ok_or_else(|| turn.too_large(partner))?;
                let (level, rate) = (u32::from(rank), Rate::ONE.units());
                let line = Line { base: base.units(), rate, amount, beneficiary: partner, order: NONE, source: partner, level };
                turn.earn(line, &mut lines, recorder);
            }
        }
        Ok(lines.into())
    }
}
