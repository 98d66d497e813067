//! What a run yields: lines, ranks, statements, carry and the summary (docs/plans.md, section 8).

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::domain::amount::Amount;

use super::bonuses::pool::POOL_DIGITS;
use super::bonuses::{Line, Paid, SourceAt, Tally, add};
use super::decimal::{Exact, fixed, plain};
use super::plan::Rate;
use super::rank::Measure;
use super::refusal::Refusal;
use super::rounding::{Rounding, power_of_ten};
use super::standing::Standing;
use super::tree::placement::Leg;

/// Orders or partners whose lines make a block.
const BLOCK_SOURCES: usize = 1 << 8;
/// Blocks whose outcome is in memory at a time.
const BLOCKS_AT_ONCE: usize = 1 << 5;
/// Partners whose sums are checked at a time by one thread.
const PARTNERS_AT_ONCE: usize = 1 << 14;

/// The result of a run.
pub struct Outcome<'a> {
    pub(crate) standing: Standing<'a>,
    pub(crate) paid: Vec<Paid>,
    /// What the lines of each partner come to, in minor units; no entries where there are no lines.
    earned: Vec<i64>,
    /// Points of each partner, where they do not follow from what the partner earns in all.
    points: Option<Vec<i64>>,
    summary: Summary,
}

/// A commission line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeLine<'o> {
    /// The bonus's code.
    pub bonus: &'o str,
    /// The bonus's place in the plan.
    pub bonus_index: usize,
    /// Who earns: a partner number.
    pub beneficiary: i64,
    /// The order it comes from, if it comes from a single one.
    pub order: Option<i64>,
    /// The partner it comes from.
    pub source: i64,
    /// Level, generation, distance or rank index, as the kind says.
    pub level: u32,
    /// What the rate is applied to.
    pub base: Exact,
    /// The rate; of cycles the amount per cycle.
    pub rate: Exact,
    /// What is earned, after all caps.
    pub amount: Amount,
    /// Career points earned with it.
    pub points: Amount,
}

/// A partner's rank and the figures behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeRank<'o> {
    /// The partner number.
    pub partner: i64,
    /// The code of the paid rank.
    pub rank: &'o str,
    /// The code of the highest rank held before the period.
    pub previous: &'o str,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
    /// Group volume.
    pub gv: Amount,
    /// Personal group volume.
    pub pgv: Amount,
    /// Whether the partner is active in the period.
    pub active: bool,
    /// Personally sponsored partners who are active in the period.
    pub direct_active: u32,
    /// CV of the left placement leg.
    pub left: Amount,
    /// CV of the right placement leg.
    pub right: Amount,
}

/// Binary volume that goes into the next period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carry {
    /// The partner number.
    pub partner: i64,
    /// Left leg.
    pub left: Amount,
    /// Right leg.
    pub right: Amount,
}

/// What a partner earns in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The partner number.
    pub partner: i64,
    /// The sum of the lines.
    pub amount: Amount,
    /// The sum of the lines' points.
    pub points: Amount,
}

/// The run in figures; decimals are texts in plain notation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The period.
    pub period: String,
    /// Partners who take part.
    pub partners: usize,
    /// Orders that count.
    pub orders: usize,
    /// Their CV.
    pub total_cv: String,
    /// The sum of all lines.
    pub total_commission: String,
    /// What of the pools nobody gets, exact.
    pub breakage_of_pools: String,
    /// What the caps took away.
    pub capped: String,
    /// total_commission / total_cv, six digits.
    pub payout_ratio: String,
    /// One entry per bonus, in the order of the plan.
    #[serde(serialize_with = "as_map")]
    pub by_bonus: Vec<(String, BonusSummary)>,
}

/// The lines of one bonus in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BonusSummary {
    /// How many.
    pub lines: usize,
    /// Their sum, with the currency's digits.
    pub amount: String,
}

fn as_map<S: Serializer>(entries: &[(String, BonusSummary)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(entries.len()))?;
    for (code, bonus) in entries {
        map.serialize_entry(code, bonus)?;
    }
    map.end()
}

/// How far a partner has come with a rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankProgress<'o> {
    /// The rank's code.
    pub rank: &'o str,
    /// One measure per requirement, in the order of the plan.
    pub requirements: Vec<Measure>,
}

impl RankProgress<'_> {
    /// The lowest of the percentages, as a count of 1/100 percent; 10000 where there are no requirements.
    #[must_use]
    pub fn percentage(&self) -> u32 {
        self.requirements.iter().map(Measure::percentage).min().unwrap_or(10_000)
    }
}

impl<'a> Outcome<'a> {
    /// Sums up; `earned` is what each partner's lines come to, no entries where there are no lines, and `capped` what all caps took away,
    /// both in minor units.
    pub(crate) fn of(standing: Standing<'a>, paid: Vec<Paid>, earned: Vec<i64>, capped: i128) -> Result<Self, Refusal> {
        let points = points_by_line(&standing, &paid);
        let summary = summary(&standing, &paid, capped);
        let outcome = Self { standing, paid, earned, points, summary };
        outcome.check_sums()?;
        Ok(outcome)
    }

    /// All lines in output order: bonus, order with none first, source, level, beneficiary.
    pub fn lines(&self) -> impl Iterator<Item = OutcomeLine<'_>> {
        let snapshot = &*self.standing.snapshot;
        (0..)
            .zip(&self.paid)
            .flat_map(move |(bonus, paid)| paid.lines.in_output_order(snapshot).into_iter().flat_map(move |at| self.lines_of(bonus, at)))
    }

    /// Goes through all lines in output order, blocks of them in parallel: `push` adds a line to its block, `take` gets the blocks one after the other.
    ///
    /// # Errors
    /// What `take` fails with.
    pub fn each_block<T: Default + Send, E>(
        &self,
        push: impl Fn(&mut T, &OutcomeLine<'_>) + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let snapshot = &*self.standing.snapshot;
        for (bonus, paid) in self.paid.iter().enumerate() {
            for blocks in paid.lines.in_output_order(snapshot).chunks(BLOCK_SOURCES * BLOCKS_AT_ONCE) {
                let block = |sources: &[SourceAt]| {
                    let mut block = T::default();
                    sources.iter().for_each(|at| self.lines_of(bonus, *at).for_each(|line| push(&mut block, &line)));
                    block
                };
                let done: Vec<T> = blocks.par_chunks(BLOCK_SOURCES).map(block).collect();
                done.into_iter().try_for_each(&mut take)?;
            }
        }
        Ok(())
    }

    fn lines_of(&self, bonus: usize, at: SourceAt) -> impl Iterator<Item = OutcomeLine<'_>> {
        self.paid[bonus].lines.of_source(at).map(move |line| self.line(bonus, &line))
    }

    /// The ranks of all who take part, ascending by partner number.
    pub fn ranks(&self) -> impl Iterator<Item = OutcomeRank<'_>> {
        self.standing.by_number().iter().map(|partner| self.rank(*partner))
    }

    /// Carried binary volume where either leg has some; none where the plan has no binary bonus.
    #[must_use]
    pub fn carry(&self) -> Option<Vec<Carry>> {
        let carry = self.paid.iter().find_map(|paid| paid.carry.as_ref())?;
        let some = self.standing.by_number().iter().map(|place| (*place, carry[*place as usize])).filter(|(_, legs)| *legs != [0; 2]);
        let of = |(place, [left, right]): (u32, [i64; 2])| Carry {
            partner: self.standing.number(place),
            left: Amount::from_units(left),
            right: Amount::from_units(right),
        };
        Some(some.map(of).collect())
    }

    /// What each partner with lines earns, ascending by partner number.
    pub fn statements(&self) -> impl Iterator<Item = Statement> {
        // All sums have been checked, so they fit.
        self.standing.by_number().iter().filter_map(|partner| self.statement(*partner).ok().flatten())
    }

    /// What a partner earns; none without lines.
    fn statement(&self, partner: u32) -> Result<Option<Statement>, Refusal> {
        let amount = self.earned.get(partner as usize).copied().unwrap_or(0);
        if amount == 0 {
            return Ok(None);
        }
        let standing = &self.standing;
        let scale = power_of_ten(4 - standing.plan.currency.exponent) as i64;
        let points = self.points.as_ref().map_or_else(|| points(standing, amount), |points| points[partner as usize]);
        let fits = |units: i64| (units < i64::MAX).then_some(Amount::from_units(units));
        let partner = standing.number(partner);
        let statement = fits(amount.saturating_mul(scale)).zip(fits(points)).map(|(amount, points)| Statement { partner, amount, points });
        statement.map(Some).ok_or_else(|| Refusal::orders(None, format!("what partner {partner} earns in all does not fit 64 bits")))
    }

    /// Refuses what does not fit, the first partner by number.
    fn check_sums(&self) -> Result<(), Refusal> {
        let fits = |partner: usize| self.statement(partner as u32).is_ok();
        if (0..self.earned.len()).into_par_iter().with_min_len(PARTNERS_AT_ONCE).all(fits) {
            return Ok(());
        }
        self.standing.by_number().iter().try_for_each(|partner| self.statement(*partner).map(|_| ()))
    }

    /// Digits of the plan's currency: what amounts are rounded to.
    #[must_use]
    pub fn currency_digits(&self) -> u32 {
        self.standing.plan.currency.exponent
    }

    /// The run in figures.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// How far a partner has come with every rank, lowest rank first; none where the partner takes no part.
    #[must_use]
    pub fn progress(&self, partner: i64) -> Option<Vec<RankProgress<'_>>> {
        let Standing { plan, snapshot, volumes, placement, ranks, .. } = &self.standing;
        let place = snapshot.network.find(partner)?;
        let measures = ranks.progress(plan, (&snapshot.network, volumes, placement.as_ref()), place);
        let ranks = plan.ranks.iter().zip(measures);
        Some(ranks.map(|(rank, requirements)| RankProgress { rank: &rank.code, requirements }).collect())
    }

    fn line(&self, bonus: usize, line: &Line) -> OutcomeLine<'_> {
        let (standing, lines) = (&self.standing, &self.paid[bonus].lines);
        let plan = standing.plan;
        let rule = &plan.bonuses[bonus].rule;
        OutcomeLine {
            bonus: &plan.bonuses[bonus].code,
            bonus_index: bonus,
            beneficiary: standing.number(line.beneficiary),
            order: standing.order_number(lines.place_of(line).0),
            source: standing.number(lines.source(standing, line)),
            level: line.level,
            base: lines.base(standing, line),
            rate: Exact { units: i128::from(lines.rate(line)), digits: rule.rate_digits() },
            amount: Amount::from_units(line.amount * power_of_ten(4 - plan.currency.exponent) as i64),
            // All sums have been checked, so every line fits.
            points: Amount::from_units(points(standing, line.amount)),
        }
    }

    fn rank(&self, partner: u32) -> OutcomeRank<'_> {
        let Standing { plan, snapshot, volumes, placement, ranks, .. } = &self.standing;
        let place = partner as usize;
        let code = |rank: u16| plan.ranks[usize::from(rank)].code.as_str();
        let leg = |leg: Leg| match (&volumes.legs, placement) {
            (Some(legs), Some(placement)) => Amount::from_units(legs.leg(placement, partner, leg)),
            _ => Amount::ZERO,
        };
        let direct = snapshot.network.recruits(partner);
        OutcomeRank {
            partner: self.standing.number(partner),
            rank: code(ranks.paid[place]),
            previous: code(ranks.previous[place]),
            pv: Amount::from_units(volumes.pv[place]),
            cv: Amount::from_units(volumes.cv[place]),
            gv: Amount::from_units(volumes.gv[place]),
            pgv: Amount::from_units(ranks.pgv[place]),
            active: volumes.active[place],
            direct_active: direct.filter(|child| volumes.active[*child as usize]).count() as u32,
            left: leg(Leg::Left),
            right: leg(Leg::Right),
        }
    }
}

/// Points of a line in counts of 1/10000: final amount times the plan's rate, half-even. What does not fit is [`i64::MAX`].
fn points(standing: &Standing, amount: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(standing.plan.career_points_rate.units());
    let points = Rounding::HalfEven.divide(exact, power_of_ten(standing.plan.currency.exponent + Rate::DIGITS - 4));
    i64::try_from(points).unwrap_or(i64::MAX)
}

/// Points of each partner, where they do not follow from what the partner earns in all. What does not fit is [`i64::MAX`].
fn points_by_line(standing: &Standing, paid: &[Paid]) -> Option<Vec<i64>> {
    let smallest = power_of_ten(standing.plan.currency.exponent + Rate::DIGITS - 4);
    if i128::from(standing.plan.career_points_rate.units()) % smallest == 0 {
        // The points of every line are exact then, so those of a sum are the sum of them.
        return None;
    }
    let tally = Tally::new(standing.len());
    for paid in paid {
        paid.lines.each(|_, part| {
            let mut sums = tally.table();
            for (beneficiary, lines) in part.by_claim() {
                lines.for_each(|(_, line)| add(&mut sums[beneficiary as usize], points(standing, line.amount)));
            }
        });
    }
    Some(tally.into_sums())
}

fn summary(standing: &Standing, paid: &[Paid], capped: i128) -> Summary {
    let exponent = standing.plan.currency.exponent;
    let sums: Vec<i128> = paid.iter().map(|paid| paid.lines.total()).collect();
    let total: i128 = sums.iter().sum();
    let total_cv = i128::from(standing.volumes.total_cv);
    let ratio =
        if total_cv == 0 { 0 } else { Rounding::HalfEven.divide(total * power_of_ten(4 - exponent) * i128::from(Rate::SCALE), total_cv) };
    let by_bonus = standing.plan.bonuses.iter().zip(paid).zip(sums);
    Summary {
        period: standing.period.to_string(),
        partners: standing.len(),
        orders: standing.counted.len(),
        total_cv: plain(total_cv, 4),
        total_commission: plain(total, exponent),
        breakage_of_pools: plain(paid.iter().map(|paid| paid.breakage).sum(), POOL_DIGITS),
        capped: plain(capped, exponent),
        payout_ratio: plain(ratio, Rate::DIGITS),
        by_bonus: by_bonus
            .map(|((bonus, paid), sum)| (bonus.code.clone(), BonusSummary { lines: paid.lines.len(), amount: fixed(sum, exponent) }))
            .collect(),
    }
}
