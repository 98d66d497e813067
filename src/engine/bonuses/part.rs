//! Lines in little memory. There may be tens of millions of them, and fresh memory is what they cost most: the system clears each page of it.

use std::ops::Range;

use crate::engine::explain::recorder::Recorder;

use super::{Book, Line};

/// Who earns at which level and rate. What several orders of one partner pay goes to the same people, so it is written down once.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub beneficiary: u32,
    pub level: u32,
    /// The place of the rate among the bonus's rates.
    pub rate: u32,
}

/// Sources that share their claims: the orders of one partner, or one order or partner alone. Each of them has an amount for every claim, and
/// all of it ends where the next bundle begins.
#[derive(Clone, Copy)]
struct Bundle {
    first_source: u32,
    first_claim: u32,
    first_amount: u32,
}

/// Amounts in minor units in four bytes each; the few that need more stand apart.
#[derive(Default)]
struct Amounts {
    small: Vec<u32>,
    /// Ascending by place.
    large: Vec<(u32, i64)>,
}

impl Amounts {
    /// Stands for an amount that is kept apart.
    const LARGE: u32 = u32::MAX;

    fn push(&mut self, amount: i64) {
        let small = u32::try_from(amount).unwrap_or(Self::LARGE);
        if small == Self::LARGE {
            self.large.push((self.small.len() as u32, amount));
        }
        self.small.push(small);
    }

    #[inline]
    fn at(&self, place: usize) -> i64 {
        match self.small[place] {
            Self::LARGE => self.find(place).map_or(0, |found| self.large[found].1),
            small => i64::from(small),
        }
    }

    /// Caps only take away, so what was small stays so.
    fn lower(&mut self, place: usize, amount: i64) {
        match u32::try_from(amount) {
            Ok(small) if small < Self::LARGE => self.small[place] = small,
            _ => self.find(place).into_iter().for_each(|found| self.large[found].1 = amount),
        }
    }

    #[cold]
    fn find(&self, place: usize) -> Option<usize> {
        self.large.binary_search_by_key(&place, |(place, _)| *place as usize).ok()
    }
}

/// Claims. Who earns stands apart from the rest: that is all that caps and sums look at.
#[derive(Default)]
struct Claims {
    beneficiaries: Vec<u32>,
    /// Level and rate.
    terms: Vec<(u32, u32)>,
}

impl Claims {
    fn push(&mut self, Claim { beneficiary, level, rate }: Claim) {
        self.beneficiaries.push(beneficiary);
        self.terms.push((level, rate));
    }

    fn len(&self) -> usize {
        self.beneficiaries.len()
    }
}

/// What becomes of lines that are changed, claim by claim.
pub(crate) trait Change {
    /// Whether lines of this beneficiary may change; those on one claim follow.
    fn concerns(&mut self, beneficiary: u32) -> bool;

    /// What a line comes to, which is at most what it has been.
    fn lower<R: Recorder>(&mut self, place: u64, line: &Line, recorder: &mut R) -> i64;

    /// What all lines on a claim have come to.
    fn came_to(&mut self, beneficiary: u32, sum: i64);
}

/// Some of the lines of a bonus. Amounts that have come to nothing stay where they are and are no lines any more.
///
/// Whoever looks at many lines does so claim by claim, so that what depends on the beneficiary is looked up once for all orders of a partner.
#[derive(Default)]
pub(crate) struct Part {
    claims: Claims,
    bundles: Vec<Bundle>,
    /// What the lines come from: orders or partners.
    sources: Vec<u32>,
    amounts: Amounts,
    lines: usize,
    total: i128,
}

impl Part {
    /// The number of lines.
    pub(super) fn len(&self) -> usize {
        self.lines
    }

    /// The sum of the amounts.
    pub(super) fn total(&self) -> i128 {
        self.total
    }

    /// The number of amounts, also of those that have come to nothing.
    pub(super) fn places(&self) -> usize {
        self.amounts.small.len()
    }

    /// What the lines come from: orders or partners.
    pub(super) fn sources(&self) -> impl Iterator<Item = u32> {
        self.sources.iter().copied()
    }

    /// The lines of one source with their places, lower levels first.
    pub(super) fn of_source(&self, index: usize) -> impl Iterator<Item = (usize, Line)> {
        let bundle = self.bundles.partition_point(|bundle| bundle.first_source as usize <= index) - 1;
        let (Bundle { first_source, first_claim, first_amount }, end) = self.bundle(bundle);
        let claims = first_claim as usize..end.first_claim as usize;
        let first_amount = first_amount as usize + (index - first_source as usize) * claims.len();
        let lines = (first_amount..).zip(claims).map(move |(place, claim)| (place, self.line(place, self.sources[index], claim)));
        lines.filter(|(_, line)| line.amount > 0)
    }

    /// All lines by the claims they are on: the lines on one come one after the other, with their places.
    #[inline]
    pub(crate) fn by_claim(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = (usize, Line)>)> {
        (0..self.bundles.len()).flat_map(move |index| {
            let (bundle, end) = self.bundle(index);
            bundle.columns(end).map(move |column| {
                let lines = column.places().zip(&self.sources[column.sources.clone()]);
                let lines = lines.map(move |(place, from)| (place, self.line(place, *from, column.claim)));
                (self.claims.beneficiaries[column.claim], lines.filter(|(_, line)| line.amount > 0))
            })
        })
    }

    /// Goes through all lines; `start` places stand before the part.
    pub(super) fn change<R: Recorder>(&mut self, start: u64, change: &mut impl Change, recorder: &mut R) {
        (self.lines, self.total) = (0, 0);
        for index in 0..self.bundles.len() {
            let (bundle, end) = self.bundle(index);
            for column in bundle.columns(end) {
                let beneficiary = self.claims.beneficiaries[column.claim];
                let (concerned, mut sum) = (change.concerns(beneficiary), 0);
                for (place, source) in column.places().zip(column.sources.clone()) {
                    let mut amount = self.amounts.at(place);
                    if amount == 0 {
                        continue;
                    }
                    if concerned {
                        let line = self.line(place, self.sources[source], column.claim);
                        let lowered = change.lower(start + place as u64, &line, recorder);
                        if lowered != amount {
                            self.amounts.lower(place, lowered);
                        }
                        amount = lowered;
                    }
                    self.lines += usize::from(amount > 0);
                    sum += i128::from(amount);
                }
                self.total += sum;
                change.came_to(beneficiary, i64::try_from(sum).unwrap_or(i64::MAX));
            }
        }
    }

    /// Gives one line an amount that is at most the one it has.
    pub(super) fn lower(&mut self, place: usize, amount: i64) {
        self.total -= i128::from(self.amounts.at(place) - amount);
        self.lines -= usize::from(amount == 0);
        self.amounts.lower(place, amount);
    }

    #[inline]
    fn line(&self, place: usize, from: u32, claim: usize) -> Line {
        let (level, rate) = self.claims.terms[claim];
        Line { amount: self.amounts.at(place), beneficiary: self.claims.beneficiaries[claim], from, level, rate }
    }

    /// A bundle and where it ends.
    #[inline]
    fn bundle(&self, index: usize) -> (Bundle, Bundle) {
        (self.bundles[index], self.bundles.get(index + 1).copied().unwrap_or_else(|| self.end()))
    }

    /// Where the next bundle would begin.
    fn end(&self) -> Bundle {
        let [first_source, first_claim, first_amount] = [self.sources.len(), self.claims.len(), self.places()].map(|count| count as u32);
        Bundle { first_source, first_claim, first_amount }
    }
}

/// The amounts of all sources of a bundle on one of its claims.
struct Column {
    claim: usize,
    sources: Range<usize>,
    first_amount: usize,
    /// From the amount of one source to that of the next.
    step: usize,
}

impl Column {
    #[inline]
    fn places(&self) -> impl Iterator<Item = usize> + use<> {
        (self.first_amount..).step_by(self.step)
    }
}

impl Bundle {
    /// One column for each claim.
    #[inline]
    fn columns(self, end: Bundle) -> impl Iterator<Item = Column> {
        let claims = self.first_claim as usize..end.first_claim as usize;
        let (sources, step) = (self.first_source as usize..end.first_source as usize, claims.len());
        (self.first_amount as usize..).zip(claims).map(move |(first_amount, claim)| Column {
            claim,
            sources: sources.clone(),
            first_amount,
            step,
        })
    }
}

/// Where a part of the lines is written down.
pub(crate) struct Sheet<'b> {
    pub book: &'b Book,
    part: Part,
}

impl<'b> Sheet<'b> {
    pub(crate) fn new(book: &'b Book) -> Self {
        Self { book, part: Part::default() }
    }

    /// Adds a line; those of one source come one after the other.
    pub(crate) fn push(&mut self, Line { amount, beneficiary, from, level, rate }: Line) {
        let part = &mut self.part;
        if part.sources.last() != Some(&from) {
            part.bundles.push(part.end());
            part.sources.push(from);
        }
        part.claims.push(Claim { beneficiary, level, rate });
        part.amounts.push(amount);
    }

    /// Adds a claim without a line, for sources that follow.
    pub(super) fn claim(&mut self, claim: Claim) {
        self.part.claims.push(claim);
    }

    /// The number of claims so far.
    pub(super) fn claims(&self) -> usize {
        self.part.claims.len()
    }

    /// Adds the lines of a source on the claims from `first` on; none where an amount is none.
    #[inline]
    pub(super) fn pay(&mut self, from: u32, first: usize, amount: impl Fn(i64) -> Option<i64>) -> Option<()> {
        let Self { book, part } = self;
        if first < part.claims.len() {
            if part.bundles.last().is_none_or(|bundle| bundle.first_claim as usize != first) {
                part.bundles.push(Bundle { first_claim: first as u32, ..part.end() });
            }
            part.sources.push(from);
            part.claims.terms[first..]
                .iter()
                .try_for_each(|(_, rate)| amount(book.rates.at(*rate)).map(|amount| part.amounts.push(amount)))?;
        }
        Some(())
    }

    /// Closes the part: its lines are summed up by beneficiary while they are still in the processor's cache.
    pub(crate) fn close(self) -> Part {
        let Part { claims, bundles, sources, amounts, .. } = self.part;
        // Copies of exact size: what lists hold in reserve would add up over thousands of parts.
        let amounts = Amounts { small: amounts.small.to_vec(), large: amounts.large.to_vec() };
        let claims = Claims { beneficiaries: claims.beneficiaries.to_vec(), terms: claims.terms.to_vec() };
        let mut part = Part { claims, bundles: bundles.to_vec(), sources: sources.to_vec(), amounts, lines: 0, total: 0 };
        (part.lines, part.total) = self.book.add(&part);
        part
    }
}
