//! Looking partners up by their numbers.

use crate::engine::tree::NONE;

/// Numbers that leave at most so many gaps per partner are looked up in a table.
const GAPS: usize = 16;

/// From partner numbers to dense indices.
#[derive(Clone, Debug)]
pub(super) enum Index {
    /// Numbers without large gaps: from `first` on, one entry each.
    Table { first: i64, places: Vec<u32> },
    /// Numbers in ascending order, each with its place.
    Sorted(Vec<(i64, u32)>),
}

impl Index {
    /// Of numbers in ascending order, each with its place.
    pub(super) fn of(numbers: Vec<(i64, u32)>) -> Self {
        let (Some(&(first, _)), Some(&(last, _))) = (numbers.first(), numbers.last()) else { return Self::Sorted(numbers) };
        let span = usize::try_from(last - first).unwrap_or(usize::MAX);
        if span / GAPS > numbers.len() {
            return Self::Sorted(numbers);
        }
        let mut places = vec![NONE; span + 1];
        for (number, place) in numbers {
            places[(number - first) as usize] = place;
        }
        Self::Table { first, places }
    }

    /// Gives every number another place.
    pub(super) fn reseat(&mut self, seats: &[u32]) {
        match self {
            Self::Table { places, .. } => {
                places.iter_mut().filter(|place| **place != NONE).for_each(|place| *place = seats[*place as usize]);
            }
            Self::Sorted(numbers) => numbers.iter_mut().for_each(|(_, place)| *place = seats[*place as usize]),
        }
    }

    pub(super) fn find(&self, number: i64) -> Option<u32> {
        match self {
            Self::Table { first, places } => {
                let place = usize::try_from(number.checked_sub(*first)?).ok()?;
                places.get(place).copied().filter(|place| *place != NONE)
            }
            Self::Sorted(numbers) => numbers.binary_search_by_key(&number, |(number, _)| *number).ok().map(|found| numbers[found].1),
        }
    }
}
