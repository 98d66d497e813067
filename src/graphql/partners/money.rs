//! What belongs to a partner alone: orders, wallet, payouts, e-pins, commissions, links.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::catalog::objects::Product;
use super::super::commissions::inputs::CommissionFilter;
use super::super::commissions::loader::{CommissionsOf, Tallies};
use super::super::commissions::objects::{Commission, CommissionTotals};
use super::super::commissions::summary::{CommissionSummary, TimeSpan};
use super::super::epins::inputs::EpinFilter;
use super::super::epins::query::{EpinList, epins_of};
use super::super::errors::bad_user_input;
use super::super::loader::load;
use super::super::network::{facts, network};
use super::super::orders::inputs::OrderFilter;
use super::super::orders::loader::OrdersOf;
use super::super::orders::objects::{Order, OrderTotals};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::payouts::inputs::PayoutFilter;
use super::super::payouts::loader::PayoutMethods;
use super::super::payouts::objects::PayoutMethod;
use super::super::payouts::query::{PayoutList, payouts_of};
use super::super::referral_links::objects::ReferralLink;
use super::super::referral_links::query::{ReferralLinkList, links_of, own_code};
use super::super::wallets::objects::Wallet;
use super::loader::Memberships;
use super::objects::{Partner, period_id};
use crate::auth::visibility::Aspect;
use crate::store;

/// What belongs to a partner alone.
pub struct PartnerMoney<'a>(pub(super) &'a Partner);

/// What belongs to a partner alone.
#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are the API's")]
impl PartnerMoney<'_> {
    /// The orders credited to the partner, the latest first; for the partner, and for staff with the scope `payouts` or `periods`.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which orders.")] filter: Option<OrderFilter>,
    ) -> Result<Option<Connection<Cursor, Order, OrderTotals>>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, CursorKind::Number)?;
        let filter: store::orders::Filter = filter.unwrap_or_default().into();
        let slice = load::<OrdersOf>(ctx, (filter.clone(), page), self.0.partner.id).await?;
        let totals = OrderTotals { partner_id: Some(self.0.partner.id), filter };
        Ok(Some(connect(slice, totals, |order| Edge::new(Cursor::number(order.placed_at.nanos(), order.id), Order(order)))))
    }

    /// The partner's wallet; for the partner, and for staff with the scope `payouts` or `periods`.
    async fn wallet(&self, ctx: &Context<'_>) -> Result<Option<Wallet>> {
        Ok(self.0.shows(ctx, Aspect::Money)?.then_some(Wallet { partner_id: self.0.partner.id }))
    }

    /// The partner's payouts, the latest first; seen like the wallet.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which payouts.")] filter: Option<PayoutFilter>,
    ) -> Result<Option<PayoutList>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        payouts_of(ctx, self.0.partner.id, &Paging { first, after, last, before }, filter).await.map(Some)
    }

    /// The e-pins that belong to the partner, the latest first; seen like the wallet.
    async fn epins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which e-pins.")] filter: Option<EpinFilter>,
    ) -> Result<Option<EpinList>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        epins_of(ctx, self.0.partner.id, &Paging { first, after, last, before }, filter).await.map(Some)
    }

    /// The membership package that was chosen at joining; seen like the wallet.
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        Ok(load::<Memberships>(ctx, (), self.0.partner.id).await?.map(Product))
    }

    /// Where the partner wants to be paid, masked; seen like the wallet.
    async fn payout_methods(&self, ctx: &Context<'_>) -> Result<Option<Vec<PayoutMethod>>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        Ok(Some(load::<PayoutMethods>(ctx, (), self.0.partner.id).await?.into_iter().map(PayoutMethod::from).collect()))
    }

    /// The links that the partner has made, the latest first; for the partner, and for staff with the scope `network`.
    async fn referral_links(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "The deleted ones instead, which are kept for their figures.", default)] deleted: bool,
    ) -> Result<Option<ReferralLinkList>> {
        if !self.0.shows(ctx, Aspect::Links)? {
            return Ok(None);
        }
        links_of(ctx, self.0, &Paging { first, after, last, before }, deleted).await.map(Some)
    }

    /// The partner's own referral code as a link, which leads to the front end and cannot be deleted; seen like the links.
    async fn own_referral_link(&self, ctx: &Context<'_>) -> Result<Option<ReferralLink>> {
        own_code(ctx, self.0.partner.id).await
    }

    /// The commission lines that the partner earns, the latest first; for the partner, and for staff with the scope `payouts` or `periods`.
    async fn commissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which lines.")] filter: Option<CommissionFilter>,
    ) -> Result<Option<Connection<Cursor, Commission, CommissionTotals>>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, CursorKind::Number)?;
        let filter = filter.unwrap_or_default();
        let period = match &filter.period {
            Some(code) => Some(period_id(ctx, code).await?),
            None => None,
        };
        let filter = filter.into_store(period)?;
        let slice = load::<CommissionsOf>(ctx, (filter.clone(), page), self.0.partner.id).await?;
        let totals = CommissionTotals { partner_id: self.0.partner.id, filter };
        Ok(Some(connect(slice, totals, |line| Edge::new(Cursor::number(line.created_at.nanos(), line.id), Commission(line)))))
    }

    /// The partner's commissions of a stretch of time, added up; for the partner, and for staff with the scope `payouts` or `periods`.
    async fn commission_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stretch of time, up to now; everything when left out.")] span: Option<TimeSpan>,
        #[graphql(desc = "Instead of `span`: the code of a period, such as 2026-01.")] period: Option<String>,
    ) -> Result<Option<CommissionSummary>> {
        if !self.0.shows(ctx, Aspect::Money)? {
            return Ok(None);
        }
        let (from, before) = match (span, period) {
            (Some(_), Some(_)) => return Err(bad_user_input("Give `span` or `period`, not both.")),
            (None, Some(code)) => {
                let period: crate::domain::period::Period =
                    code.parse().map_err(|error| bad_user_input(format!("`period` {code:?} {error}.")))?;
                (Some(period.start()), Some(period.end()))
            }
            (span, None) => crate::domain::time_span::TimeSpan::from(span.unwrap_or(TimeSpan::All)).bounds(network(ctx)?.clock.now()),
        };
        let tallies = load::<Tallies>(ctx, (from, before), self.0.partner.id).await?;
        CommissionSummary::of(&tallies, from, before, facts(ctx).await?.currency).map(Some)
    }
}
