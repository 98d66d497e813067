//! Amounts in little memory.

/// Amounts in minor units in four bytes each; the few that need more stand apart.
#[derive(Default)]
pub(super) struct Amounts {
    pub(super) small: Vec<u32>,
    /// Ascending by place.
    pub(super) large: Vec<(u32, i64)>,
}

impl Amounts {
    /// Stands for an amount that is kept apart.
    const LARGE: u32 = u32::MAX;

    pub(super) fn push(&mut self, amount: i64) {
        let small = u32::try_from(amount).unwrap_or(Self::LARGE);
        if small == Self::LARGE {
            self.large.push((self.small.len() as u32, amount));
        }
        self.small.push(small);
    }

    #[inline]
    pub(super) fn at(&self, place: usize) -> i64 {
        match self.small[place] {
            Self::LARGE => self.find(place).map_or(0, |found| self.large[found].1),
            small => i64::from(small),
        }
    }

    /// Caps only take away, so what was small stays so.
    pub(super) fn lower(&mut self, place: usize, amount: i64) {
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
