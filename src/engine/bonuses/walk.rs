//! Bonuses that walk up from every order.

use std::borrow::Cow;
use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::engine::decimal::{Exact, fixed};
use crate::engine::explain::describe;
use crate::engine::explain::recorder::{About, Recorder, Silent};
use crate::engine::explain::step::{Effect, Formula, NotEligible, Step, WalkEnd};
use crate::engine::plan::RankIndex;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::snapshot::{Counted, Order};
use crate::engine::standing::Standing;
use crate::engine::tree::{NONE, Tree};
use crate::engine::volume::Personal;

use super::{Award, Book, Claim, Line, Lines, Origin, Part, Sheet, Turn};

/// Enough orders or partners that handing them to a thread costs nothing in comparison, and few enough that their lines stay in its cache;
/// a multiple of what [`Counted`] has in a word.
const PART: usize = 32 * Counted::WORD;

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

/// Pays all orders, in parallel; the lines are the same whatever the number of threads. `walk` is told whether somebody listens to it.
pub(crate) fn all<W: OrderWalk, R: Recorder>(walk: impl Fn(bool) -> W, turn: Turn, recorder: &mut R) -> Result<Lines, Refusal> {
    let (walk, heard) = (walk(false), R::LISTENS.then(|| walk(true)));
    let book = Book::of(walk.rates(), turn.standing.len());
    let minor = turn.standing.minor(4 + turn.bonus.rule.rate_digits());
    let parts = match &heard {
        Some(heard) => one_by_one(&walk, heard, turn, (&book, &minor), recorder),
        // Which order is refused must not depend on how they are gone through: the first one by number.
        None => by_partner(&walk, turn, (&book, &minor)).or_else(|_| one_by_one(&walk, &walk, turn, (&book, &minor), recorder)),
    }?;
    Ok(Lines::new(parts, book, Origin::Orders { sellers: walk.into_sellers() }))
}

/// Goes up once from each partner for all of the partner's orders, from one partner to the next in the tree: whom a walk meets, the walks
/// before have met as well, so that looking at them and adding to what they earn does not wait for memory.
fn by_partner(walk: &impl OrderWalk, turn: Turn, (book, minor): (&Book, &Minor)) -> Result<Vec<Part>, Refusal> {
    let Standing { counted, snapshot, .. } = turn.standing;
    let pay = |range: Range<usize>, _: &mut Silent| {
        let mut sheet = Sheet::new(book);
        let mut partner = NONE;
        for place in counted.among(range) {
            let order = snapshot.orders.order(place);
            if walk.sees(order, place).is_err() {
                continue;
            }
            if order.partner != partner {
                partner = order.partner;
                sheet.begin();
                walk.walk(partner, &mut Survey { turn, sheet: &mut sheet })?;
            }
            sheet.pay(place, |rate| minor.product(order.cv.units(), rate)).ok_or_else(|| turn.order_too_large(place))?;
        }
        Ok(sheet.close())
    };
    in_parts(snapshot.orders.len(), &mut Silent, pay)
}

/// Goes up from every order, in ascending order of number, and says what it meets where somebody wants to hear of it.
fn one_by_one<W: OrderWalk, R: Recorder>(
    walk: &W,
    heard: &W,
    turn: Turn,
    (book, minor): (&Book, &Minor),
    recorder: &mut R,
) -> Result<Vec<Part>, Refusal> {
    let (standing, orders) = (turn.standing, turn.standing.counted_by_number());
    let pay = |range: Range<usize>, recorder: &mut R| {
        let mut sheet = Sheet::new(book);
        for &place in &orders[range] {
            let order = standing.snapshot.orders.order(place);
            let sheet = &mut sheet;
            match walk.sees(order, place) {
                Ok(()) if recorder.hears(place, order.partner) => {
                    heard.walk(order.partner, &mut Payment { turn, place, order, minor, sheet, recorder })?
                }
                Ok(()) => walk.walk(order.partner, &mut Payment { turn, place, order, minor, sheet, recorder: &mut Silent })?,
                Err(why) if recorder.hears(place, order.partner) => {
                    recorder.note(turn.about(NONE, place), || Step::OrderUnseen { why: describe::overlooked(standing, order, why) });
                }
                Err(_) => {}
            }
        }
        Ok(sheet.close())
    };
    in_parts(orders.len(), recorder, pay)
}

/// Works on all partners, in parallel, and goes down the sponsor tree as walks from orders do; what comes of them stands in this order. Who
/// is refused must not depend on it: the first one by number.
pub(crate) fn by_place<T: Send, R: Recorder>(
    standing: &Standing,
    recorder: &mut R,
    work: impl Fn(&[u32], &mut R) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let mut all = |partners: &[u32]| in_parts(partners.len(), recorder, |range, recorder| work(&partners[range], recorder));
    all(&standing.snapshot.network.sponsors.top_down).or_else(|_| all(standing.by_number()))
}

/// Works on equal parts of something, in parallel; what comes of them stands in their order.
fn in_parts<T: Send, R: Recorder>(
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
struct Payment<'a, 'b, R> {
    turn: Turn<'a>,
    place: u32,
    order: &'a Order,
    minor: &'a Minor,
    sheet: &'a mut Sheet<'b>,
    recorder: &'a mut R,
}

impl<R: Recorder> Way for Payment<'_, '_, R> {
    const LISTENS: bool = R::LISTENS;

    fn earns(&mut self, stop: Stop, formula: impl FnOnce() -> Formula) -> Result<(), Refusal> {
        let rate = self.turn.place_of(stop.rate, self.sheet.book)?;
        let cv = self.order.cv.units();
        let amount = self.minor.product(cv, stop.rate).ok_or_else(|| self.turn.order_too_large(self.place))?;
        let digits = self.turn.bonus.rule.rate_digits();
        let award = Award {
            about: self.turn.about(stop.beneficiary, self.place),
            level: stop.level,
            base: Exact { units: i128::from(cv), digits: 4 },
            rate: stop.rate,
            exact: Some(Exact { units: i128::from(cv) * i128::from(stop.rate), digits: 4 + digits }),
            amount,
        };
        self.turn.note_award(&award, formula, self.recorder);
        if amount > 0 {
            self.sheet.push(Line { amount, beneficiary: stop.beneficiary, from: self.place, level: stop.level, rate });
        }
        Ok(())
    }

    fn note(&mut self, partner: u32, step: impl FnOnce() -> Step) {
        self.recorder.note(self.turn.about(partner, self.place), step);
    }
}

/// Writes down who earns on the orders of a partner, and nothing else.
struct Survey<'a, 'b> {
    turn: Turn<'a>,
    sheet: &'a mut Sheet<'b>,
}

impl Way for Survey<'_, '_> {
    const LISTENS: bool = false;

    fn earns(&mut self, stop: Stop, _: impl FnOnce() -> Formula) -> Result<(), Refusal> {
        let rate = self.turn.place_of(stop.rate, self.sheet.book)?;
        self.sheet.claim(Claim { beneficiary: stop.beneficiary, level: stop.level, rate });
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
    visit: impl FnMut(u32, u32) -> Result<Effect, Refusal>,
) -> Result<(u32, WalkEnd), Refusal> {
    climb_by(|at, _| nodes[at as usize].parent, from, levels, visit)
}

/// The same, where whom the way leads to depends on what became of the level at the one before; `from` itself uses none up.
#[inline]
pub(crate) fn climb_by(
    next: impl Fn(u32, Effect) -> u32,
    from: u32,
    levels: usize,
    mut visit: impl FnMut(u32, u32) -> Result<Effect, Refusal>,
) -> Result<(u32, WalkEnd), Refusal> {
    let (mut level, mut at, mut effect) = (1, from, Effect::LevelUsed);
    while level as usize <= levels {
        let above = next(at, effect);
        if above == NONE {
            return Ok((at, WalkEnd::TopReached));
        }
        at = above;
        effect = visit(at, level)?;
        level += u32::from(effect == Effect::LevelUsed);
    }
    Ok((at, if levels == 0 { WalkEnd::PaysNobodyAbove } else { WalkEnd::LevelsUsedUp }))
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

    /// PV and CV of each partner's own orders, of those that the bonus sees (docs/plans.md, Q9).
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

    /// What the bonus pays on an order leaves the range of numbers.
    fn order_too_large(&self, order: u32) -> Refusal {
        let number = self.standing.snapshot.orders.number(order);
        let cause = format!("order {number}: what bonus {} pays on it does not fit 64 bits", self.bonus.code);
        Refusal::orders(None, cause)
    }

    /// What a partner earns, or the volume behind it, leaves the range of numbers.
    pub(crate) fn too_large(&self, partner: u32) -> Refusal {
        let number = self.standing.number(partner);
        Refusal::orders(None, format!("what bonus {} computes for partner {number} does not fit 64 bits", self.bonus.code))
    }
}
