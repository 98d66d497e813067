//! Pool: a share of the period's whole volume, shared out among the holders of ranks (docs/plans.md, section 6).

use crate::engine::decimal::{Exact, plain};
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Formula, Step};
use crate::engine::plan::Rate;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::{Rounding, power_of_ten};
use crate::engine::volume::total;

use super::{Award, Book, Lines, Origin, Paid, Sheet, Turn};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Of the period's total CV.
    pub share: Rate,
    /// How many shares each holder of a rank has; 0: none.
    pub shares: Vec<u32>,
}

/// Digits of a pool: volume times rate.
pub(crate) const POOL_DIGITS: u32 = 4 + Rate::DIGITS;

impl Pool {
    pub(super) fn pay<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Result<Paid, Refusal> {
        let standing = turn.standing;
        let [_, cv] = turn.personal()?;
        let pool = i128::from(total(&cv)?) * i128::from(self.share.units());
        let holders = self.holders(turn, recorder);
        let all: u64 = holders.iter().map(|(_, own)| u64::from(*own)).sum();
        let minor_unit = power_of_ten(POOL_DIGITS - standing.plan.currency.exponent);
        // Without holders nobody asks for a rate.
        let rate = |own: u32| Rounding::HalfEven.divide(i128::from(own) * i128::from(Rate::SCALE), i128::from(all.max(1))) as i64;
        let book = Book::of(self.shares.iter().map(|own| rate(*own)).collect(), standing.len());
        let (mut sheet, mut paid) = (Sheet::new(&book), 0);
        for (partner, own) in holders {
            let about = About::partner(turn.index, partner);
            recorder.note(about, || Step::Shares { pool: plain(pool, POOL_DIGITS), own, all });
            let amount = pool * i128::from(own) / (i128::from(all) * minor_unit);
            paid += amount * minor_unit;
            let amount = i64::try_from(amount).map_err(|_| turn.too_large(partner))?;
            let base = Exact { units: pool, digits: POOL_DIGITS };
            let award = Award { about, level: 0, base, rate: rate(own), exact: None, amount };
            turn.earn(&award, || Formula::Share { own, all }, &mut sheet, recorder)?;
        }
        let part = sheet.close();
        let lines = Lines::new(vec![part], book, Origin::Pool(pool));
        Ok(Paid { lines, breakage: pool - paid, carry: None })
    }

    /// Eligible partners with shares, and how many.
    fn holders<R: Recorder>(&self, turn: Turn, recorder: &mut R) -> Vec<(u32, u32)> {
        let standing = turn.standing;
        let mut holders = Vec::new();
        for &partner in standing.by_number() {
            let rank = usize::from(standing.ranks.paid[partner as usize]);
            let about = About::partner(turn.index, partner);
            if self.shares[rank] == 0 {
                recorder.note(about, || Step::NoShares { rank: standing.plan.ranks[rank].code.clone() });
            } else if standing.eligibility(turn.bonus, partner).is_err() {
                recorder.note(about, || turn.ineligible(partner, None, None));
            } else {
                holders.push((partner, self.shares[rank]));
            }
        }
        holders
    }
}
