//! Commissions added up (contract of `commissions/summary` of the IWM dialect).

use std::collections::BTreeMap;

use async_graphql::{Enum, Result, SimpleObject};

use super::super::errors::internal;
use super::super::scalars::{BigInt, Date, DateTime, Decimal, Money};
use super::inputs::CommissionSourceType;
use crate::domain::amount::Amount;
use crate::domain::commissions::{CommissionStatus, SourceType};
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::{period, time_span};
use crate::store::commissions::Tally;

/// Days that a trend shows at most, the latest; as many as the longest year has. The sums count all days.
pub const TREND_DAYS: usize = 366;

/// A stretch of time up to now, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "time_span::TimeSpan")]
pub enum TimeSpan {
    /// Today.
    Day,
    /// Since Monday.
    Week,
    /// Since the first of the month.
    Month,
    /// Since the first of January, April, July or October.
    Quarter,
    /// Since the first of January.
    Year,
    /// Everything.
    All,
}

/// A partner's commissions of a stretch of time, added up. Cancelled lines are left out.
#[derive(SimpleObject)]
pub struct CommissionSummary {
    /// The first instant counted; null when there is no bound.
    from: Option<DateTime>,
    /// The first instant not counted; null when there is no bound.
    before: Option<DateTime>,
    /// Everything together.
    totals: CommissionSums,
    /// By what the lines come from, the largest first.
    by_source: Vec<SourceSum>,
    /// By level; lines without one count as level 0.
    by_level: Vec<LevelSum>,
    /// By day: the latest 366 days on which lines arose, the earliest first.
    trend: Vec<DaySum>,
}

/// Sums over all lines.
#[derive(SimpleObject)]
pub struct CommissionSums {
    /// Pending, approved, paid and reversed together.
    gross_earned: Money,
    /// What remains of it: without what was reversed or taken back.
    net_earned: Money,
    /// Accrued, not yet final; lines on hold included.
    pending: Money,
    /// Final, not yet paid out.
    approved: Money,
    /// Paid out.
    paid: Money,
    /// Reversed or taken back, as a positive amount.
    reversed: Money,
    /// Career points of what was neither reversed nor taken back.
    career_points: Decimal,
}

/// Lines from one kind of source.
#[derive(SimpleObject)]
pub struct SourceSum {
    /// What they come from.
    source_type: CommissionSourceType,
    /// How many.
    count: BigInt,
    /// Their money, without sign.
    total: Money,
    /// Their career points, without sign.
    career_points: Decimal,
}

/// Lines of one level.
#[derive(SimpleObject)]
pub struct LevelSum {
    /// The level.
    level: i32,
    /// How many.
    count: BigInt,
    /// Their money, without sign.
    total: Money,
}

/// Lines that arose on one day.
#[derive(SimpleObject)]
pub struct DaySum {
    /// The day, in UTC.
    date: Date,
    /// Their money; what was reversed or taken back is subtracted.
    earned: Money,
    /// Their career points, likewise.
    career_points: Decimal,
}

/// Count, money and points of some lines.
#[derive(Clone, Copy, Default)]
struct Sum {
    count: i64,
    amount: Amount,
    points: Amount,
}

impl Sum {
    fn add(&mut self, count: i64, amount: Amount, points: Amount) -> Result<()> {
        let sum = |left: Amount, right: Amount| left.checked_add(right).ok_or_else(|| internal("the sum of commissions exceeds 64 bits"));
        *self = Self { count: self.count + count, amount: sum(self.amount, amount)?, points: sum(self.points, points)? };
        Ok(())
    }
}

fn absolute(amount: Amount) -> Amount {
    Amount::from_units(amount.units().saturating_abs())
}

fn negative(amount: Amount) -> Amount {
    Amount::from_units(amount.units().saturating_neg())
}

impl CommissionSummary {
    /// Adds tallies up.
    ///
    /// # Errors
    /// A sum that exceeds 64 bits, to be masked.
    pub fn of(tallies: &[Tally], from: Option<Instant>, before: Option<Instant>, currency: Currency) -> Result<Self> {
        let mut by_status: BTreeMap<CommissionStatus, Sum> = BTreeMap::new();
        let mut by_source: BTreeMap<SourceType, Sum> = BTreeMap::new();
        let mut by_level: BTreeMap<i32, Sum> = BTreeMap::new();
        let mut by_day: BTreeMap<i64, Sum> = BTreeMap::new();
        let (mut gross, mut net) = (Sum::default(), Sum::default());
        for tally in tallies {
            let (amount, points) = (absolute(tally.amount), absolute(tally.points));
            let lost = matches!(tally.status, CommissionStatus::Reversed | CommissionStatus::Clawback);
            for sum in [
                by_status.entry(tally.status).or_default(),
                by_source.entry(tally.source_type).or_default(),
                by_level.entry(tally.level).or_default(),
                &mut gross,
            ] {
                sum.add(tally.lines, amount, points)?;
            }
            // A reversed line was earned once, so it nets to nothing; a clawback takes back what an earlier line gave.
            let (kept, kept_points) = match tally.status {
                CommissionStatus::Reversed => (Amount::ZERO, Amount::ZERO),
                _ if lost => (negative(amount), negative(points)),
                _ => (amount, points),
            };
            net.add(tally.lines, kept, kept_points)?;
            by_day.entry(tally.day).or_default().add(tally.lines, kept, kept_points)?;
        }
        let money = |amount: Amount| Money::new(amount, currency);
        let status = |statuses: &[CommissionStatus]| -> Result<Money> {
            let mut sum = Sum::default();
            for status in statuses {
                let part = by_status.get(status).copied().unwrap_or_default();
                sum.add(part.count, part.amount, part.points)?;
            }
            Ok(money(sum.amount))
        };
        let totals = CommissionSums {
            gross_earned: money(gross.amount),
            net_earned: money(net.amount),
            pending: status(&[CommissionStatus::Pending, CommissionStatus::Held])?,
            approved: status(&[CommissionStatus::Approved])?,
            paid: status(&[CommissionStatus::Paid])?,
            reversed: status(&[CommissionStatus::Reversed, CommissionStatus::Clawback])?,
            career_points: net.points.into(),
        };
        let mut sources: Vec<_> = by_source.into_iter().collect();
        sources.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.amount));
        let source = |(source, sum): (SourceType, Sum)| SourceSum {
            source_type: source.into(),
            count: BigInt(sum.count),
            total: money(sum.amount),
            career_points: sum.points.into(),
        };
        let level = |(level, sum): (i32, Sum)| LevelSum { level, count: BigInt(sum.count), total: money(sum.amount) };
        let day = |(day, sum): (i64, Sum)| DaySum { date: date(day), earned: money(sum.amount), career_points: sum.points.into() };
        let earlier = by_day.len().saturating_sub(TREND_DAYS);
        Ok(Self {
            from: from.map(DateTime),
            before: before.map(DateTime),
            totals,
            by_source: sources.into_iter().map(source).collect(),
            by_level: by_level.into_iter().map(level).collect(),
            trend: by_day.into_iter().skip(earlier).map(day).collect(),
        })
    }
}

/// The date of a day counted from 1970-01-01.
fn date(day: i64) -> Date {
    let start = Instant::from_seconds(day.saturating_mul(86_400)).unwrap_or(Instant::from_nanos(0));
    Date(period::Period::containing(period::PeriodKind::Day, start).map(|day| day.to_string()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_shows_the_latest_days_and_the_sums_count_all() {
        let tally = |day: i64| Tally {
            status: CommissionStatus::Approved,
            source_type: SourceType::Order,
            level: 1,
            day,
            lines: 1,
            amount: Amount::from_units(10_000),
            points: Amount::ZERO,
        };
        let tallies: Vec<_> = (0..400).map(tally).collect();
        let summary = CommissionSummary::of(&tallies, None, None, "USD".parse().unwrap()).unwrap();
        assert_eq!(summary.by_level[0].count.0, 400);
        assert_eq!(summary.trend.len(), TREND_DAYS);
        assert_eq!(summary.trend.first().map(|day| day.date.0.as_str()), Some("1970-02-04"));
        assert_eq!(summary.trend.last().map(|day| day.date.0.as_str()), Some("1971-02-04"));
    }
}
