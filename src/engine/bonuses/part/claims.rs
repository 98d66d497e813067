//! Claims in little memory.

/// Who earns at which level and rate. What several orders of one partner pay goes to the same people, so it is written down once.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub beneficiary: u32,
    pub level: u32,
    /// The place of the rate among the bonus's rates.
    pub rate: u32,
}

/// Claims. Who earns stands apart from the rest: that is all that caps and sums look at.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) beneficiaries: Vec<u32>,
    /// Level and rate in four bytes; the few that need more stand apart.
    pub(super) terms: Vec<u32>,
    /// Ascending by place.
    pub(super) wide_terms: Vec<(u32, [u32; 2])>,
}

impl Claims {
    /// Rates below this are kept beside the level.
    const RATES: u32 = 1 << 10;
    /// Stands for terms that are kept apart.
    const WIDE: u32 = u32::MAX;

    pub(super) fn push(&mut self, Claim { beneficiary, level, rate }: Claim) {
        let narrow = level < Self::WIDE / Self::RATES && rate < Self::RATES;
        if !narrow {
            self.wide_terms.push((self.len() as u32, [level, rate]));
        }
        self.beneficiaries.push(beneficiary);
        self.terms.push(if narrow { level * Self::RATES + rate } else { Self::WIDE });
    }

    pub(super) fn len(&self) -> usize {
        self.beneficiaries.len()
    }

    /// Level and rate.
    #[inline]
    pub(super) fn terms(&self, claim: usize) -> [u32; 2] {
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
    pub(super) fn repeat(&mut self, first: usize) {
        for claim in first..self.len() {
            let [level, rate] = self.terms(claim);
            self.push(Claim { beneficiary: self.beneficiaries[claim], level, rate });
        }
    }
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
