//! Bonuses that walk up from every order.

use std::borrow::Cow;
use std::ops::Range;

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::engine::decimal::{Exact, fixed};
use crate::engine::explain::describe;
use crate::engine::explain::recorder::{About, Recorder, Silent};
use crate::engine::explain::step::{Effect, Formula, NotEligible, Step, WalkEnd};
use crate::engine::plan::RankIndex;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::snapshot::Order;
use crate::engine::standing::Standing;
use crate::engine::tree::{NONE, Tree};
use crate::engine::volume::Personal;

use super::{Award, Book, Line, Lines, Origin, Turn};

/// Enough orders or partners that handing them to a thread costs nothing in comparison, and few enough that their lines stay in its cache.
const PART: usize = 2048;

/// Why a bonus does not look at an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlooked {
    NoVolume,
    Kind,
    Buyer,
    TooLateAfterJoining { days: u32 },
    NotFirstOrder { first: u32 },
}

/// A rule that pays upwards from orders. What it does depends on the order's partner alone; the order decides whether it is looked at,
/// and by its CV how much is earned.
pub(crate) trait OrderWalk: Sync {
    /// All rates at which somebody may earn.
    fn rates(&self) -> Vec<i64>;

    /// Whether the bonus looks at the order at all.
    fn sees(&self, order: &Order, place: u32) -> Result<(), Overlooked>;

    /// Whether it may leave out orders that have volume, so that they are worth counting.
    fn overlooks(&self) -> bool;

    /// Goes up from the partner of an order and says who earns at which rate, lower levels first, and why others do not.
    fn walk(&self, partner: u32, way: &mut impl Way) -> Result<(), Refusal>;

    /// Whose orders each partner's orders count as above level 0, where that may be somebody else's.
    fn into_sellers(self) -> Option<Vec<u32>>
    where
        Self: Sized,
    {
        None
    }
}

/// Somebody who earns on the way up.
#[derive(Clone, Copy)]
pub(crate) struct Stop {
    pub beneficiary: u32,
    pub level: u32,
    pub rate: i64,
}

/// What becomes of what a walk says.
pub(crate) trait Way {
    /// Whether notes go anywhere.
    const LISTENS: bool;

    /// Somebody earns at a rate.
    fn earns(&mut self, stop: Stop, formula: impl FnOnce() -> Formula) -> Result<(), Refusal>;

    /// Something to be explained about a partner, or about the walk as a whole ([`NONE`]).
    fn note(&mut self, partner: u32, step: impl FnOnce() -> Step);
}

/// Pays all orders, in parallel; the lines come in the order of the orders, whatever the number of threads.
pub(crate) fn all<R: Recorder>(walk: impl OrderWalk, turn: Turn, recorder: &mut R) -> Result<Lines, Refusal> {
    let standing = turn.standing;
    let book = Book::of(walk.rates(), standing.len());
    let minor = standing.minor(4 + turn.bonus.rule.rate_digits());
    let orders = &standing.counted;
    // Most partners have several orders, and from each of them the way up is the same. Explanations are about single orders.
    let many = || orders.len() >= standing.len() && (!walk.overlooks() || count_seen(&walk, standing) >= standing.len());
    let routes = if !R::LISTENS && many() { Some(Routes::of(&walk, turn, &book)?) } else { None };
    let pay = |range: Range<usize>, recorder: &mut R| {
        let mut lines = Vec::new();
        let mut seen = Vec::with_capacity(range.len());
        for &place in &orders[range] {
            let order = standing.snapshot.orders.order(place);
            match walk.sees(order, place) {
                // Looked up for all orders before the first is paid: waits for memory then overlap instead of following each other.
                Ok(()) => {
                    let route = routes.as_ref().map_or(&[][..], |routes| routes.of_partner(order.partner));
                    seen.push((place, order, route.first().copied(), route.get(1..).unwrap_or_default()));
                }
                Err(why) => {
                    recorder.note(turn.about(NONE, place), || Step::OrderUnseen { why: describe::overlooked(standing, order, why) });
                }
            }
        }
        for (place, order, first, others) in seen {
            let mut payment = Payment { turn, place, order, minor: &minor, book: &book, lines: &mut lines, recorder };
            if routes.is_some() {
                first.iter().chain(others).try_for_each(|leg| payment.earn_on(*leg))?;
            } else {
                walk.walk(order.partner, &mut payment)?;
            }
        }
        Ok(book.close(&lines))
    };
    let parts = in_parts(orders.len(), recorder, pay)?;
    drop(routes);
    Ok(Lines::new(parts, book, Origin::Orders { sellers: walk.into_sellers() }))
}

fn count_seen(walk: &impl OrderWalk, standing: &Standing) -> usize {
    let seen = |place: &&u32| walk.sees(standing.snapshot.orders.order(**place), **place).is_ok();
    standing.counted.par_iter().filter(seen).count()
}

/// Works on equal parts of something, in parallel; what comes of them stands in their order.
pub(crate) fn in_parts<T: Send, R: Recorder>(
    count: usize,
    recorder: &mut R,
    work: impl Fn(Range<usize>, &mut R) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let heard = &*recorder;
    let one = |part: usize| {
        let mut fork = heard.fork();
        work(part * PART..count.min((part + 1) * PART), &mut fork).map(|done| (done, fork))
    };
    let parts: Vec<Result<(T, R), Refusal>> = (0..count.div_ceil(PART)).into_par_iter().map(one).collect();
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let (done, fork) = part?;
        all.push(done);
        recorder.join(fork);
    }
    Ok(all)
}

/// Pays one order along a walk.
struct Payment<'a, R> {
    turn: Turn<'a>,
    place: u32,
    order: &'a Order,
    minor: &'a Minor,
    book: &'a Book,
    lines: &'a mut Vec<Line>,
    recorder: &'a mut R,
}

impl<R> Payment<'_, R> {
    #[inline]
    fn amount(&self, rate: i64) -> Result<i64, Refusal> {
        self.minor.product(self.order.cv.units(), rate).ok_or_else(|| {
            let cause = format!("order {}: what bonus {} pays on it does not fit 64 bits", self.order.number, self.turn.bonus.code);
            Refusal::orders(None, cause)
        })
    }

    #[inline]
    fn earn_on(&mut self, leg: Leg) -> Result<(), Refusal> {
        let amount = self.amount(self.book.rates.at(leg.rate))?;
        self.write(leg, amount);
        Ok(())
    }

    #[inline]
    fn write(&mut self, Leg { beneficiary, level, rate }: Leg, amount: i64) {
        if amount > 0 {
            self.lines.push(Line { amount, beneficiary, from: self.place, level, rate });
        }
    }
}

impl<R: Recorder> Way for Payment<'_, R> {
    const LISTENS: bool = R::LISTENS;

    fn earns(&mut self, stop: Stop, formula: impl FnOnce() -> Formula) -> Result<(), Refusal> {
        let leg = Leg { beneficiary: stop.beneficiary, level: stop.level, rate: self.turn.place_of(stop.rate, self.book)? };
        let cv = i128::from(self.order.cv.units());
        let digits = self.turn.bonus.rule.rate_digits();
        let award = Award {
            about: self.turn.about(stop.beneficiary, self.place),
            level: stop.level,
            base: Exact { units: cv, digits: 4 },
            rate: stop.rate,
            exact: Some(Exact { units: cv * i128::from(stop.rate), digits: 4 + digits }),
            amount: self.amount(stop.rate)?,
        };
        self.turn.note_award(&award, formula, self.recorder);
        self.write(leg, award.amount);
        Ok(())
    }

    fn note(&mut self, partner: u32, step: impl FnOnce() -> Step) {
        self.recorder.note(self.turn.about(partner, self.place), step);
    }
}

/// A stop with its rate by place.
#[derive(Clone, Copy)]
struct Leg {
    beneficiary: u32,
    level: u32,
    rate: u32,
}

/// The way up from every partner who has orders.
struct Routes {
    parts: Vec<Part>,
}

/// The ways of consecutive partners, one after the other.
struct Part {
    /// Where each partner's way ends among the legs; the first entry is 0.
    ends: Vec<u32>,
    legs: Vec<Leg>,
}

impl Routes {
    fn of(walk: &impl OrderWalk, turn: Turn, book: &Book) -> Result<Self, Refusal> {
        let cv = &turn.standing.volumes.cv;
        let survey = |range: Range<usize>, _: &mut Silent| {
            let mut part = Part { ends: vec![0], legs: Vec::new() };
            for partner in range {
                if cv[partner] > 0 {
                    walk.walk(partner as u32, &mut Survey { turn, book, legs: &mut part.legs })?;
                }
                // At most a few thousand legs of each partner in the part, as lists of plans are bounded.
                part.ends.push(part.legs.len() as u32);
            }
            part.legs.shrink_to_fit();
            Ok(part)
        };
        in_parts(turn.standing.len(), &mut Silent, survey).map(|parts| Self { parts })
    }

    #[inline]
    fn of_partner(&self, partner: u32) -> &[Leg] {
        let (part, place) = (&self.parts[partner as usize / PART], partner as usize % PART);
        &part.legs[part.ends[place] as usize..part.ends[place + 1] as usize]
    }
}

/// Writes down who earns, and nothing else.
struct Survey<'a> {
    turn: Turn<'a>,
    book: &'a Book,
    legs: &'a mut Vec<Leg>,
}

impl Way for Survey<'_> {
    const LISTENS: bool = false;

    fn earns(&mut self, stop: Stop, _: impl FnOnce() -> Formula) -> Result<(), Refusal> {
        let rate = self.turn.place_of(stop.rate, self.book)?;
        self.legs.push(Leg { beneficiary: stop.beneficiary, level: stop.level, rate });
        Ok(())
    }

    fn note(&mut self, _: u32, _: impl FnOnce() -> Step) {}
}

/// What walks look at, in one place for the processor's cache.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub parent: u32,
    pub rank: RankIndex,
    /// Can earn this bonus.
    pub eligible: bool,
}

/// Goes up from a partner through so many levels; `visit` says what becomes of the level at each partner above. Returns where and why it
/// ended.
#[inline]
pub(crate) fn climb(
    nodes: &[Node],
    from: u32,
    levels: usize,
    mut visit: impl FnMut(u32, u32) -> Result<Effect, Refusal>,
) -> Result<(u32, WalkEnd), Refusal> {
    let (mut level, mut at) = (1, from);
    while level as usize <= levels {
        let above = nodes[at as usize].parent;
        if above == NONE {
            return Ok((at, WalkEnd::TopReached));
        }
        at = above;
        level += u32::from(visit(at, level)? == Effect::LevelUsed);
    }
    Ok((at, WalkEnd::LevelsUsedUp))
}

impl Turn<'_> {
    /// Everybody as this bonus sees them.
    pub(crate) fn nodes(&self, tree: &Tree) -> Vec<Node> {
        let ranks = &self.standing.ranks.paid;
        let node = |place: usize| Node {
            parent: tree.parent[place],
            rank: ranks[place],
            eligible: self.standing.eligibility(self.bonus, place as u32).is_ok(),
        };
        (0..self.standing.len()).into_par_iter().map(node).collect()
    }

    /// The same for walks that pass over everybody at whom they do not stop: the parent is the nearest ancestor at whom they do. However
    /// many stand between them, the walk is as long as what it pays.
    pub(crate) fn nodes_of_stops(&self, tree: &Tree, stops: impl Fn(Node) -> bool) -> Vec<Node> {
        let mut nodes = self.nodes(tree);
        for &partner in &tree.top_down {
            let above = nodes[partner as usize].parent;
            if above != NONE && !stops(nodes[above as usize]) {
                nodes[partner as usize].parent = nodes[above as usize].parent;
            }
        }
        nodes
    }

    /// Whether the bonus looks at an order of such CV, kind and buyer.
    pub(crate) fn sees(&self, order: &Order) -> Result<(), Overlooked> {
        if order.cv.units() == 0 {
            return Err(Overlooked::NoVolume);
        }
        let filter = &self.bonus.orders;
        if filter.is_open() || filter.admits(order.kind, order.buyer) {
            return Ok(());
        }
        match &filter.kinds {
            Some(kinds) if !kinds.contains(&order.kind) => Err(Overlooked::Kind),
            _ => Err(Overlooked::Buyer),
        }
    }

    /// PV and CV of each partner's own orders, of those that the bonus sees (plans.md, Q9).
    pub(crate) fn personal(&self) -> Result<[Cow<'_, [i64]>; 2], Refusal> {
        let Standing { volumes, snapshot, counted, .. } = self.standing;
        if self.bonus.orders.is_open() {
            return Ok([&volumes.pv, &volumes.cv].map(|sums| Cow::Borrowed(sums.as_slice())));
        }
        let Personal { pv, cv } = Personal::of(snapshot, counted, &self.bonus.orders)?;
        Ok([pv, cv].map(Cow::Owned))
    }

    /// A step about a partner on an order.
    fn about(&self, partner: u32, order: u32) -> About {
        About { bonus: Some(self.index), partner, order, source: NONE }
    }

    /// Why the partner cannot earn.
    pub(crate) fn ineligible(&self, partner: u32, level: Option<u32>, effect: Option<Effect>) -> Step {
        describe::ineligible(self.standing, self.bonus, partner, level, effect)
    }

    /// The same without a walk.
    pub(crate) fn not_eligible(&self, partner: u32) -> NotEligible {
        describe::not_eligible(self.standing, self.bonus, partner)
    }

    /// Where and why a walk ended.
    pub(crate) fn end(&self, at: u32, why: WalkEnd) -> Step {
        Step::WalkEnded { at: self.standing.number(at), why }
    }

    /// The code of a rank.
    pub(crate) fn rank_code(&self, rank: RankIndex) -> String {
        self.standing.plan.ranks[usize::from(rank)].code.clone()
    }

    /// Reports what somebody earns, or that it comes to nothing.
    pub(crate) fn note_award<R: Recorder>(&self, award: &Award, formula: impl FnOnce() -> Formula, recorder: &mut R) {
        recorder.note(award.about, || {
            let rate = Exact { units: i128::from(award.rate), digits: self.bonus.rule.rate_digits() };
            let (level, base, rate) = (award.level, award.base.to_string(), rate.to_string());
            let (formula, exact) = (formula(), award.exact.map(|exact| exact.to_string()));
            if award.amount > 0 {
                let amount = fixed(award.amount.into(), self.standing.plan.currency.exponent);
                Step::Earned { level, base, rate, formula, exact, amount }
            } else {
                Step::RoundedToZero { level, base, rate, formula, exact }
            }
        });
    }

    /// What a partner earns, or the volume behind it, leaves the range of numbers.
    pub(crate) fn too_large(&self, partner: u32) -> Refusal {
        let number = self.standing.number(partner);
        Refusal::orders(None, format!("what bonus {} computes for partner {number} does not fit 64 bits", self.bonus.code))
    }
}
