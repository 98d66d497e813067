//! Who listens while the calculators run.

use std::collections::BTreeMap;

use super::step::{Step, WalkEnd};
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
    /// Whether it hears anything at all.
    const LISTENS: bool = true;
    /// Whether steps of the walk from an order of a partner, or from what the partner has earned ([`NONE`]), are of interest. Of the others it
    /// need not hear, so they may take the short way.
    fn hears(&self, order: u32, partner: u32) -> bool;
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
    const LISTENS: bool = false;

    fn hears(&self, _: u32, _: u32) -> bool {
        false
    }

    #[inline(always)]
    fn note(&mut self, _: About, _: impl FnOnce() -> Step) {}

    fn fork(&self) -> Self {
        Self
    }

    fn join(&mut self, _: Self) {}
}

/// Keeps what concerns one partner, and one order where one is given.
///
/// Without an order only those walks that pay are kept step by step; a partner at the top stands above every order of the period and above
/// everybody whose earnings are matched, so the others are counted by their reason.
pub(crate) struct Trace<'a> {
    partner: u32,
    order: Option<u32>,
    /// Whether each partner is this one or stands below in one of the trees: no other walk comes to this partner.
    below: &'a [bool],
    heard: Heard,
    /// The walk of which something was heard last.
    open: Option<Open>,
}

/// What has been heard of a walk in one bonus so far. It starts from an order, or from a partner whose earnings are matched.
struct Open {
    bonus: usize,
    order: u32,
    source: u32,
    steps: Vec<(About, Step)>,
}

/// What a trace has heard.
#[derive(Default)]
pub(crate) struct Heard {
    pub steps: Vec<(About, Step)>,
    /// How many walks brought nothing, by bonus and reason.
    pub unpaid: BTreeMap<(usize, &'static str), usize>,
    /// Walks from partners that never came to the partner: the bonus, where each began, and why it ended.
    pub ended: Vec<(usize, u32, WalkEnd)>,
}

impl<'a> Trace<'a> {
    pub(crate) fn new(partner: u32, order: Option<u32>, below: &'a [bool]) -> Self {
        Self { partner, order, below, heard: Heard::default(), open: None }
    }

    pub(crate) fn into_heard(mut self) -> Heard {
        self.close();
        self.heard
    }

    /// Steps of nobody in particular say how a walk went on or ended.
    fn wants(&self, about: &About) -> bool {
        let concerned = about.partner == self.partner || about.partner == NONE;
        concerned && self.order.is_none_or(|order| about.order == order || self.is_own(about))
    }

    /// About the partner alone, in a bonus that looks at the whole period.
    fn is_own(&self, about: &About) -> bool {
        about.order == NONE && about.source == self.partner
    }

    /// Keeps or counts what was heard of the open walk.
    fn close(&mut self) {
        let Some(Open { bonus, source, steps, .. }) = self.open.take() else { return };
        let mut own = steps.iter().filter(|(about, _)| about.partner == self.partner).map(|(_, step)| step);
        if own.clone().any(Step::is_about_money) {
            self.heard.steps.extend(steps);
        } else if let Some(last) = own.next_back() {
            *self.heard.unpaid.entry((bonus, last.reason())).or_default() += 1;
        } else if let (true, [(_, Step::WalkEnded { why, .. })]) = (source != NONE, &steps[..]) {
            self.heard.ended.push((bonus, source, *why));
        }
    }
}

impl Recorder for Trace<'_> {
    fn hears(&self, order: u32, partner: u32) -> bool {
        self.order.map_or(self.below[partner as usize], |asked| asked == order)
    }

    fn note(&mut self, about: About, step: impl FnOnce() -> Step) {
        if !self.wants(&about) {
            return;
        }
        match about.bonus {
            Some(bonus) if self.order.is_none() && !self.is_own(&about) => {
                let About { order, source, .. } = about;
                if self.open.as_ref().is_some_and(|open| (open.bonus, open.order, open.source) != (bonus, order, source)) {
                    self.close();
                }
                self.open.get_or_insert_with(|| Open { bonus, order, source, steps: Vec::new() }).steps.push((about, step()));
            }
            _ => self.heard.steps.push((about, step())),
        }
    }

    fn fork(&self) -> Self {
        Self::new(self.partner, self.order, self.below)
    }

    fn join(&mut self, fork: Self) {
        self.close();
        let Heard { steps, unpaid, ended } = fork.into_heard();
        self.heard.steps.extend(steps);
        self.heard.ended.extend(ended);
        for (reason, walks) in unpaid {
            *self.heard.unpaid.entry(reason).or_default() += walks;
        }
    }
}
