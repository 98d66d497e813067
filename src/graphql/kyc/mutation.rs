//! submitKyc, approveKyc, rejectKyc

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::loader::Epoch;
use super::super::user_errors::{UserError, sort};
use super::inputs::{ApproveKycInput, RejectKycInput, SubmitKycInput};
use super::objects::Kyc;
use crate::auth::principal::Principal;
use crate::commands::kyc::{approve_kyc, reject_kyc, submit_kyc};
use crate::commands::{self, Services};

/// What acts on identity checks give.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The identity check after the act; null when there are user errors.
            kyc: Option<Kyc>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(partner) => {
                        ctx.data::<Epoch>()?.advance();
                        Self { kyc: Some(Kyc::of(ctx, partner).await?), user_errors: Vec::new() }
                    }
                    Err(user_errors) => {
                        let user_errors = user_errors.into_iter().map(|error| error.renamed("file", "documents")).collect();
                        Self { kyc: None, user_errors }
                    }
                }))
            }
        })+
    };
}

payloads! {
    /// Outcome of submitKyc.
    SubmitKycPayload;
    /// Outcome of approveKyc.
    ApproveKycPayload;
    /// Outcome of rejectKyc.
    RejectKycPayload;
}

/// Acts on identity checks.
#[derive(Default)]
pub struct KycMutation;

#[Object]
impl KycMutation {
    /// Shows who the caller's partner is, for an operator to decide; once more after a rejection.
    async fn submit_kyc(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The documents.")] input: SubmitKycInput,
    ) -> Result<Option<SubmitKycPayload>> {
        let act = input.into_act(ctx)?;
        SubmitKycPayload::of(ctx, submit_kyc(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Approves what a partner showed. Needs the scope `kyc`; recorded in the audit trail.
    async fn approve_kyc(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which submission.")] input: ApproveKycInput,
    ) -> Result<Option<ApproveKycPayload>> {
        let act = input.into_act(ctx);
        ApproveKycPayload::of(ctx, approve_kyc(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Rejects what a partner showed, who may show something else. Needs the scope `kyc`; recorded in the audit trail.
    async fn reject_kyc(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which submission, and why.")] input: RejectKycInput,
    ) -> Result<Option<RejectKycPayload>> {
        let act = input.into_act(ctx);
        RejectKycPayload::of(ctx, reject_kyc(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
