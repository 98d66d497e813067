//! Commission lines while they are computed.

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};

use crate::engine::decimal::Exact;
use crate::engine::explain::recorder::Recorder;
use crate::engine::standing::Standing;
use crate::engine::tree::NONE;

use super::pool::POOL_DIGITS;
use super::tally::Tally;

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

    /// The place of a rate; a rule names all of its rates beforehand, and what it has not named has no place.
    pub(crate) fn place(&self, rate: i64) -> Option<u32> {
        self.0.binary_search(&rate).ok().map(|place| place as u32)
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

/// What the parts of a bonus share while they write lines: its rates, and what its lines come to by beneficiary.
pub(crate) struct Book {
    pub rates: Rates,
    sums: Tally,
}

impl Book {
    /// For a bonus with these rates and lines of so many partners.
    pub(crate) fn of(rates: Vec<i64>, partners: usize) -> Self {
        Self { rates: Rates::of(rates), sums: Tally::new(partners) }
    }

    /// A part whose lines are all written: they are summed up while they are still in the processor's cache.
    pub(crate) fn close(&self, lines: &[Line]) -> Part {
        self.sums.add(lines);
        // A copy of exact size: what a list holds in reserve would add up over thousands of parts.
        Part { lines: lines.to_vec(), total: total(lines) }
    }
}

/// Some of the lines, and the sum of their amounts.
pub(crate) struct Part {
    lines: Vec<Line>,
    total: i128,
}

fn total(lines: &[Line]) -> i128 {
    lines.iter().map(|line| i128::from(line.amount)).sum()
}

/// The lines of a bonus in output order, in the parts in which they were computed.
#[derive(Default)]
pub(crate) struct Lines {
    parts: Vec<Part>,
    rates: Rates,
    origin: Origin,
    /// What the lines of each partner come to. What does not fit is [`i64::MAX`]; without entries: nobody has any.
    sums: Vec<i64>,
}

impl Lines {
    pub(crate) fn new(parts: Vec<Part>, book: Book, origin: Origin) -> Self {
        Self { parts, rates: book.rates, origin, sums: book.sums.into_sums() }
    }

    /// What the lines of each partner come to; no entries where there are no lines.
    pub(crate) fn sums(&self) -> &[i64] {
        &self.sums
    }

    /// For whoever changes the lines and knows what they come to afterwards.
    pub(crate) fn sums_mut(&mut self) -> &mut Vec<i64> {
        &mut self.sums
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

    /// Works on all parts, in parallel; `work` is told how many lines stand before its part. What comes of it stands in their order.
    pub(crate) fn each<T: Send>(&self, work: impl Fn(u64, &[Line]) -> T + Sync) -> Vec<T> {
        self.parts.par_iter().zip(starts(&self.parts)).map(|(part, start)| work(start, &part.lines)).collect()
    }

    /// Changes amounts, in parallel; `change` is told how many lines stand before its part. Lines that come to nothing are dropped. What
    /// the lines of each partner come to is for the caller to say.
    pub(crate) fn change<R: Recorder>(&mut self, recorder: &mut R, change: impl Fn(u64, &mut [Line], &mut R) + Sync) {
        let heard = &*recorder;
        let starts: Vec<u64> = starts(&self.parts);
        let one = |(part, start): (&mut Part, u64)| {
            let mut fork = heard.fork();
            change(start, &mut part.lines, &mut fork);
            part.lines.retain(|line| line.amount > 0);
            part.total = total(&part.lines);
            fork
        };
        let forks: Vec<R> = self.parts.par_iter_mut().zip(starts).map(one).collect();
        forks.into_iter().for_each(|fork| recorder.join(fork));
    }

    /// Where the first `most` of the wanted lines end, and how many of them there are.
    pub(crate) fn first(&self, most: u64, wanted: impl Fn(&Line) -> bool + Sync) -> (u64, u64) {
        let counts = self.each(|start, lines| (start, lines.iter().filter(|line| wanted(line)).count() as u64));
        let mut found = 0;
        for (part, (start, count)) in self.parts.iter().zip(counts) {
            if found + count >= most {
                // Only in this part it matters which lines they are.
                let mut places = (start..).zip(&part.lines).filter(|(_, line)| wanted(line)).map(|(place, _)| place + 1);
                let end = (most - found).checked_sub(1).and_then(|before| places.nth(before as usize));
                return (end.unwrap_or(start), most);
            }
            found += count;
        }
        (u64::MAX, found)
    }

    /// Whether every line comes from a single order.
    pub(crate) fn come_from_orders(&self) -> bool {
        matches!(self.origin, Origin::Orders { .. })
    }

    /// The order a line comes from, or the partner where it comes from no single order; the other of the two is [`NONE`].
    pub(crate) fn place_of(&self, line: &Line) -> (u32, u32) {
        place_of(self.come_from_orders(), line)
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

/// As [`Lines::place_of`], while the lines are being changed.
pub(crate) fn place_of(come_from_orders: bool, line: &Line) -> (u32, u32) {
    if come_from_orders { (line.from, NONE) } else { (NONE, line.from) }
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
