//! Stairstep: brackets over the group volume, less what the partners below take by their own brackets (docs/plans.md, section 6).

use std::borrow::Cow;

use crate::domain::amount::Amount;
use crate::engine::decimal::{Exact, plain};
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Formula, Step};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::tree::NONE;
use crate::engine::volume::group;

use super::walk::by_place;
use super::{Award, Book, Lines, Origin, Sheet, Turn};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stairstep {
    /// Ascending by minimum.
    pub brackets: Vec<Bracket>,
}

/// From which group volume on which rate applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// Group volume.
    pub minimum: Amount,
    /// The rate.
    pub rate: Rate,
}

/// Digits of gross and net: volume times rate.
const DIGITS: u32 = 4 + Rate::DIGITS;

impl Stairstep {
    /// The rate of the highest bracket that is reached.
    fn rate(&self, gv: i64) -> Rate {
        let reached = self.brackets.iter().rev().find(|bracket| bracket.minimum.units() <= gv);
        reached.map_or(Rate::ZERO, |bracket| bracket.rate)
    }

    pub(super) fn pay<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Result<Lines, Refusal> {
        let standing = turn.standing;
        let (snapshot, sponsors) = (&*standing.snapshot, &standing.snapshot.network.sponsors);
        let [pv, cv] = turn.personal()?;
        let gv = match pv {
            Cow::Borrowed(_) => Cow::Borrowed(&standing.volumes.gv),
            Cow::Owned(pv) => Cow::Owned(group(sponsors, &pv, snapshot)?),
        };
        let gcv = group(sponsors, &cv, snapshot)?;
        let gross = |place: usize| i128::from(gcv[place]) * i128::from(self.rate(gv[place]).units());
        let mut below = vec![0_i128; standing.len()];
        for (place, parent) in sponsors.parent.iter().enumerate().filter(|(_, parent)| **parent != NONE) {
            below[*parent as usize] += gross(place);
        }
        let (minor, book) = (standing.minor(DIGITS), Book::of(self.rates(), standing.len()));
        let settle = |partners: &[u32], recorder: &mut R| {
            let mut sheet = Sheet::new(&book);
            for &partner in partners {
                let place = partner as usize;
                let (about, rate) = (About::partner(turn.index, partner), self.rate(gv[place]));
                if standing.eligibility(turn.bonus, partner).is_err() {
                    recorder.note(about, || turn.ineligible(partner, None, None));
                    continue;
                }
                recorder.note(about, || Step::Stairs {
                    gv: plain(i128::from(gv[place]), 4),
                    rate: rate.to_string(),
                    gcv: plain(i128::from(gcv[place]), 4),
                    gross: plain(gross(place), DIGITS),
                    below: plain(below[place], DIGITS),
                });
                let net = (gross(place) - below[place]).max(0);
                let amount = minor.round(net).ok_or_else(|| turn.too_large(partner))?;
                let base = Exact { units: i128::from(gcv[place]), digits: 4 };
                let exact = Some(Exact { units: net, digits: DIGITS });
                let award = Award { about, level: 0, base, rate: rate.units(), exact, amount };
                let formula = || Formula::Net { gross: plain(gross(place), DIGITS), below: plain(below[place], DIGITS) };
                turn.earn(&award, formula, &mut sheet, recorder)?;
            }
            Ok(sheet.close())
        };
        let lines = by_place(standing, recorder, settle)?;
        Ok(Lines::new(lines, book, Origin::Partners(gcv)))
    }

    fn rates(&self) -> Vec<i64> {
        self.brackets.iter().map(|bracket| bracket.rate.units()).chain([0]).collect()
    }
}
