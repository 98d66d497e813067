//! Matching: a share in what the partners below earn from other bonuses (docs/plans.md, section 6).

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use crate::engine::decimal::{Exact, plain};
use crate::engine::explain::recorder::{About, Recorder, Silent};
use crate::engine::explain::step::{Effect, Formula, Step};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::power_of_ten;
use crate::engine::tree::NONE;

use super::walk::{Node, by_place, climb};
use super::{Award, Book, Lines, Origin, Paid, Sheet, Turn, add_all};

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
        let mut bases = Vec::with_capacity(standing.len());
        self.of.iter().for_each(|index| add_all(&mut bases, above[*index].lines.sums()));
        bases.resize(standing.len(), 0);
        let scale = power_of_ten(4 - standing.plan.currency.exponent) as i64;
        // A sum that did not fit is refused when it is walked.
        bases.par_iter_mut().for_each(|sum| *sum = sum.saturating_mul(scale));
        let sponsors = &standing.snapshot.network.sponsors;
        let nodes = match self.skips_inactive {
            true => turn.nodes_of_stops(sponsors, |node| node.eligible),
            false => turn.nodes(sponsors),
        };
        let heard = if R::LISTENS { turn.nodes(sponsors) } else { Vec::new() };
        let book = Book::of(self.rates.iter().map(|rate| rate.units()).collect(), standing.len());
        let match_all = |earners: &[u32], recorder: &mut R| {
            let mut sheet = Sheet::new(&book);
            for (earner, base) in earners.iter().map(|place| (*place, bases[*place as usize])).filter(|(_, base)| *base > 0) {
                if base == i64::MAX {
                    return Err(turn.too_large(earner));
                }
                match recorder.hears(NONE, earner) {
                    true => self.walk(turn, &heard, (earner, base), &mut sheet, recorder)?,
                    false => self.walk(turn, &nodes, (earner, base), &mut sheet, &mut Silent)?,
                }
            }
            Ok(sheet.close())
        };
        let lines = by_place(standing, recorder, match_all)?;
        Ok(Lines::new(lines, book, Origin::Partners(bases)))
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
        let about = |partner: u32| About { bonus: Some(turn.index), partner, order: NONE, source: earner };
        let (at, end) = climb(nodes, earner, self.rates.len(), |at, level| {
            let about = about(at);
            if !nodes[at as usize].eligible {
                let effect = if self.skips_inactive { Effect::PassedOver } else { Effect::LevelUsed };
                recorder.note(about, || turn.ineligible(at, Some(level), Some(effect)));
                return Ok(effect);
            }
            let (sum, rate) = (i128::from(base), self.rates[level as usize - 1].units());
            recorder.note(about, || Step::MatchedEarnings { of: turn.standing.number(earner), sum: plain(sum, 4) });
            let units = sum * i128::from(rate);
            let amount = minor.round(units).ok_or_else(|| turn.too_large(at))?;
            let (base, exact) = (Exact { units: sum, digits: 4 }, Some(Exact { units, digits: DIGITS }));
            turn.earn(&Award { about, level, base, rate, exact, amount }, || Formula::Product, sheet, recorder)?;
            Ok(Effect::LevelUsed)
        })?;
        recorder.note(about(NONE), || turn.end(at, end));
        Ok(())
    }
}
