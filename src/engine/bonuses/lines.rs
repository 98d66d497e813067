//! Commission lines while they are computed.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};

use crate::engine::decimal::Exact;
use crate::engine::explain::recorder::Recorder;
use crate::engine::snapshot::Snapshot;
use crate::engine::standing::Standing;
use crate::engine::tree::NONE;

use super::part::{Change, Draft, Part};
use super::pool::POOL_DIGITS;
use super::tally::{Tally, add};

/// A line of one bonus, by dense indices. What follows from where it comes from is not in it.
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

/// Where a line stands in the output of its bonus: the number of the order or partner it comes from, and its place.
pub(crate) type Rank = (i64, u64);

/// Where the lines of an order or a partner stand: the part, the place of the bundle in it, and the order or partner.
pub(crate) type SourceAt = (u32, u32, u32);

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
    /// As many as there are threads at most.
    drafts: Mutex<Vec<Draft>>,
}

impl Book {
    /// For a bonus with these rates and lines of so many partners.
    pub(crate) fn of(rates: Vec<i64>, partners: usize) -> Self {
        Self { rates: Rates::of(rates), sums: Tally::new(partners), drafts: Mutex::default() }
    }

    /// Adds what lines come to.
    pub(super) fn add(&self, beneficiaries: &[u32], amounts: &[i64]) {
        if !beneficiaries.is_empty() {
            let mut sums = self.sums.table();
            beneficiaries.iter().zip(amounts).for_each(|(beneficiary, amount)| add(&mut sums[*beneficiary as usize], *amount));
        }
    }

    /// An empty draft.
    pub(super) fn draft(&self) -> Draft {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// For the next who asks for a draft.
    pub(super) fn give_back(&self, draft: Draft) {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner).push(draft);
    }
}

/// The lines of a bonus, in the parts in which they were computed.
///
/// Of all lines only those of one order or partner stand in output order: which order or partner comes first is a question of their numbers.
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

    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// All lines as they stand.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Line> {
        self.parts.iter().flat_map(|part| part.by_claim().flat_map(|(_, lines)| lines.map(|(_, line)| line)))
    }

    /// Where the lines of each source stand, in output order.
    pub(crate) fn in_output_order(&self, snapshot: &Snapshot) -> Vec<SourceAt> {
        let by_number = self.origins(snapshot);
        let mut places = vec![(NONE, NONE); by_number.len()];
        for (part, index) in self.parts.iter().zip(0..) {
            part.sources().for_each(|(from, bundle)| places[from as usize] = (index, bundle));
        }
        let places = by_number.iter().map(|from| (places[*from as usize], *from));
        places.filter(|((part, _), _)| *part != NONE).map(|((part, bundle), from)| (part, bundle, from)).collect()
    }

    /// The lowest and the highest number of what lines may come from.
    pub(crate) fn numbers(&self, snapshot: &Snapshot) -> Option<(i64, i64)> {
        let (ordered, origins) = (self.come_from_orders(), self.origins(snapshot));
        let number = |from: &u32| number_of(ordered, snapshot, *from);
        origins.first().map(number).zip(origins.last().map(number))
    }

    /// All that lines may come from, orders or partners, in ascending order of number.
    fn origins<'s>(&self, snapshot: &'s Snapshot) -> &'s [u32] {
        if self.come_from_orders() { snapshot.orders.by_number() } else { snapshot.network.by_number() }
    }

    /// The lines of a source, lower levels first.
    pub(crate) fn of_source(&self, (part, bundle, from): SourceAt) -> impl Iterator<Item = Line> {
        self.parts[part as usize].of_source(bundle, from)
    }

    /// The sum of all amounts in minor units.
    pub(crate) fn total(&self) -> i128 {
        self.parts.iter().map(Part::total).sum()
    }

    /// Works on all parts, in parallel; `work` is told how many places of lines stand before its part. What comes of it stands in their order.
    pub(crate) fn each<T: Send>(&self, work: impl Fn(u64, &Part) -> T + Sync) -> Vec<T> {
        self.parts.par_iter().zip(starts(&self.parts)).map(|(part, start)| work(start, part)).collect()
    }

    /// Changes lines, in parallel; `change` is made anew for every part. Lines that come to nothing are none any more. What the lines of each
    /// partner come to is for the caller to say.
    pub(crate) fn change<R: Recorder, C: Change>(&mut self, recorder: &mut R, change: impl Fn() -> C + Sync) {
        let heard = &*recorder;
        let starts: Vec<u64> = starts(&self.parts);
        let one = |(part, start): (&mut Part, u64)| {
            let mut fork = heard.fork();
            part.change(start, &mut change(), &mut fork);
            fork
        };
        let forks: Vec<R> = self.parts.par_iter_mut().zip(starts).map(one).collect();
        forks.into_iter().for_each(|fork| recorder.join(fork));
    }

    /// Gives single lines, told with their places, amounts that are at most the ones they have.
    pub(crate) fn lower(&mut self, cuts: impl Iterator<Item = (u64, Line, i64)>) {
        let starts = starts(&self.parts);
        for (place, line, amount) in cuts {
            let part = starts.partition_point(|start| *start <= place) - 1;
            self.parts[part].lower((place - starts[part]) as usize, &line, amount);
        }
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
        if !self.come_from_orders() {
            return line.from;
        }
        let partner = standing.snapshot.orders.order(line.from).partner;
        if line.level > 0 { self.seller(partner) } else { partner }
    }

    /// As whose a partner's orders count above level 0; [`NONE`]: as nobody's.
    pub(crate) fn seller(&self, partner: u32) -> u32 {
        match &self.origin {
            Origin::Orders { sellers: Some(sellers) } => sellers[partner as usize],
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

/// Where a line stands in the output of its bonus; `place` is the one that [`Lines::each`] counts.
pub(crate) fn rank_of(come_from_orders: bool, snapshot: &Snapshot, place: u64, line: &Line) -> Rank {
    (number_of(come_from_orders, snapshot, line.from), place)
}

fn number_of(come_from_orders: bool, snapshot: &Snapshot, from: u32) -> i64 {
    if come_from_orders { snapshot.orders.number(from) } else { snapshot.network.number(from) }
}

/// How many places of lines stand before each part.
fn starts(parts: &[Part]) -> Vec<u64> {
    let next = |before: &mut u64, part: &Part| {
        let start = *before;
        *before += part.places() as u64;
        Some(start)
    };
    parts.iter().scan(0, next).collect()
}
