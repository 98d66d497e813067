//! savePayoutMethod, removePayoutMethod, requestPayout, cancelPayout and what operators do with payouts

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::{Epoch, load};
use super::super::network::caller;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::super::wallets::inputs::MoneyInput;
use super::super::wallets::objects::Wallet;
use super::inputs::{PayoutDetailsInput, PayoutMethodKind};
use super::loader::{PayoutMethods, Payouts};
use super::objects::{Payout, PayoutMethod};
use super::steps::{
    ApprovePayoutInput, ApprovePayoutPayload, CancelPayoutInput, CancelPayoutPayload, ClearPayoutProblemInput, ClearPayoutProblemPayload,
    CompletePayoutInput, CompletePayoutPayload, FailPayoutInput, FailPayoutPayload, RejectPayoutInput, RejectPayoutPayload,
    StartPayoutInput, StartPayoutPayload,
};
use crate::auth::principal::Principal;
use crate::commands::payouts::{
    RequestPayout, SavePayoutMethod, approve_payout, cancel_payout, clear_payout_problem, complete_payout, fail_payout, reject_payout,
    remove_payout_method, request_payout, save_payout_method, start_payout,
};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// Saving where to pay.
#[derive(InputObject)]
pub struct SavePayoutMethodInput {
    /// How; what was saved of the same kind is replaced.
    kind: PayoutMethodKind,
    /// Where to.
    details: PayoutDetailsInput,
    /// The caller's; needed unless the server is configured otherwise.
    #[graphql(secret)]
    transaction_password: Option<String>,
}

/// Outcome of savePayoutMethod.
#[derive(SimpleObject)]
pub struct SavePayoutMethodPayload {
    /// All that is saved, the latest first; null when there are user errors.
    payout_methods: Option<Vec<PayoutMethod>>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Forgetting where to pay.
#[derive(InputObject)]
pub struct RemovePayoutMethodInput {
    /// What was saved of this kind.
    kind: PayoutMethodKind,
}

/// Outcome of removePayoutMethod.
#[derive(SimpleObject)]
pub struct RemovePayoutMethodPayload {
    /// Whether anything was saved of this kind; null when there are user errors.
    removed: Option<bool>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Asking for money.
#[derive(InputObject)]
pub struct RequestPayoutInput {
    /// How much arrives; a fee comes on top where the company takes one.
    amount: MoneyInput,
    /// How it is paid.
    kind: PayoutMethodKind,
    /// Where to, for this payout only; what is saved of the kind when left out.
    details: Option<PayoutDetailsInput>,
    /// The caller's; needed with details that were not saved before, unless the server is configured otherwise.
    #[graphql(secret)]
    transaction_password: Option<String>,
    /// Makes the act repeatable: the same key with the same input asks once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Outcome of requestPayout.
#[derive(SimpleObject)]
pub struct RequestPayoutPayload {
    /// The payout; null when there are user errors.
    payout: Option<Payout>,
    /// How long it takes, in words; null when there are user errors.
    estimated_time: Option<String>,
    /// The wallet after the act; null when there are user errors.
    wallet: Option<Wallet>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// The payout after an act on it, which the caller was allowed to do.
pub(super) async fn outcome(
    ctx: &Context<'_>,
    outcome: Result<i64, commands::Error>,
) -> Result<(Option<crate::domain::payouts::Payout>, Vec<UserError>)> {
    let number = match sort(outcome)? {
        Ok(number) => number,
        Err(user_errors) => return Ok((None, user_errors)),
    };
    // What was loaded before the act is forgotten.
    ctx.data::<Epoch>()?.advance();
    Ok((load::<Payouts>(ctx, (), number).await?, Vec::new()))
}

/// Acts on payouts.
#[derive(Default)]
pub struct PayoutMutation;

#[Object]
impl PayoutMutation {
    /// Saves where the caller wants to be paid, and tells so by a mail to the account's address.
    async fn save_payout_method(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How, and where to.")] input: SavePayoutMethodInput,
    ) -> Result<Option<SavePayoutMethodPayload>> {
        let transaction_password = input.transaction_password.map(Secret::new);
        let act = SavePayoutMethod { kind: input.kind.into(), details: input.details.into(), transaction_password };
        Ok(Some(match sort(save_payout_method(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)? {
            Ok(partner) => {
                ctx.data::<Epoch>()?.advance();
                let methods = load::<PayoutMethods>(ctx, (), partner).await?;
                let payout_methods = Some(methods.into_iter().map(PayoutMethod::from).collect());
                SavePayoutMethodPayload { payout_methods, user_errors: Vec::new() }
            }
            Err(user_errors) => SavePayoutMethodPayload { payout_methods: None, user_errors },
        }))
    }

    /// Forgets where the caller wanted to be paid, and tells so by a mail to the account's address.
    async fn remove_payout_method(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RemovePayoutMethodInput,
    ) -> Result<Option<RemovePayoutMethodPayload>> {
        let outcome = remove_payout_method(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.kind.into()).await;
        ctx.data::<Epoch>()?.advance();
        Ok(Some(match sort(outcome)? {
            Ok(removed) => RemovePayoutMethodPayload { removed: Some(removed), user_errors: Vec::new() },
            Err(user_errors) => RemovePayoutMethodPayload { removed: None, user_errors },
        }))
    }

    /// Asks for money of the caller's wallet, which is set aside at once.
    async fn request_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, and where to.")] input: RequestPayoutInput,
    ) -> Result<Option<RequestPayoutPayload>> {
        let services = ctx.data::<Services>()?;
        let act = RequestPayout {
            sum: input.amount.into(),
            kind: input.kind.into(),
            details: input.details.map(Into::into),
            transaction_password: input.transaction_password.map(Secret::new),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let (payout, user_errors) = outcome(ctx, request_payout(services, ctx.data::<Principal>()?, &act).await).await?;
        let estimated_time = payout.is_some().then(|| services.payout.estimated_time.clone());
        let partner = caller(ctx).ok().and_then(|caller| caller.partner_id).filter(|_| payout.is_some());
        let wallet = partner.map(|partner_id| Wallet { partner_id });
        Ok(Some(RequestPayoutPayload { payout: payout.map(Payout), estimated_time, wallet, user_errors }))
    }

    /// Takes back the caller's own request while it is pending.
    async fn cancel_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout.")] input: CancelPayoutInput,
    ) -> Result<Option<CancelPayoutPayload>> {
        let act = input.into_act(ctx);
        CancelPayoutPayload::of(ctx, cancel_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Approves a payout; large ones need the approval of two operators. Needs the scope `payouts`; recorded in the audit trail.
    async fn approve_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout.")] input: ApprovePayoutInput,
    ) -> Result<Option<ApprovePayoutPayload>> {
        let act = input.into_act(ctx);
        ApprovePayoutPayload::of(ctx, approve_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Refuses a payout that was not handed to the bank. Needs the scope `payouts`; recorded in the audit trail.
    async fn reject_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout, and why.")] input: RejectPayoutInput,
    ) -> Result<Option<RejectPayoutPayload>> {
        let act = input.into_act(ctx);
        RejectPayoutPayload::of(ctx, reject_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Notes that an approved payout was handed to the bank. Needs the scope `payouts`; recorded in the audit trail.
    async fn start_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout.")] input: StartPayoutInput,
    ) -> Result<Option<StartPayoutPayload>> {
        let act = input.into_act(ctx);
        StartPayoutPayload::of(ctx, start_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Notes that the bank has paid: the money leaves the wallet. Needs the scope `payouts`; recorded in the audit trail.
    async fn complete_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout, and the bank's word for it.")] input: CompletePayoutInput,
    ) -> Result<Option<CompletePayoutPayload>> {
        let act = input.into_act(ctx);
        CompletePayoutPayload::of(ctx, complete_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Takes the mark off a payout with a problem that somebody has looked into: one that is approved may leave then. Needs the scope `payouts`; recorded in
    /// the audit trail.
    async fn clear_payout_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout, and what was found.")] input: ClearPayoutProblemInput,
    ) -> Result<Option<ClearPayoutProblemPayload>> {
        let act = input.into_act(ctx);
        ClearPayoutProblemPayload::of(ctx, clear_payout_problem(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Notes that the bank did not pay: the money is available again. Needs the scope `payouts`; recorded in the audit trail.
    async fn fail_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payout, and why.")] input: FailPayoutInput,
    ) -> Result<Option<FailPayoutPayload>> {
        let act = input.into_act(ctx);
        FailPayoutPayload::of(ctx, fail_payout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
