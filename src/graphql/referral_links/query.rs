//! Referral links of a partner, and by number.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Result};

use super::super::loader::load;
use super::super::network::{caller, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::loader::{ReferralLinks, ReferralLinksOf};
use super::objects::{ReferralLink, ReferralLinkTotals};
use crate::auth::visibility::Aspect;

/// A list of referral links.
pub type ReferralLinkList = Connection<Cursor, ReferralLink, ReferralLinkTotals>;

/// A link that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn referral_link(ctx: &Context<'_>, number: i64) -> Result<Option<ReferralLink>> {
    caller(ctx)?;
    let Some(link) = load::<ReferralLinks>(ctx, (), number).await? else { return Ok(None) };
    Ok(whose(ctx, link.partner_id).await?.map(|partner| ReferralLink { partner: partner.partner, link: Some(Box::new(link)) }))
}

/// A partner's own referral code as a link, if the caller may see it.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn own_code(ctx: &Context<'_>, partner: i64) -> Result<Option<ReferralLink>> {
    caller(ctx)?;
    Ok(whose(ctx, partner).await?.map(|partner| ReferralLink { partner: partner.partner, link: None }))
}

async fn whose(ctx: &Context<'_>, number: i64) -> Result<Option<Partner>> {
    Ok(match find(ctx, number).await? {
        Some(partner) if partner.shows(ctx, Aspect::Links)? => Some(partner),
        _ => None,
    })
}

/// A page of a partner's links, the latest first.
///
/// # Errors
/// `BAD_USER_INPUT`, or the database's, to be masked.
pub async fn links_of(ctx: &Context<'_>, partner: &Partner, paging: &Paging, deleted: bool) -> Result<ReferralLinkList> {
    let page = paging.page(network(ctx)?.page_sizes, CursorKind::Number)?;
    let partner = &partner.partner;
    let slice = load::<ReferralLinksOf>(ctx, (deleted, page), partner.id).await?;
    Ok(connect(slice, ReferralLinkTotals { partner_id: partner.id, deleted }, |link| {
        Edge::new(Cursor::number(link.created_at.nanos(), link.id), ReferralLink { partner: partner.clone(), link: Some(Box::new(link)) })
    }))
}
