//! Commission lines while they are computed.

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use crate::engine::decimal::Exact;
use crate::engine::explain::recorder::Recorder;
use crate::engine::standing::Standing;
use crate::engine::tree::NONE;

use super::pool::POOL_DIGITS;

/// A line of one bonus, by dense indices. There are tens of millions of them, so what follows from where a line comes from is not in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// In minor units of the currency.
    pub amount: i64,
    pub beneficiary: u32,
    /// The order it comes from, or the partner where the bonus looks at the whole period.
    pub from: u32,
    pub level: u32,
    /// The place of its rate among the bonus's [`Rates`].
    pub rate: u32,
}

/// The rates that can occur in a bonus, ascending, with as many digits as the bonus's rule says.
#[derive(Default)]
pub(crate) struct Rates(Vec<i64>);

impl Rates {
    pub(crate) fn of(mut rates: Vec<i64>) -> Self {
        rates.sort_unstable();
        rates.dedup();
        Self(rates)
    }

    /// The place of a rate; a rule names all of its rates beforehand.
    pub(crate) fn place(&self, rate: i64) -> u32 {
        let place = self.0.binary_search(&rate);
        debug_assert!(place.is_ok(), "the rate {rate} was not announced");
        place.unwrap_or_else(|place| place) as u32
    }

    pub(crate) fn at(&self, place: u32) -> i64 {
        self.0[place as usize]
    }
}

/// Where a bonus's lines come from, and thereby what their rates are applied to.
pub(crate) enum Origin {
    /// Single orders; the base is the order's CV.
    Orders {
        /// Whose orders each partner's orders count as above level 0, where that may be somebody else's.
        sellers: Option<Vec<u32>>,
    },
    /// Partners; the base of each of them, in counts of 1/10000.
    Partners(Vec<i64>),
    /// Partners; the base is the bonus of the rank whose index the level is.
    Ranks,
    /// Partners; the base is the pool, in counts of 10^-10.
    Pool(i128),
}

impl Default for Origin {
    fn default() -> Self {
        Self::Orders { sellers: None }
    }
}

/// Some of the lines, and the sum of their amounts.
#[derive(Default)]
struct Part {
    lines: Vec<Line>,
    total: i128,
}

impl Part {
    fn of(lines: Vec<Line>) -> Self {
        let total = lines.iter().map(|line| i128::from(line.amount)).sum();
        Self { lines, total }
    }
}

/// The lines of a bonus in output order, in the parts in which they were computed.
#[derive(Default)]
pub(crate) struct Lines {
    parts: Vec<Part>,
    rates: Rates,
    origin: Origin,
}

impl Lines {
    pub(crate) fn new(parts: Vec<Vec<Line>>, rates: Rates, origin: Origin) -> Self {
        Self { parts: parts.into_iter().map(Part::of).collect(), rates, origin }
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = &[Line]> {
        self.parts.iter().map(|part| part.lines.as_slice())
    }

    pub(crate) fn len(&self) -> usize {
        self.parts().map(<[Line]>::len).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.parts().flatten()
    }

    /// The sum of all amounts in minor units.
    pub(crate) fn total(&self) -> i128 {
        self.parts.iter().map(|part| part.total).sum()
    }

    /// Changes amounts, in parallel; `change` is told how many lines stand before its part. Lines that come to nothing are dropped.
    pub(crate) fn change<R: Recorder>(&mut self, recorder: &mut R, change: impl Fn(u64, &mut [Line], &mut R) + Sync) {
        let heard = &*recorder;
        let starts: Vec<u64> = starts(&self.parts);
        let one = |(part, start): (&mut Part, u64)| {
            let mut fork = heard.fork();
            change(start, &mut part.lines, &mut fork);
            part.lines.retain(|line| line.amount > 0);
            part.total = part.lines.iter().map(|line| i128::from(line.amount)).sum();
            fork
        };
        let forks: Vec<R> = self.parts.par_iter_mut().zip(starts).map(one).collect();
        forks.into_iter().for_each(|fork| recorder.join(fork));
    }

    /// Finds lines, in parallel, with how many stand before each.
    pub(crate) fn select(&self, wanted: impl Fn(&Line) -> bool + Sync) -> Vec<(u64, Line)> {
        let one = |(part, start): (&Part, u64)| {
            let found = (start..).zip(&part.lines).filter(|(_, line)| wanted(line));
            found.map(|(place, line)| (place, *line)).collect::<Vec<_>>()
        };
        let found: Vec<Vec<(u64, Line)>> = self.parts.par_iter().zip(starts(&self.parts)).map(one).collect();
        found.into_iter().flatten().collect()
    }

    /// Whether every line comes from a single order.
    pub(crate) fn come_from_orders(&self) -> bool {
        matches!(self.origin, Origin::Orders { .. })
    }

    /// The order a line comes from; [`NONE`] where it comes from no single order.
    pub(crate) fn order(&self, line: &Line) -> u32 {
        if self.come_from_orders() { line.from } else { NONE }
    }

    /// The partner a line comes from.
    pub(crate) fn source(&self, standing: &Standing, line: &Line) -> u32 {
        let Origin::Orders { sellers } = &self.origin else { return line.from };
        let partner = standing.snapshot.orders.order(line.from).partner;
        match sellers {
            Some(sellers) if line.level > 0 => sellers[partner as usize],
            _ => partner,
        }
    }

    /// What a line's rate is applied to.
    pub(crate) fn base(&self, standing: &Standing, line: &Line) -> Exact {
        let units = match &self.origin {
            Origin::Orders { .. } => standing.snapshot.orders.order(line.from).cv.units(),
            Origin::Partners(bases) => bases[line.from as usize],
            Origin::Ranks => standing.plan.ranks[line.level as usize].bonus.units(),
            Origin::Pool(pool) => return Exact { units: *pool, digits: POOL_DIGITS },
        };
        Exact { units: i128::from(units), digits: 4 }
    }

    /// A line's rate, with as many digits as the bonus's rule says.
    pub(crate) fn rate(&self, line: &Line) -> i64 {
        self.rates.at(line.rate)
    }
}

/// How many lines stand before each part.
fn starts(parts: &[Part]) -> Vec<u64> {
    let next = |before: &mut u64, part: &Part| {
        let start = *before;
        *before += part.lines.len() as u64;
        Some(start)
    };
    parts.iter().scan(0, next).collect()
}

/// Works on equal shares of the lines of several bonuses, one share per thread.
pub(crate) fn by_thread<'l, T: Send>(lines: impl Iterator<Item = &'l Lines>, work: impl Fn(&[&'l [Line]]) -> T + Sync) -> Vec<T> {
    let parts: Vec<&[Line]> = lines.flat_map(Lines::parts).collect();
    let per_thread = parts.len().div_ceil(rayon::current_num_threads()).max(1);
    parts.par_chunks(per_thread).map(&work).collect()
}

/// Sums something that is never negative over the lines of each beneficiary, in parallel. What does not fit becomes [`i64::MAX`],
/// however the work is shared out.
pub(crate) fn sum_by_beneficiary<'l>(
    lines: impl Iterator<Item = &'l Lines>,
    partners: usize,
    value: impl Fn(&Line) -> i64 + Sync,
) -> Vec<i64> {
    let sum = |parts: &[&[Line]]| {
        let mut sums = vec![0_i64; partners];
        for line in parts.iter().copied().flatten() {
            let sum = &mut sums[line.beneficiary as usize];
            *sum = sum.saturating_add(value(line));
        }
        sums
    };
    let add = |mut all: Vec<i64>, more: Vec<i64>| {
        all.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        all
    };
    by_thread(lines, sum).into_iter().reduce(add).unwrap_or_else(|| vec![0; partners])
}
