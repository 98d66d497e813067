//! The steps that calculators report, in a typed form. Numbers are decimals in plain notation.

use serde::Serialize;

use crate::engine::tree::placement::Leg;

/// What one passed-over or unpaid partner does to the level counter of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The level is used up; the next partner stands one level deeper.
    LevelUsed,
    /// The partner is passed over; the level goes on upwards.
    PassedOver,
}

/// Why a partner could not earn a bonus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEligible {
    /// The status is not ACTIVE.
    Status {
        /// SUSPENDED or TERMINATED.
        status: String,
    },
    /// The period's PV is below the plan's activity.
    Inactive {
        /// PV of the period.
        pv: String,
        /// What activity asks.
        required: String,
    },
    /// The paid rank is below the bonus's `min_rank`.
    RankTooLow {
        /// Paid rank.
        rank: String,
        /// `min_rank`.
        required: String,
    },
}

/// Why a bonus does not look at an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// It was placed outside the period.
    OutsidePeriod {
        /// When it was placed.
        placed_at: String,
        /// The period.
        period: String,
    },
    /// Its CV is 0.
    NoVolume,
    /// The bonus pays on other kinds of orders.
    Kind {
        /// The order's kind.
        kind: String,
    },
    /// The bonus pays on orders of other buyers.
    Buyer {
        /// The order's buyer.
        buyer: String,
    },
    /// It was placed too long after its partner joined.
    TooLateAfterJoining {
        /// When the partner joined.
        joined_at: String,
        /// How many days the bonus allows.
        days: u32,
    },
    /// It is not its partner's first order.
    NotFirstOrder {
        /// The first one.
        first: i64,
    },
    /// Its partner and everybody above is inactive, so the volume belongs to nobody.
    NobodyActiveAbove,
}

/// Why a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkEnd {
    /// The last level of the bonus was used up.
    LevelsUsedUp,
    /// The last generation of the bonus was paid.
    GenerationsUsedUp,
    /// The last override above the breakaway was paid.
    OverridesUsedUp,
    /// The highest rate of the bonus counts as paid, so no differential can be left.
    TopRatePaid,
    /// There is nobody above.
    TopReached,
    /// The bonus has no levels, generations or overrides for those above.
    PaysNobodyAbove,
}

/// Which cap cut a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// The bonus's own.
    Bonus,
    /// Per partner over all bonuses.
    Partner,
    /// The plan-wide payout cap.
    Payout,
}

/// How a line's amount follows from its base and its rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Formula {
    /// base x rate
    Product,
    /// base x rate of the level x multiplier of the rank
    Multiplied {
        /// Of the level.
        rate: String,
        /// Of the rank.
        multiplier: String,
    },
    /// base x (own rate - highest rate paid below)
    Difference {
        /// Of the partner's rank.
        own_rate: String,
        /// The highest below.
        already_paid: String,
    },
    /// base x rate - what the partners below take, not below 0
    Net {
        /// base x rate
        gross: String,
        /// The gross of the partners directly below.
        below: String,
    },
    /// base x rate x smaller by larger leg
    Ratio {
        /// Smaller by larger leg.
        quotient: String,
    },
    /// base x own shares / all shares, rounded down
    Share {
        /// The partner's shares.
        own: u32,
        /// All shares.
        all: u64,
    },
}

/// How what both legs have came down to what is matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// Only whole multiples of it are matched.
    pub unit: String,
    /// What both legs have.
    pub common: String,
}

/// What is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarryCut {
    /// Lost on the left.
    pub left: String,
    /// Lost on the right.
    pub right: String,
    /// The most that each leg carries out; none where the plan carries nothing at all.
    pub max_carry: Option<String>,
}

/// One step of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[allow(missing_docs)] // The names of the fields are the terms of docs/plans.md; `sentence` says each step in words.
pub enum Step {
    /// The bonus does not look at the order.
    OrderUnseen { why: Unseen },
    /// The order of one partner counts as one of the nearest active partner above.
    VolumeMoved { of: i64, to: i64 },
    /// A line: what the formula gives, exactly (where it has an end behind the point) and rounded.
    Earned { level: u32, base: String, rate: String, formula: Formula, exact: Option<String>, amount: String },
    /// The amount is below the smallest unit of the currency, or the rate is 0.
    RoundedToZero { level: u32, base: String, rate: String, formula: Formula, exact: Option<String> },
    /// The partner cannot earn this bonus.
    Ineligible { level: Option<u32>, why: NotEligible, effect: Option<Effect> },
    /// The rank is not paid on this level.
    LevelTooDeep { level: u32, rank: String, max_levels: u32, effect: Effect },
    /// The rate is not above the highest that counts as paid below.
    NoDifferential { level: u32, rank: String, rate: String, already_paid: String },
    /// The walk has passed a partner who broke away; only overrides follow.
    BrokeAway { at: i64, rank: String },
    /// Above a breakaway only ranks from the breakaway rank on earn.
    BelowBreakaway { level: u32, rank: String, required: String },
    /// The rank does not close a generation.
    NoLeader { level: u32, rank: String, required: String },
    /// The walk ended below this partner, or at the top.
    WalkEnded { at: i64, why: WalkEnd },
    /// The partner does not stand above the one who is credited with the order, in the tree that the bonus walks.
    NotAbove { of: i64, tree: &'static str },
    /// The order is the partner's own, and the bonus pays only upwards.
    NotForOneself,
    /// The order of a partner below counts as the partner's own, and the bonus pays only upwards.
    CountsAsOwn { of: i64 },
    /// The bonus looks at the whole period: no single order pays it.
    PaidOnPeriod,
    /// Gross by bracket, less what the partners below take.
    Stairs { gv: String, rate: String, gcv: String, gross: String, below: String },
    /// The two legs with their carry.
    Legs { left: String, right: String, carry_left: String, carry_right: String },
    /// No personally sponsored active partner stands in that leg.
    NoActiveReferral { leg: Leg },
    /// What becomes of the volume of an unqualified partner.
    Unqualified { policy: &'static str },
    /// What was matched, and how.
    Matched { method: &'static str, matched: String, whole: Option<Whole>, quotient: Option<String>, cycles: Option<String> },
    /// What goes into the next period, and what does not.
    Carried { left: String, right: String, cut: Option<CarryCut> },
    /// The sum that is matched.
    MatchedEarnings { of: i64, sum: String },
    /// No rank above the highest ever held.
    NoAdvance { paid: String, highest: String },
    /// A rank above the highest ever held, whose bonus is not paid and never will be.
    AdvanceLost { rank: String, amount: String, why: NotEligible },
    /// Shares of a pool.
    Shares { pool: String, own: u32, all: u64 },
    /// The rank has no shares.
    NoShares { rank: String },
    /// A cap cut the line.
    Capped { cap: Cap, limit: String, level: u32, before: String, after: String },
}
