//! Lines in little memory. There may be tens of millions of them, and fresh memory is what they cost most: the system clears each page of it.

use super::{Book, Line};

/// Who earns at which level and rate. What several orders of one partner pay goes to the same people, so it is written down once.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub beneficiary: u32,
    pub level: u32,
    /// The place of the rate among the bonus's rates.
    pub rate: u32,
}

/// An order or a partner that lines come from. It has as many amounts as there are until the next one's, and a claim for each of them.
#[derive(Clone, Copy)]
struct Source {
    from: u32,
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

    /// All from one on.
    #[inline]
    fn from(&self, first: usize) -> impl Iterator<Item = Claim> {
        let claim = |(beneficiary, terms): (&u32, &(u32, u32))| Claim { beneficiary: *beneficiary, level: terms.0, rate: terms.1 };
        self.beneficiaries[first..].iter().zip(&self.terms[first..]).map(claim)
    }
}

/// Some of the lines of a bonus. Amounts that have come to nothing stay where they are and are no lines any more.
#[derive(Default)]
pub(crate) struct Part {
    claims: Claims,
    sources: Vec<Source>,
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
        self.sources.iter().map(|source| source.from)
    }

    /// The lines of one source with their places, lower levels first.
    #[inline]
    pub(super) fn of_source(&self, index: usize) -> impl Iterator<Item = (usize, Line)> {
        let Source { from, first_claim, first_amount } = self.sources[index];
        let claims = self.claims.from(first_claim as usize);
        let lines = (first_amount as usize..self.end(index))
            .zip(claims)
            .map(move |(place, claim)| (place, Line::of(self.amounts.at(place), from, claim)));
        lines.filter(|(_, line)| line.amount > 0)
    }

    /// All lines with their places.
    #[inline]
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, Line)> {
        (0..self.sources.len()).flat_map(|index| self.of_source(index))
    }

    /// Gives every line the amount that `lower` says, which is at most the one it has.
    pub(super) fn change(&mut self, mut lower: impl FnMut(usize, &Line) -> i64) {
        (self.lines, self.total) = (0, 0);
        for index in 0..self.sources.len() {
            let Source { from, first_claim, first_amount } = self.sources[index];
            let places = first_amount as usize..self.end(index);
            let Self { claims, amounts, lines, total, .. } = self;
            for (place, claim) in places.zip(claims.from(first_claim as usize)) {
                let line = Line::of(amounts.at(place), from, claim);
                if line.amount == 0 {
                    continue;
                }
                let amount = lower(place, &line);
                if amount != line.amount {
                    amounts.lower(place, amount);
                }
                *lines += usize::from(amount > 0);
                *total += i128::from(amount);
            }
        }
    }

    /// Gives one line an amount that is at most the one it has.
    pub(super) fn lower(&mut self, place: usize, amount: i64) {
        self.total -= i128::from(self.amounts.at(place) - amount);
        self.lines -= usize::from(amount == 0);
        self.amounts.lower(place, amount);
    }

    /// Where the amounts of a source end.
    #[inline]
    fn end(&self, index: usize) -> usize {
        self.sources.get(index + 1).map_or(self.amounts.small.len(), |next| next.first_amount as usize)
    }
}

impl Line {
    #[inline]
    fn of(amount: i64, from: u32, Claim { beneficiary, level, rate }: Claim) -> Self {
        Self { amount, beneficiary, from, level, rate }
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
        if part.sources.last().is_none_or(|last| last.from != from) {
            let (first_claim, first_amount) = (part.claims.len() as u32, part.places() as u32);
            part.sources.push(Source { from, first_claim, first_amount });
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
            let first_amount = part.places() as u32;
            part.sources.push(Source { from, first_claim: first as u32, first_amount });
            part.claims.from(first).try_for_each(|claim| amount(book.rates.at(claim.rate)).map(|amount| part.amounts.push(amount)))?;
        }
        Some(())
    }

    /// Closes the part: its lines are summed up by beneficiary while they are still in the processor's cache.
    pub(crate) fn close(self) -> Part {
        let Part { claims, sources, amounts, .. } = self.part;
        // Copies of exact size: what lists hold in reserve would add up over thousands of parts.
        let amounts = Amounts { small: amounts.small.to_vec(), large: amounts.large.to_vec() };
        let claims = Claims { beneficiaries: claims.beneficiaries.to_vec(), terms: claims.terms.to_vec() };
        let mut part = Part { claims, sources: sources.to_vec(), amounts, lines: 0, total: 0 };
        (part.lines, part.total) = self.book.add(&part);
        part
    }
}
