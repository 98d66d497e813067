//! Referral links by number, those of many partners at once, and what came of them.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::amount::Amount;
use crate::domain::pages::{Page, Slice};
use crate::domain::referral_links::{Days, ReferralLink, SourceKind, Tally};
use crate::store::database::Database;
use crate::store::{error::Error, referral_links, referral_stats};

/// Days that a list of days shows at most.
pub const MOST_DAYS: u32 = 366;

/// Number → the link.
pub struct ReferralLinks;

impl Relation for ReferralLinks {
    type Args = ();
    type Value = Option<ReferralLink>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(referral_links::by_numbers(database.reader(), numbers).await?.into_iter().map(|link| (link.id, Some(link))).collect())
    }
}

/// Partner → a page of its links; whether the deleted ones.
pub struct ReferralLinksOf;

impl Relation for ReferralLinksOf {
    type Args = (bool, Page);
    type Value = Slice<ReferralLink>;

    async fn fetch(database: &Database, (deleted, page): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        referral_links::of_partners(database.reader(), partners, *deleted, page).await
    }
}

/// Partner → how many links it has; whether the deleted ones.
pub struct ReferralLinkCounts;

impl Relation for ReferralLinkCounts {
    type Args = bool;
    type Value = i64;

    async fn fetch(database: &Database, deleted: &bool, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        referral_links::counts(database.reader(), partners, *deleted).await
    }
}

/// Link, or partner for its own code → what came of it.
pub struct ReferralTotals;

impl Relation for ReferralTotals {
    type Args = (SourceKind, Days);
    type Value = Tally;

    async fn fetch(database: &Database, (kind, days): &Self::Args, numbers: &[i64]) -> Result<HashMap<i64, Tally>, Error> {
        referral_stats::totals(database.reader(), *kind, numbers, *days).await
    }
}

/// Link, or partner for its own code → what was paid by those who came by it.
pub struct ReferralRevenues;

impl Relation for ReferralRevenues {
    type Args = (SourceKind, Days);
    type Value = Amount;

    async fn fetch(database: &Database, (kind, days): &Self::Args, numbers: &[i64]) -> Result<HashMap<i64, Amount>, Error> {
        referral_stats::revenues(database.reader(), *kind, numbers, *days).await
    }
}

/// Link, or partner for its own code → what came of it day by day, the latest first.
pub struct ReferralDays;

impl Relation for ReferralDays {
    type Args = (SourceKind, Days);
    type Value = Vec<(i64, Tally)>;

    async fn fetch(database: &Database, (kind, days): &Self::Args, numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        referral_stats::by_day(database.reader(), *kind, numbers, (*days, MOST_DAYS)).await
    }
}
