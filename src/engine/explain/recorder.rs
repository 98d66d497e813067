//! Who listens while the calculators run.

use super::step::Step;
use crate::engine::tree::NONE;

/// What a step is about, by dense indices; [`NONE`] where it is about no single partner or order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// The bonus by its place in the plan; none for what concerns all of them.
    pub bonus: Option<usize>,
    /// The partner who earns or does not.
    pub partner: u32,
    pub order: u32,
    /// Where the money comes from, for bonuses without orders.
    pub source: u32,
}

impl About {
    /// A step about one partner in one bonus, without an order.
    pub(crate) fn partner(bonus: usize, partner: u32) -> Self {
        Self { bonus: Some(bonus), partner, order: NONE, source: partner }
    }
}

/// Listens to the calculators. They report every step through it; what it does not want is never even put together.
pub(crate) trait Recorder: Send + Sync + Sized {
    /// Takes note of a step, if it is of interest.
    fn note(&mut self, about: About, step: impl FnOnce() -> Step);
    /// A listener for a part of the work.
    fn fork(&self) -> Self;
    /// Takes over what a fork has heard.
    fn join(&mut self, fork: Self);
}

/// Hears nothing and costs nothing.
pub(crate) struct Silent;

impl Recorder for Silent {
    #[inline(always)]
    fn note(&mut self, _: About, _: impl FnOnce() -> Step) {}

    fn fork(&self) -> Self {
        Self
    }

    fn join(&mut self, _: Self) {}
}

/// Keeps what concerns one partner, and one order where one is given.
pub(crate) struct Trace {
    partner: u32,
    order: Option<u32>,
    steps: Vec<(About, Step)>,
}

impl Trace {
    pub(crate) fn new(partner: u32, order: Option<u32>) -> Self {
        Self { partner, order, steps: Vec::new() }
    }

    pub(crate) fn into_steps(self) -> Vec<(About, Step)> {
        self.steps
    }

    /// Steps of other partners are wanted only where they say how an order's walk went on or ended.
    fn wants(&self, about: &About) -> bool {
        let partner = about.partner == self.partner || (about.partner == NONE && self.order.is_some());
        partner && (about.order == NONE || self.order.is_none_or(|order| order == about.order))
    }
}

impl Recorder for Trace {
    fn note(&mut self, about: About, step: impl FnOnce() -> Step) {
        if self.wants(&about) {
            self.steps.push((about, step()));
        }
    }

    fn fork(&self) -> Self {
        Self::new(self.partner, self.order)
    }

    fn join(&mut self, fork: Self) {
        self.steps.extend(fork.steps);
    }
}
