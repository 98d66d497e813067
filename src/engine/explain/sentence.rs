//! Steps in words.

use std::fmt;

use super::step::{Cap, CarryCut, Effect, Formula, NotEligible, Step, Unseen, WalkEnd, Whole};

impl Step {
    /// Whether it says what the partner earns.
    pub(super) fn is_about_money(&self) -> bool {
        matches!(self, Self::Earned { .. } | Self::Capped { .. })
    }

    /// Whether the calculation came to the partner, instead of ending elsewhere.
    pub(super) fn is_about_partner(&self) -> bool {
        !matches!(self, Self::OrderUnseen { .. } | Self::VolumeMoved { .. } | Self::BrokeAway { .. } | Self::WalkEnded { .. })
    }

    /// Why it brought nothing, for counting.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::RoundedToZero { .. } => "the amount comes to zero",
            Self::CountsAsOwn { .. } => "orders of partners below count as the partner's own, and the bonus does not pay on these",
            Self::Ineligible { why: NotEligible::Status { .. }, .. } => "the status is not ACTIVE",
            Self::Ineligible { why: NotEligible::Inactive { .. }, .. } => "not active in the period",
            Self::Ineligible { why: NotEligible::RankTooLow { .. }, .. } => "the rank is below the bonus's min_rank",
            Self::LevelTooDeep { .. } => "the level is deeper than the rank allows",
            Self::NoDifferential { .. } => "no differential is left",
            Self::BelowBreakaway { .. } => "the rank is too low for an override above a breakaway",
            Self::NoLeader { .. } => "the rank does not close a generation",
            _ => "the bonus does not pay on the order",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrderUnseen { why } => write!(f, "the bonus does not pay on this order: {why}"),
            Self::VolumeMoved { of, to } => {
                write!(f, "partner {of}, whose order it is, is not active, so it counts as one of partner {to}")
            }
            Self::Earned { level, base, rate, formula, exact, amount } => {
                on_level(f, Some(*level))?;
                calculation(f, (base, rate), formula, exact.as_deref())?;
                write!(f, ", rounded {}{amount}", if matches!(formula, Formula::Share { .. }) { "down to " } else { "" })
            }
            Self::RoundedToZero { level, base, rate, formula, exact } => {
                on_level(f, Some(*level))?;
                calculation(f, (base, rate), formula, exact.as_deref())?;
                f.write_str(" comes to zero, so there is no line")
            }
            Self::Ineligible { level, why, effect } => {
                on_level(f, *level)?;
                write!(f, "nothing, {why}{}", then(*effect))
            }
            Self::LevelTooDeep { level, rank, max_levels, effect } => {
                write!(f, "level {level}: nothing, {rank} is paid down to level {max_levels} only{}", then(Some(*effect)))
            }
            Self::NoDifferential { level, rank, rate, already_paid } => {
                write!(
                    f,
                    "level {level}: nothing, the rate of {rank} is {rate} and {already_paid} counts as paid below, so no differential is left"
                )
            }
            Self::BrokeAway { at, rank } => {
                write!(f, "partner {at} holds {rank} and breaks away: from there on only overrides are paid")
            }
            Self::BelowBreakaway { level, rank, required } => {
                write!(f, "level {level}: nothing, below is a breakaway and overrides need {required}, the rank is {rank}")
            }
            Self::NoLeader { level, rank, required } => {
                write!(f, "generation {level}: nothing, a leader needs {required}, the rank is {rank}; passed over")
            }
            Self::WalkEnded { at, why } => write!(f, "the walk upwards ended at partner {at}: {why}"),
            Self::NotAbove { of, tree } => {
                write!(f, "nothing, the partner does not stand above partner {of}, who is credited with the order, in the {tree} tree")
            }
            Self::NotForOneself => f.write_str("nothing, the bonus does not pay on a partner's own orders"),
            Self::CountsAsOwn { of } => {
                write!(f, "nothing, the order of partner {of} counts as the partner's own, and the bonus does not pay on these")
            }
            _ => self.fmt_period(f),
        }
    }
}

impl Step {
    /// Steps that are not about an order.
    fn fmt_period(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stairs { gv, rate, gcv, .. } => write!(f, "a group volume of {gv} reaches the rate {rate}; the group's CV is {gcv}"),
            Self::Legs { left, right, carry_left, carry_right } => {
                write!(f, "left {left} and {carry_left} carried in, right {right} and {carry_right} carried in")
            }
            Self::NoActiveReferral { leg } => write!(f, "not qualified: no personally sponsored active partner in the {leg} leg"),
            Self::Unqualified { policy } => f.write_str(match *policy {
                "consume" => "nothing; what would have matched is lost",
                "flush" => "nothing; the volume of both legs is lost",
                _ => "nothing; the volume stays",
            }),
            Self::Matched { cycles: Some(cycles), .. } => write!(f, "{cycles} cycles"),
            Self::Matched { matched, quotient: Some(quotient), .. } => {
                write!(f, "matched {matched}, times smaller by larger leg {quotient}")
            }
            Self::Matched { matched, whole: Some(Whole { unit, common }), .. } => {
                write!(f, "matched {matched}: both legs have {common}, and whole multiples of {unit} are matched")
            }
            Self::Matched { matched, .. } => write!(f, "matched {matched}"),
            Self::Carried { left, right, cut } => {
                write!(f, "carried out: left {left}, right {right}")?;
                let Some(CarryCut { left, right, max_carry }) = cut else { return Ok(()) };
                match max_carry {
                    Some(most) => write!(f, "; above the most of {most} for each leg, left {left} and right {right} are lost"),
                    None => write!(f, "; the plan carries nothing, so left {left} and right {right} are lost"),
                }
            }
            Self::PaidOnPeriod => f.write_str("it is paid on what partners below earn in the whole period, not on single orders"),
            Self::MatchedEarnings { of, sum } => write!(f, "partner {of} earns {sum} from the matched bonuses"),
            Self::NoAdvance { paid, highest } => write!(f, "nothing, the rank {paid} is not above the highest ever held, {highest}"),
            Self::AdvanceLost { rank, amount, why } => {
                write!(f, "the {amount} for the rank {rank} are lost, {why}: an advance is paid in the period of the advance or never")
            }
            Self::Shares { pool, own, all } => write!(f, "{own} of {all} shares in a pool of {pool}"),
            Self::NoShares { rank } => write!(f, "nothing, {rank} has no shares"),
            Self::Capped { cap, limit, level, before, after } => write!(f, "level {level}: {cap} of {limit}, {before} becomes {after}"),
            _ => Ok(()),
        }
    }
}

fn on_level(f: &mut fmt::Formatter<'_>, level: Option<u32>) -> fmt::Result {
    level.map_or(Ok(()), |level| write!(f, "level {level}: "))
}

/// The formula with its numbers, and what it comes to exactly.
fn calculation(f: &mut fmt::Formatter<'_>, (base, rate): (&str, &str), formula: &Formula, exact: Option<&str>) -> fmt::Result {
    match formula {
        Formula::Product => write!(f, "{base} x {rate}"),
        Formula::Multiplied { rate, multiplier } => write!(f, "{base} x {rate} x {multiplier}"),
        Formula::Difference { own_rate, already_paid } => write!(f, "{base} x ({own_rate} - {already_paid} paid below)"),
        Formula::Net { gross, below } => write!(f, "{base} x {rate} = {gross}, less {below} for the partners below"),
        Formula::Ratio { quotient } => write!(f, "{base} x {rate} x {quotient}"),
        Formula::Share { own, all } => write!(f, "{base} x {own} / {all}"),
    }?;
    exact.map_or(Ok(()), |exact| write!(f, " = {exact}"))
}

fn then(effect: Option<Effect>) -> &'static str {
    match effect {
        None => "",
        Some(Effect::LevelUsed) => "; the level is used up",
        Some(Effect::PassedOver) => "; passed over",
    }
}

impl fmt::Display for NotEligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status } => write!(f, "the status is {status}"),
            Self::Inactive { pv, required } => write!(f, "not active: a PV of {pv}, {required} is required"),
            Self::RankTooLow { rank, required } => write!(f, "the rank is {rank}, {required} is required"),
        }
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutsidePeriod { placed_at, period } => write!(f, "it was placed on {placed_at}, outside {period}"),
            Self::NoVolume => f.write_str("it has no CV"),
            Self::Kind { kind } => write!(f, "its kind is {kind}"),
            Self::Buyer { buyer } => write!(f, "its buyer is {buyer}"),
            Self::TooLateAfterJoining { joined_at, days } => {
                write!(f, "its partner joined on {joined_at}, {days} days of 24 hours or more before it")
            }
            Self::NotFirstOrder { first } => write!(f, "the first order of its partner is {first}"),
            Self::NobodyActiveAbove => f.write_str("neither its partner nor anybody above is active"),
        }
    }
}

impl fmt::Display for WalkEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LevelsUsedUp => "the last level was used up",
            Self::GenerationsUsedUp => "the last generation was paid",
            Self::OverridesUsedUp => "the last override was paid",
            Self::TopRatePaid => "the highest rate counts as paid, so no differential can be left above",
            Self::TopReached => "there is nobody above",
            Self::PaysNobodyAbove => "the bonus pays nobody above",
        })
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bonus => "the bonus's cap per partner",
            Self::Partner => "the cap per partner over all bonuses",
            Self::Payout => "the payout cap",
        })
    }
}
