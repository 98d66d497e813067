//! becomePartner, placePartner, setPlacementPreference, setContactSharing, moveSponsor, setPartnerStatus

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::{Epoch, load};
use super::super::network::{Promotion, caller};
use super::super::referral_links::inputs::referral;
use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::{PartnerStatus, PlacementPreference};
use super::joining::{MEMBERSHIP, MembershipInput, SlotInput, joining};
use super::loader::Partners;
use super::objects::Partner;
use super::seen::find;
use crate::auth::principal::{Caller, Principal};
use crate::commands::partners::{
    BecomePartner, Joining, MoveSponsor, PlacePartner, SetPartnerStatus, become_partner, move_sponsor, place_partner, set_contact_sharing,
    set_partner_status, set_placement_preference,
};
use crate::commands::{self, Services};

/// The caller becomes a partner.
#[derive(InputObject)]
pub struct BecomePartnerInput {
    /// The sponsor's referral code, or that of one of its links. Without one, the partner by whose link the newcomer came is the sponsor; who came by none
    /// stands at the top.
    referral_code: Option<String>,
    /// The code of the referral link, or of the partner, by which the newcomer came: it is credited, unless another one was at the sign-up. When left out,
    /// the cookie of a link that was followed counts, where the browser sends it.
    referral_link_code: Option<String>,
    /// The place in the placement tree; without one the sponsor's preference decides.
    slot: Option<SlotInput>,
    /// The package that is bought; it may be left out where `catalog.freeJoin` says that people join for nothing.
    membership: Option<MembershipInput>,
    /// Makes the act repeatable: the same key with the same input gives the same partner. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// A partner without a place is given one.
#[derive(InputObject)]
pub struct PlacePartnerInput {
    /// The partner's number.
    partner_number: BigInt,
    /// The place.
    slot: SlotInput,
}

/// Where the caller's recruits go from now on.
#[derive(InputObject)]
pub struct SetPlacementPreferenceInput {
    /// The choice.
    preference: PlacementPreference,
}

/// Whether the caller's sponsor may see how to reach the caller.
#[derive(InputObject)]
pub struct SetContactSharingInput {
    /// From now on.
    shared: bool,
}

/// A partner goes under another sponsor, with everybody below.
#[derive(InputObject)]
pub struct MoveSponsorInput {
    /// The partner's number.
    partner_number: BigInt,
    /// The new sponsor's number.
    sponsor_number: BigInt,
}

/// Whether a partner takes part from now on.
#[derive(InputObject)]
pub struct SetPartnerStatusInput {
    /// The partner's number.
    partner_number: BigInt,
    /// ACTIVE, SUSPENDED or TERMINATED.
    status: PartnerStatus,
    /// Why, in 1 to 200 characters; it stands in the audit trail.
    reason: String,
    /// Makes the act repeatable: the same key with the same input decides once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Declares payloads that show the partner as it is after the act.
macro_rules! partner_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The partner after the act; null when there are user errors.
            partner: Option<Partner>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(number) => Self { partner: after_act(ctx, number).await?, user_errors: Vec::new() },
                    Err(user_errors) => {
                        let user_errors = user_errors.into_iter().map(|error| error.within(MEMBERSHIP)).collect();
                        Self { partner: None, user_errors }
                    }
                }))
            }
        })+
    };
}

partner_payloads! {
    /// Outcome of becomePartner.
    BecomePartnerPayload;
    /// Outcome of placePartner.
    PlacePartnerPayload;
    /// Outcome of setPlacementPreference.
    SetPlacementPreferencePayload;
    /// Outcome of setContactSharing.
    SetContactSharingPayload;
    /// Outcome of moveSponsor.
    MoveSponsorPayload;
    /// Outcome of setPartnerStatus.
    SetPartnerStatusPayload;
}

/// The partner as the caller sees it now: what was loaded before the act is forgotten.
async fn after_act(ctx: &Context<'_>, number: i64) -> Result<Option<Partner>> {
    ctx.data::<Epoch>()?.advance();
    find(ctx, number).await
}

/// Acts on the network.
#[derive(Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Makes the caller a partner.
    async fn become_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Under whom, and where.")] input: BecomePartnerInput,
    ) -> Result<Option<BecomePartnerPayload>> {
        let act = BecomePartner {
            joining: Joining {
                referral: referral(ctx, input.referral_link_code),
                ..joining(input.referral_code, input.slot, input.membership)?
            },
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let outcome = become_partner(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        if let Ok(number) = outcome {
            // The caller was no partner when the request began; what follows must see that it is one now.
            let sponsor_id = load::<Partners>(ctx, (), number).await?.and_then(|partner| partner.sponsor_id);
            ctx.data::<Promotion>()?.set(Caller { partner_id: Some(number), sponsor_id, ..caller(ctx)?.clone() });
        }
        BecomePartnerPayload::of(ctx, outcome).await
    }

    /// Gives a partner without a place in the placement tree one; for its sponsor, and for operators with the scope `network`.
    async fn place_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and where.")] input: PlacePartnerInput,
    ) -> Result<Option<PlacePartnerPayload>> {
        let act = PlacePartner { partner: input.partner_number.0, slot: input.slot.into_slot()? };
        let outcome = place_partner(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let mut payload = PlacePartnerPayload::of(ctx, outcome.map(|()| act.partner)).await?;
        if let Some(payload) = &mut payload {
            // Who would stand under itself names itself as the parent of the slot.
            let errors = std::mem::take(&mut payload.user_errors);
            payload.user_errors = errors.into_iter().map(|error| error.renamed("sponsorNumber", "slot")).collect();
        }
        Ok(payload)
    }

    /// Chooses where the caller's recruits go when they name no slot.
    async fn set_placement_preference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: SetPlacementPreferenceInput,
    ) -> Result<Option<SetPlacementPreferencePayload>> {
        let outcome = set_placement_preference(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.preference.into()).await;
        SetPlacementPreferencePayload::of(ctx, outcome).await
    }

    /// Says whether the caller's sponsor may see the caller's contact data and profile; nobody else above ever does.
    async fn set_contact_sharing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: SetContactSharingInput,
    ) -> Result<Option<SetContactSharingPayload>> {
        let outcome = set_contact_sharing(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.shared).await;
        SetContactSharingPayload::of(ctx, outcome).await
    }

    /// Moves a partner under another sponsor, with everybody below. Needs the scope `network`; recorded in the audit trail.
    async fn move_sponsor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and under whom.")] input: MoveSponsorInput,
    ) -> Result<Option<MoveSponsorPayload>> {
        let act = MoveSponsor { partner: input.partner_number.0, sponsor: input.sponsor_number.0 };
        let outcome = move_sponsor(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        MoveSponsorPayload::of(ctx, outcome.map(|()| act.partner)).await
    }

    /// Suspends a partner, ends the partnership, or lets the partner take part again. The partner keeps the place in both trees, and may sign in; only one who
    /// is ACTIVE earns, recruits, orders and spends. Needs the scope `network`; recorded in the audit trail.
    async fn set_partner_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, which and why.")] input: SetPartnerStatusInput,
    ) -> Result<Option<SetPartnerStatusPayload>> {
        let act = SetPartnerStatus {
            partner: input.partner_number.0,
            status: input.status.into(),
            reason: input.reason,
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let outcome = set_partner_status(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let mut payload = SetPartnerStatusPayload::of(ctx, outcome).await?;
        if let Some(payload) = &mut payload {
            // Accounts are named by user name elsewhere.
            let errors = std::mem::take(&mut payload.user_errors);
            payload.user_errors = errors.into_iter().map(|error| error.renamed("username", "partnerNumber")).collect();
        }
        Ok(payload)
    }
}
