//! Writing lines down.

use crate::engine::bonuses::{Book, Line, add};

use super::{Amounts, Bundle, Claim, Claims, Part};

/// Where a part of the lines is written down.
pub(crate) struct Sheet<'b> {
    pub book: &'b Book,
    draft: Draft,
}

/// A part that is being written, and what lies beside it meanwhile. It is used again for the next part: memory that grows is copied over and
/// over.
#[derive(Default)]
pub(crate) struct Draft {
    part: Part,
    /// What the lines on each claim come to. What does not fit is [`i64::MAX`].
    sums: Vec<i64>,
    /// The first claim of the sources that follow.
    first_claim: usize,
    /// The rates of the claims from that one on.
    rates: Vec<i64>,
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
    pub(crate) fn begin(&mut self) {
        self.draft.first_claim = self.draft.part.claims.len();
        self.draft.rates.clear();
    }

    /// Adds a claim without a line, for sources that follow.
    pub(crate) fn claim(&mut self, claim: Claim) {
        let Draft { part, sums, rates, .. } = &mut self.draft;
        part.claims.push(claim);
        sums.push(0);
        rates.push(self.book.rates.at(claim.rate));
    }

    /// Adds the lines of a source on the claims since [`Sheet::begin`]; none where an amount is none. Sources come in ascending order.
    #[inline]
    pub(crate) fn pay(&mut self, from: u32, amount: impl Fn(i64) -> Option<i64>) -> Option<()> {
        let Draft { part, sums, first_claim, rates } = &mut self.draft;
        debug_assert_eq!(rates.len(), part.claims.len() - *first_claim);
        if rates.is_empty() {
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
                *first_claim += rates.len();
                sums.resize(sums.len() + rates.len(), 0);
            }
        }
        for (rate, sum) in rates.iter().zip(&mut sums[*first_claim..]) {
            let amount = amount(*rate)?;
            part.add(amount);
            add(sum, amount);
        }
        Some(())
    }

    /// Closes the part: what its lines come to is added to what is earned.
    pub(crate) fn close(self) -> Part {
        let Self { book, mut draft } = self;
        book.add(&draft.part.claims.beneficiaries, &draft.sums);
        let part = draft.part.take();
        draft.sums.clear();
        draft.rates.clear();
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
