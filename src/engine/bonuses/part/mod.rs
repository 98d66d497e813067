//! Lines in little memory. There may be tens of millions of them, and memory is what they cost most: to write it, and to go through it again.

mod amounts;
mod claims;
mod sheet;

use std::iter;

use crate::engine::explain::recorder::Recorder;

use super::Line;

use amounts::Amounts;
use claims::Claims;

pub(crate) use claims::Claim;
pub(super) use sheet::Draft;
pub(crate) use sheet::Sheet;

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
            (bit < Self::SOURCES).then(|| self.first + bit)
        })
    }

    /// Its claims, each with the places of the amounts of all sources.
    #[inline]
    fn columns(self, end: Self) -> impl Iterator<Item = (usize, impl Iterator<Item = usize> + use<>)> {
        let claims = self.first_claim as usize..end.first_claim as usize;
        let step = claims.len();
        claims.zip(self.first_amount as usize..).map(move |(claim, first)| (claim, (first..).step_by(step)))
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
