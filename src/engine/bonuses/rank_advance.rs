//! Rank advance: a fixed amount, once, for every rank above the highest ever held (docs/plans.md, section 6).

use crate::engine::decimal::{Exact, fixed};
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Formula, Step};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;

use super::walk::by_place;
use super::{Award, Book, Lines, Origin, Sheet, Turn};

/// The rule; the amounts stand with the ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankAdvance;

impl RankAdvance {
    pub(super) fn pay<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Result<Lines, Refusal> {
        let standing = turn.standing;
        let book = Book::of(vec![Rate::ONE.units()], standing.len());
        let settle = |partners: &[u32], recorder: &mut R| {
            let mut sheet = Sheet::new(&book);
            for &partner in partners {
                let place = partner as usize;
                let (paid, previous) = (standing.ranks.paid[place], standing.ranks.previous[place]);
                let about = About::partner(turn.index, partner);
                if paid <= previous {
                    recorder.note(about, || Step::NoAdvance { paid: turn.rank_code(paid), highest: turn.rank_code(previous) });
                    continue;
                }
                let eligible = standing.eligibility(turn.bonus, partner).is_ok();
                for rank in previous + 1..=paid {
                    let award = award(turn, partner, rank)?;
                    if eligible {
                        turn.earn(&award, || Formula::Product, &mut sheet, recorder)?;
                    } else {
                        recorder.note(about, || Step::AdvanceLost {
                            rank: turn.rank_code(rank),
                            amount: fixed(i128::from(award.amount), standing.plan.currency.exponent),
                            why: turn.not_eligible(partner),
                        });
                    }
                }
            }
            Ok(sheet.close())
        };
        let lines = by_place(standing, recorder, settle)?;
        Ok(Lines::new(lines, book, Origin::Ranks))
    }
}

fn award(turn: Turn, partner: u32, rank: RankIndex) -> Result<Award, Refusal> {
    const DIGITS: u32 = 4 + Rate::DIGITS;
    let base = i128::from(turn.standing.plan.ranks[usize::from(rank)].bonus.units());
    let units = base * i128::from(Rate::ONE.units());
    Ok(Award {
        about: About::partner(turn.index, partner),
        level: u32::from(rank),
        base: Exact { units: base, digits: 4 },
        rate: Rate::ONE.units(),
        exact: Some(Exact { units, digits: DIGITS }),
        amount: turn.standing.minor(DIGITS).round(units).ok_or_else(|| turn.too_large(partner))?,
    })
}
