//! Referral links and what came of them.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::super::ids::{NodeKind, encode};
use super::super::loader::load;
use super::super::network::{facts, network};
use super::super::scalars::{BigInt, Date, DateTime, Money};
use super::inputs::days;
use super::loader::{ReferralDays, ReferralLinkCounts, ReferralRevenues, ReferralTotals};
use crate::commands::Services;
use crate::domain::partners::{Partner, PartnerStatus};
use crate::domain::period::{Period, PeriodKind};
use crate::domain::referral_links::{self, Days, SourceKind, Tally, start_of};

/// A link that a partner advertises with; whoever holds one may see it.
pub struct ReferralLink {
    /// Whose.
    pub(super) partner: Partner,
    /// None for the partner's own referral code.
    pub(super) link: Option<Box<referral_links::ReferralLink>>,
}

impl ReferralLink {
    fn code_of(&self) -> &str {
        self.link.as_ref().map_or(&self.partner.referral_code, |link| &link.code)
    }
}

/// Parameters that are added to a link's target.
#[derive(SimpleObject)]
pub struct UtmParameters {
    /// utm_source: where the link stands.
    source: Option<String>,
    /// utm_medium: on what kind of medium.
    medium: Option<String>,
    /// utm_campaign: for which campaign.
    campaign: Option<String>,
    /// utm_content: in which variant.
    content: Option<String>,
    /// utm_term: by which search term.
    term: Option<String>,
}

/// A link that a partner advertises with. Who registers after following it is credited to it, also when it was deleted meanwhile.
#[Object]
impl ReferralLink {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        match &self.link {
            Some(link) => encode(NodeKind::ReferralLink, link.id),
            None => encode(NodeKind::ReferralCode, self.partner.id),
        }
    }

    /// The link's number; null for the partner's own referral code.
    async fn number(&self) -> Option<BigInt> {
        self.link.as_ref().map(|link| BigInt(link.id))
    }

    /// The code: `referralLinkCode` of signUp and becomePartner. Capitals, but any case is taken.
    async fn code(&self) -> &str {
        self.code_of()
    }

    /// What its owner calls it; null for the partner's own referral code.
    async fn name(&self) -> Option<&str> {
        self.link.as_ref().map(|link| link.name.as_str())
    }

    /// The address to share.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.data::<Services>()?.links.url(self.code_of()))
    }

    /// Where it leads; null where it leads to the front end.
    async fn target_url(&self) -> Option<&str> {
        self.link.as_ref().and_then(|link| link.target_url.as_deref())
    }

    /// The parameters that are added to the target.
    async fn utm(&self) -> UtmParameters {
        let referral_links::Utm { source, medium, campaign, content, term } =
            self.link.as_ref().map(|link| link.utm.clone()).unwrap_or_default();
        UtmParameters { source, medium, campaign, content, term }
    }

    /// When it was made; for the partner's own referral code, when the partner joined.
    async fn created_at(&self) -> DateTime {
        DateTime(self.link.as_ref().map_or(self.partner.joined_at, |link| link.created_at))
    }

    /// When it ends; null where it does not.
    async fn expires_at(&self) -> Option<DateTime> {
        self.link.as_ref().and_then(|link| link.expires_at).map(DateTime)
    }

    /// When its owner deleted it; null where that was not done.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.link.as_ref().and_then(|link| link.deleted_at).map(DateTime)
    }

    /// Whether it leads to its target and counts: neither ended nor deleted, and its partner active.
    async fn is_active(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = network(ctx)?.clock.now();
        Ok(self.partner.status == PartnerStatus::Active && self.link.as_ref().is_none_or(|link| link.is_live(now)))
    }

    /// What came of it within some days of UTC. A click shows within a few seconds.
    async fn stats(
        &self,
        #[graphql(desc = "The first day; from the beginning when left out.")] from: Option<Date>,
        #[graphql(desc = "The last day, included; until now when left out.")] to: Option<Date>,
    ) -> Result<ReferralStats> {
        let (kind, number) = match &self.link {
            Some(link) => (SourceKind::Links, link.id),
            None => (SourceKind::OwnCodes, self.partner.id),
        };
        Ok(ReferralStats { kind, number, days: days(from, to)? })
    }
}

/// What came of a link within some days.
pub struct ReferralStats {
    kind: SourceKind,
    number: i64,
    days: Days,
}

impl ReferralStats {
    async fn tally(&self, ctx: &Context<'_>) -> Result<Tally> {
        load::<ReferralTotals>(ctx, (self.kind, self.days), self.number).await
    }
}

/// What came of a link within some days.
#[Object]
impl ReferralStats {
    /// How often it was followed by people; programs that say so do not count.
    async fn clicks(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(self.tally(ctx).await?.clicks))
    }

    /// By how many different visitors, each counted once a day: from one day to the next nobody is known again.
    async fn unique_visitors(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(self.tally(ctx).await?.visitors))
    }

    /// How many who followed it registered.
    async fn registrations(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(self.tally(ctx).await?.registrations))
    }

    /// How many of those who registered, whenever that was, finished their first order.
    async fn conversions(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(self.tally(ctx).await?.conversions))
    }

    /// What was paid for the orders that those who registered, whenever that was, finished within these days, without what was given back.
    async fn revenue(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let amount = load::<ReferralRevenues>(ctx, (self.kind, self.days), self.number).await?;
        Ok(Some(Money::new(amount, facts(ctx).await?.currency)))
    }

    /// Clicks, visitors, registrations and conversions day by day, the latest first, without days on which nothing happened; 366 of them at most.
    async fn days(&self, ctx: &Context<'_>) -> Result<Vec<ReferralDay>> {
        let days = load::<ReferralDays>(ctx, (self.kind, self.days), self.number).await?;
        Ok(days.into_iter().map(|(day, tally)| ReferralDay::of(day, tally)).collect())
    }
}

/// What came of a link on one day.
#[derive(SimpleObject)]
pub struct ReferralDay {
    /// The day, in UTC.
    date: Date,
    /// How often it was followed by people.
    clicks: BigInt,
    /// By how many different visitors.
    unique_visitors: BigInt,
    /// How many who followed it registered.
    registrations: BigInt,
    /// How many of those who registered finished their first order.
    conversions: BigInt,
}

impl ReferralDay {
    fn of(day: i64, tally: Tally) -> Self {
        let Tally { clicks, visitors, registrations, conversions } = tally;
        let date = Period::containing(PeriodKind::Day, start_of(day)).map(|day| day.to_string()).unwrap_or_default();
        Self {
            date: Date(date),
            clicks: BigInt(clicks),
            unique_visitors: BigInt(visitors),
            registrations: BigInt(registrations),
            conversions: BigInt(conversions),
        }
    }
}

/// What a list of referral links tells beside its page.
pub struct ReferralLinkTotals {
    pub(super) partner_id: i64,
    pub(super) deleted: bool,
}

#[Object]
impl ReferralLinkTotals {
    /// How many links there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<ReferralLinkCounts>(ctx, self.deleted, self.partner_id).await?))
    }
}
