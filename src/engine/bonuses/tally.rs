//! Sums that many threads add to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};

/// Sums by index of what is never negative; each thread has a table of its own. What does not fit becomes [`i64::MAX`], however the work
/// is shared out.
pub(crate) struct Tally {
    size: usize,
    tables: Vec<Mutex<Vec<i64>>>,
}

impl Tally {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, tables: (0..rayon::current_num_threads().max(1)).map(|_| Mutex::default()).collect() }
    }

    /// The table of this thread. Nobody else asks for it, so nobody waits; it must not be held while work is handed to other threads.
    pub(crate) fn table(&self) -> MutexGuard<'_, Vec<i64>> {
        let thread = rayon::current_thread_index().unwrap_or(0) % self.tables.len();
        let mut table = self.tables[thread].lock().unwrap_or_else(PoisonError::into_inner);
        if table.is_empty() {
            *table = vec![0; self.size];
        }
        table
    }

    /// The sums over all threads; no entries at all where nothing was added.
    pub(crate) fn into_sums(self) -> Vec<i64> {
        let tables = self.tables.into_iter().map(|table| table.into_inner().unwrap_or_else(PoisonError::into_inner));
        let mut tables = tables.filter(|table| !table.is_empty());
        let mut sums = tables.next().unwrap_or_default();
        tables.for_each(|more| add_all(&mut sums, &more));
        sums
    }
}

#[inline]
pub(crate) fn add(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

/// Adds sums to sums, in parallel; either may have no entries, which means that all of them are 0.
pub(crate) fn add_all(sums: &mut Vec<i64>, more: &[i64]) {
    if sums.is_empty() {
        sums.extend_from_slice(more);
    } else {
        sums.par_iter_mut().zip(more.par_iter()).for_each(|(sum, more)| add(sum, *more));
    }
}
