//! becomePartner, placePartner, moveSponsor, setPlacementPreference

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::errors::bad_user_input;
use super::super::ids::{NodeKind, decode};
use super::super::loader::{Epoch, fault};
use super::super::network::network;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::{BecomePartnerInput, MoveSponsorInput, PlacePartnerInput, SetPlacementPreferenceInput, SlotInput};
use super::objects::Partner;
use super::seen::{Reach, find};
use crate::auth::principal::Principal;
use crate::auth::visibility::Standing;
use crate::commands::partners::{
    BecomePartner, MoveSponsor, PlacePartner, become_partner, move_sponsor, place_partner, set_placement_preference,
};
use crate::commands::{self, Services};
use crate::domain::partners::Slot;
use crate::store::partners::{self, Lookup};

/// What an act on a partner gives.
macro_rules! partner_payload {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The partner as it stands now; null when there are user errors, or when it is hidden from the caller.
            partner: Option<Partner>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Self> {
                let (partner, user_errors) = changed(ctx, outcome).await?;
                Ok(Self { partner, user_errors })
            }
        }
    };
}

partner_payload! {
    /// Outcome of becomePartner.
    BecomePartnerPayload
}
partner_payload! {
    /// Outcome of placePartner.
    PlacePartnerPayload
}
partner_payload! {
    /// Outcome of moveSponsor.
    MoveSponsorPayload
}
partner_payload! {
    /// Outcome of setPlacementPreference.
    SetPlacementPreferencePayload
}

/// The partner that an act has changed, or what the person can put right.
async fn changed(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<(Option<Partner>, Vec<UserError>)> {
    let number = match sort(outcome)? {
        Ok(number) => number,
        Err(user_errors) => return Ok((None, user_errors)),
    };
    // What this request read before the act is out of date.
    ctx.data::<Epoch>()?.advance();
    if let Some(partner) = find(ctx, number).await? {
        return Ok((Some(partner), Vec::new()));
    }
    // A caller who has just become a partner is known to the request as an account only.
    let found = partners::find(network(ctx)?.database.reader(), &Lookup::Number(number)).await.map_err(fault)?;
    let account = ctx.data::<Principal>()?.caller().map(|caller| caller.account_id);
    let own = found.filter(|partner| Some(partner.account_id) == account);
    Ok((own.map(|partner| Partner { partner, standing: Standing::Myself, reach: Reach::ZERO }), Vec::new()))
}

/// The number behind a global id. No partner has the number 0, so what is no partner's id is answered like one that is unknown or hidden.
fn number(id: &str) -> i64 {
    match decode(id) {
        Some((NodeKind::Partner, number)) => number,
        _ => 0,
    }
}

fn slot(input: &SlotInput) -> Result<Slot> {
    let position = input.position.parse().map_err(|error| bad_user_input(format!("`slot.position` {error}.")))?;
    Ok(Slot { parent_id: number(&input.parent_id), position })
}

/// Acts on the network.
#[derive(Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Makes the caller's account a partner. Without a referral code the partner stands at the top of both trees.
    async fn become_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Under whom.")] input: BecomePartnerInput,
    ) -> Result<Option<BecomePartnerPayload>> {
        let act = BecomePartner {
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
            referral_code: input.referral_code,
            slot: input.slot.as_ref().map(slot).transpose()?,
        };
        let outcome = become_partner(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        BecomePartnerPayload::of(ctx, outcome).await.map(Some)
    }

    /// Puts a partner without a place into a slot: its sponsor within the own placement subtree, operators with the scope `network` everywhere.
    async fn place_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: PlacePartnerInput,
    ) -> Result<Option<PlacePartnerPayload>> {
        let act = PlacePartner { partner: number(&input.partner_id), slot: slot(&input.slot)? };
        let outcome = place_partner(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await.map(|()| act.partner);
        PlacePartnerPayload::of(ctx, outcome).await.map(Some)
    }

    /// Puts a partner, with everybody below, under another sponsor; for operators with the scope `network`. The placement tree stays as it is.
    async fn move_sponsor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and under whom.")] input: MoveSponsorInput,
    ) -> Result<Option<MoveSponsorPayload>> {
        let act = MoveSponsor { partner: number(&input.partner_id), sponsor: number(&input.sponsor_id) };
        let outcome = move_sponsor(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await.map(|()| act.partner);
        MoveSponsorPayload::of(ctx, outcome).await.map(Some)
    }

    /// Says where the caller's new recruits go when no slot is named.
    async fn set_placement_preference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: SetPlacementPreferenceInput,
    ) -> Result<Option<SetPlacementPreferencePayload>> {
        let preference = input.preference.into();
        let outcome = set_placement_preference(ctx.data::<Services>()?, ctx.data::<Principal>()?, preference).await;
        SetPlacementPreferencePayload::of(ctx, outcome).await.map(Some)
    }
}
