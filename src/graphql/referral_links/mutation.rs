//! createReferralLink, deleteReferralLink

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::Epoch;
use super::super::scalars::{BigInt, DateTime};
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::UtmInput;
use super::objects::ReferralLink;
use super::query::referral_link;
use crate::auth::principal::Principal;
use crate::commands::referral_links::{CreateReferralLink, create_referral_link, delete_referral_link};
use crate::commands::{self, Services};

/// A new referral link.
#[derive(InputObject)]
pub struct CreateReferralLinkInput {
    /// What its owner calls it: 1 to 100 characters.
    name: String,
    /// 3 to 40 letters, digits and dashes, unique ignoring case among all links that there ever were; one that nobody guesses when left out.
    code: Option<String>,
    /// Where it leads: an address below the front end or one that `referral.targets` allows, of 500 characters at most; the front end when left out.
    target_url: Option<String>,
    /// Parameters that are added to the target.
    utm: Option<UtmInput>,
    /// When it ends; never when left out.
    expires_at: Option<DateTime>,
    /// Makes the act repeatable: the same key with the same input gives the same link. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Outcome of createReferralLink.
#[derive(SimpleObject)]
pub struct CreateReferralLinkPayload {
    /// The link; null when there are user errors.
    referral_link: Option<ReferralLink>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Taking a referral link out of use.
#[derive(InputObject)]
pub struct DeleteReferralLinkInput {
    /// The link's number.
    link_number: BigInt,
}

/// Outcome of deleteReferralLink.
#[derive(SimpleObject)]
pub struct DeleteReferralLinkPayload {
    /// The link as it is kept for its figures; null when there are user errors.
    referral_link: Option<ReferralLink>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

async fn outcome(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<(Option<ReferralLink>, Vec<UserError>)> {
    let number = match sort(outcome)? {
        Ok(number) => number,
        Err(user_errors) => return Ok((None, user_errors)),
    };
    // What was loaded before the act is forgotten.
    ctx.data::<Epoch>()?.advance();
    Ok((referral_link(ctx, number).await?, Vec::new()))
}

/// Acts on referral links.
#[derive(Default)]
pub struct ReferralLinkMutation;

#[Object]
impl ReferralLinkMutation {
    /// Makes a link with which the caller advertises; a partner has `referral.links` of them at most.
    async fn create_referral_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called and where it leads.")] input: CreateReferralLinkInput,
    ) -> Result<Option<CreateReferralLinkPayload>> {
        let act = CreateReferralLink {
            code: input.code,
            name: input.name,
            target_url: input.target_url,
            utm: input.utm.unwrap_or_default().into(),
            expires_at: input.expires_at.map(|end| end.0),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let done = create_referral_link(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let (referral_link, user_errors) = outcome(ctx, done).await?;
        Ok(Some(CreateReferralLinkPayload { referral_link, user_errors }))
    }

    /// Takes a link of the caller's out of use. Its figures stay, its code is never given again, and whoever followed it before is still credited to it.
    async fn delete_referral_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which link.")] input: DeleteReferralLinkInput,
    ) -> Result<Option<DeleteReferralLinkPayload>> {
        let done = delete_referral_link(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.link_number.0).await;
        let (referral_link, user_errors) = outcome(ctx, done).await?;
        Ok(Some(DeleteReferralLinkPayload { referral_link, user_errors }))
    }
}
