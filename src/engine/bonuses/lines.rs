//! Commission lines while they are computed.

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

/// A line of one bonus, by dense indices. There are tens of millions of them, so it is kept small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// What the rate is applied to, in counts of 1/10000; of a pool's lines 0.
    pub base: i64,
    /// With as many digits as the bonus's rule says.
    pub rate: i64,
    /// In minor units of the currency.
    pub amount: i64,
    pub beneficiary: u32,
    /// [`NONE`](crate::engine::tree::NONE) where the line comes from no single order.
    pub order: u32,
    pub source: u32,
    pub level: u32,
}

/// The lines of a bonus in output order, in the parts in which they were computed.
#[derive(Default)]
pub(crate) struct Lines {
    parts: Vec<Vec<Line>>,
}

impl Lines {
    pub(crate) fn of_parts(parts: Vec<Vec<Line>>) -> Self {
        Self { parts }
    }

    pub(crate) fn parts(&self) -> &[Vec<Line>] {
        &self.parts
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.parts.iter().flatten()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.parts.iter_mut().flatten()
    }

    pub(crate) fn parts_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut Vec<Line>> {
        self.parts.par_iter_mut()
    }

    /// Drops the lines that a cap brought to 0.
    pub(crate) fn drop_empty(&mut self) {
        self.parts.par_iter_mut().for_each(|part| part.retain(|line| line.amount > 0));
    }
}

impl From<Vec<Line>> for Lines {
    fn from(lines: Vec<Line>) -> Self {
        Self { parts: vec![lines] }
    }
}

/// Sums something over the lines of each beneficiary, in parallel; the sums do not depend on how the work is shared out.
pub(crate) fn sum_by_beneficiary<'l>(
    lines: impl Iterator<Item = &'l Lines>,
    partners: usize,
    value: impl Fn(&Line) -> i128 + Sync,
) -> Vec<i128> {
    let parts: Vec<&Vec<Line>> = lines.flat_map(Lines::parts).collect();
    let sum = |parts: &[&Vec<Line>]| {
        let mut sums = vec![0; partners];
        for line in parts.iter().copied().flatten() {
            sums[line.beneficiary as usize] += value(line);
        }
        sums
    };
    let per_thread = parts.len().div_ceil(rayon::current_num_threads()).max(1);
    let sums: Vec<Vec<i128>> = parts.par_chunks(per_thread).map(sum).collect();
    let add = |mut all: Vec<i128>, more: Vec<i128>| {
        all.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        all
    };
    sums.into_iter().reduce(add).unwrap_or_else(|| vec![0; partners])
}
