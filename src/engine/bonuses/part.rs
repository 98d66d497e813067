//! Lines in little memory. There may be tens of millions of them, and memory is what they cost most: to write it, and to go through it again.

use std::iter;

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

/// Sources that share their claims: orders of one partner, or one order or partner alone. Each of them has an amount for every claim, one
/// source after the other. All of it ends where the next bundle begins.
#[derive(Clone, Copy)]
struct Bundle {
    /// The first source.
    first: u32,
    /// Which of the sources from the first one on belong to it, one bit each: orders of a partner are dense indices that follow one another.
    sources: u32,
    first_claim: u32,
    first_amount: u32,
}

impl Bundle {
    /// So many sources from the first one on have a bit.
    const SOURCES: u32 = u32::BITS;

    /// The sources, ascending.
    #[inline]
    fn sources(self) -> impl Iterator<Item = u32> + Clone {
        let mut left = self.sources;
        iter::from_fn(move || {
            let bit = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (bit < Self::SOURCES).then_some(self.first + bit)
        })
    }
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
    /// Level and rate in four bytes; the few that need more stand apart.
    terms: Vec<u32>,
    /// Ascending by place.
    wide_terms: Vec<(u32, [u32; 2])>,
}

impl Claims {
    /// Rates below this are kept beside the level.
    const RATES: u32 = 1 << 10;
    /// Stands for terms that are kept apart.
    const WIDE: u32 = u32::MAX;

    fn push(&mut self, Claim { beneficiary, level, rate }: Claim) {
        let narrow = level < Self::WIDE / Self::RATES && rate < Self::RATES;
        if !narrow {
            self.wide_terms.push((self.len() as u32, [level, rate]));
        }
        self.beneficiaries.push(beneficiary);
        self.terms.push(if narrow { level * Self::RATES + rate } else { Self::WIDE });
    }

    fn len(&self) -> usize {
        self.beneficiaries.len()
    }

    /// Level and rate.
    #[inline]
    fn terms(&self, claim: usize) -> [u32; 2] {
        match self.terms[claim] {
            Self::WIDE => self.find(claim),
            narrow => [narrow / Self::RATES, narrow % Self::RATES],
        }
    }

    #[cold]
    fn find(&self, claim: usize) -> [u32; 2] {
        let found = self.wide_terms.binary_search_by_key(&claim, |(place, _)| *place as usize);
        found.map_or([0; 2], |found| self.wide_terms[found].1)
    }

    /// Adds the claims from `first` on once more.
    fn repeat(&mut self, first: usize) {
        for claim in first..self.len() {
            let [level, rate] = self.terms(claim);
            self.push(Claim { beneficiary: self.beneficiaries[claim], level, rate });
        }
    }
}

/// What becomes of lines that are changed, claim by claim.
pub(crate) trait Change {
    /// Whether lines of this beneficiary may change; those on one claim follow, if they may.
    fn concerns(&mut self, beneficiary: u32) -> bool;

    /// What a line comes to, which is at most what it has been.
    fn lower<R: Recorder>(&mut self, place: u64, line: &Line, recorder: &mut R) -> i64;

    /// What all lines on a claim that is concerned have come to.
    fn came_to(&mut self, beneficiary: u32, sum: i64);
}

/// Some of the lines of a bonus. Amounts that have come to nothing stay where they are and are no lines any more.
///
/// Whoever looks at many lines does so claim by claim, so that what depends on the beneficiary is looked up once for all orders of a partner.
#[derive(Default)]
pub(crate) struct Part {
    claims: Claims,
    bundles: Vec<Bundle>,
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

    /// What the lines come from, orders or partners, each with the place of its bundle.
    pub(super) fn sources(&self) -> impl Iterator<Item = (u32, u32)> {
        self.bundles.iter().zip(0..).flat_map(|(bundle, place)| bundle.sources().map(move |from| (from, place)))
    }

    /// The lines of one source of a bundle, lower levels first.
    pub(super) fn of_source(&self, bundle: u32, from: u32) -> impl Iterator<Item = Line> {
        let (bundle, end) = self.bundle(bundle as usize);
        let claims = bundle.first_claim as usize..end.first_claim as usize;
        let before = bundle.sources().take_while(|source| *source < from).count();
        let lines = (bundle.first_amount as usize + before * claims.len()..).zip(claims);
        lines.map(move |(place, claim)| self.line(place, from, claim)).filter(|line| line.amount > 0)
    }

    /// All lines by the claims they are on: the lines on one come one after the other, with their places.
    #[inline]
    pub(crate) fn by_claim(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = (usize, Line)>)> {
        (0..self.bundles.len()).flat_map(move |index| {
            let (bundle, end) = self.bundle(index);
            bundle.columns(end).map(move |(claim, places)| {
                let lines = places.zip(bundle.sources()).map(move |(place, from)| (place, self.line(place, from, claim)));
                (self.claims.beneficiaries[claim], lines.filter(|(_, line)| line.amount > 0))
            })
        })
    }

    /// The amounts of all lines.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = i64> {
        (0..self.places()).map(|place| self.amounts.at(place)).filter(|amount| *amount > 0)
    }

    /// The lines of some amounts, with their places.
    pub(crate) fn of_amounts(&self, wanted: impl Fn(i64) -> bool) -> impl Iterator<Item = (usize, Line)> {
        let (mut index, mut ends) = (0, self.bundle_end(0));
        (0..self.places()).filter(move |place| wanted(self.amounts.at(*place))).filter_map(move |place| {
            while ends <= place {
                index += 1;
                ends = self.bundle_end(index);
            }
            let (bundle, end) = self.bundle(index);
            let claims = (end.first_claim - bundle.first_claim) as usize;
            let (source, claim) = ((place - bundle.first_amount as usize) / claims, (place - bundle.first_amount as usize) % claims);
            let from = bundle.sources().nth(source)?;
            let line = self.line(place, from, bundle.first_claim as usize + claim);
            (line.amount > 0).then_some((place, line))
        })
    }

    /// Goes through all lines; `start` places stand before the part.
    pub(super) fn change<R: Recorder>(&mut self, start: u64, change: &mut impl Change, recorder: &mut R) {
        for index in 0..self.bundles.len() {
            let (bundle, end) = self.bundle(index);
            for (claim, places) in bundle.columns(end) {
                let beneficiary = self.claims.beneficiaries[claim];
                if !change.concerns(beneficiary) {
                    continue;
                }
                let mut sum = 0;
                for (place, from) in places.zip(bundle.sources()) {
                    let line = self.line(place, from, claim);
                    if line.amount > 0 {
                        let lowered = change.lower(start + place as u64, &line, recorder);
                        if lowered != line.amount {
                            self.lower(place, &line, lowered);
                        }
                        sum += i128::from(lowered);
                    }
                }
                change.came_to(beneficiary, i64::try_from(sum).unwrap_or(i64::MAX));
            }
        }
    }

    /// Gives a line an amount that is at most the one it has.
    #[inline]
    pub(super) fn lower(&mut self, place: usize, line: &Line, amount: i64) {
        self.total -= i128::from(line.amount - amount);
        self.lines -= usize::from(amount == 0);
        self.amounts.lower(place, amount);
    }

    #[inline]
    fn line(&self, place: usize, from: u32, claim: usize) -> Line {
        let [level, rate] = self.claims.terms(claim);
        Line { amount: self.amounts.at(place), beneficiary: self.claims.beneficiaries[claim], from, level, rate }
    }

    /// A bundle and where it ends.
    #[inline]
    fn bundle(&self, index: usize) -> (Bundle, Bundle) {
        (self.bundles[index], self.bundles.get(index + 1).copied().unwrap_or_else(|| self.next_bundle(0)))
    }

    /// Where the amounts of a bundle end.
    fn bundle_end(&self, index: usize) -> usize {
        self.bundles.get(index + 1).map_or(self.places(), |next| next.first_amount as usize)
    }

    /// A bundle behind all others, of one source and of no claims yet.
    fn next_bundle(&self, first: u32) -> Bundle {
        let [first_claim, first_amount] = [self.claims.len(), self.places()].map(|count| count as u32);
        Bundle { first, sources: 1, first_claim, first_amount }
    }
}

impl Bundle {
    /// Its claims, each with the places of the amounts of all sources.
    #[inline]
    fn columns(self, end: Self) -> impl Iterator<Item = (usize, impl Iterator<Item = usize> + use<>)> {
        let claims = self.first_claim as usize..end.first_claim as usize;
        let step = claims.len();
        claims.zip(self.first_amount as usize..).map(move |(claim, first)| (claim, (first..).step_by(step)))
    }
}

/// Where a part of the lines is written down.
pub(crate) struct Sheet<'b> {
    pub book: &'b Book,
    draft: Draft,
}

/// A part that is being written, and what lies beside it meanwhile. It is used again for the next part: memory that grows is copied over and
/// over.
#[derive(Default)]
pub(super) struct Draft {
    part: Part,
    /// What the lines on each claim come to. What does not fit is [`i64::MAX`].
    sums: Vec<i64>,
    /// The first claim of the sources that follow.
    first_claim: usize,
}

impl<'b> Sheet<'b> {
    pub(crate) fn new(book: &'b Book) -> Self {
        Self { book, draft: book.draft() }
    }

    /// Adds a line; those of one source come one after the other.
    pub(crate) fn push(&mut self, Line { amount, beneficiary, from, level, rate }: Line) {
        let Draft { part, sums, .. } = &mut self.draft;
        if part.bundles.last().is_none_or(|bundle| bundle.first != from) {
            part.bundles.push(part.next_bundle(from));
        }
        part.claims.push(Claim { beneficiary, level, rate });
        sums.push(amount);
        part.add(amount);
    }

    /// Begins with the claims of other sources.
    pub(super) fn begin(&mut self) {
        self.draft.first_claim = self.draft.part.claims.len();
    }

    /// Adds a claim without a line, for sources that follow.
    pub(super) fn claim(&mut self, claim: Claim) {
        self.draft.part.claims.push(claim);
        self.draft.sums.push(0);
    }

    /// Adds the lines of a source on the claims since [`Sheet::begin`]; none where an amount is none. Sources come in ascending order.
    #[inline]
    pub(super) fn pay(&mut self, from: u32, amount: impl Fn(i64) -> Option<i64>) -> Option<()> {
        let Draft { part, sums, first_claim } = &mut self.draft;
        let claims = part.claims.len() - *first_claim;
        if claims == 0 {
            return Some(());
        }
        match part.bundles.last_mut().filter(|bundle| bundle.first_claim as usize == *first_claim) {
            Some(bundle) if from - bundle.first < Bundle::SOURCES => bundle.sources |= 1 << (from - bundle.first),
            None => {
                let bundle = Bundle { first_claim: *first_claim as u32, ..part.next_bundle(from) };
                part.bundles.push(bundle);
            }
            Some(_) => {
                let bundle = part.next_bundle(from);
                part.bundles.push(bundle);
                part.claims.repeat(*first_claim);
                *first_claim += claims;
                sums.resize(sums.len() + claims, 0);
            }
        }
        for (claim, sum) in (*first_claim..).zip(&mut sums[*first_claim..]) {
            let [_, rate] = part.claims.terms(claim);
            let amount = amount(self.book.rates.at(rate))?;
            part.add(amount);
            super::add(sum, amount);
        }
        Some(())
    }

    /// Closes the part: what its lines come to is added to what is earned.
    pub(crate) fn close(self) -> Part {
        let Self { book, mut draft } = self;
        book.add(&draft.part.claims.beneficiaries, &draft.sums);
        let part = draft.part.take();
        draft.sums.clear();
        book.give_back(Draft { first_claim: 0, ..draft });
        part
    }
}

impl Part {
    /// Adds an amount.
    #[inline]
    fn add(&mut self, amount: i64) {
        self.lines += usize::from(amount > 0);
        self.total += i128::from(amount);
        self.amounts.push(amount);
    }

    /// Takes all lines out, in memory of exact size: what lists hold in reserve would add up over thousands of parts.
    fn take(&mut self) -> Self {
        let amounts = Amounts { small: take(&mut self.amounts.small), large: take(&mut self.amounts.large) };
        let Claims { beneficiaries, terms, wide_terms } = &mut self.claims;
        let claims = Claims { beneficiaries: take(beneficiaries), terms: take(terms), wide_terms: take(wide_terms) };
        let part = Self { claims, bundles: take(&mut self.bundles), amounts, ..*self };
        (self.lines, self.total) = (0, 0);
        part
    }
}

fn take<T: Copy>(list: &mut Vec<T>) -> Vec<T> {
    let taken = list.to_vec();
    list.clear();
    taken
}

#[cfg(test)]
mod tests {
    use super::{Claim, Claims};

    #[test]
    fn terms_that_need_more_than_four_bytes_stay_whole() {
        let all = [[0, 0], [7, 1023], [4_194_302, 1023], [4_194_303, 0], [7, 1024], [u32::MAX - 1, u32::MAX], [3, 5]];
        let mut claims = Claims::default();
        all.into_iter().for_each(|[level, rate]| claims.push(Claim { beneficiary: 1, level, rate }));
        claims.repeat(0);
        let kept: Vec<[u32; 2]> = (0..claims.len()).map(|claim| claims.terms(claim)).collect();
        assert_eq!(kept, [all, all].concat());
        assert_eq!(claims.wide_terms.len(), 6);
    }
}
