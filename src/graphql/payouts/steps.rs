//! Inputs and payloads of the acts that move a payout on.

use async_graphql::{Context, InputObject, Result, SimpleObject};

use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key};
use super::mutation::outcome;
use super::objects::Payout;
use crate::commands;
use crate::commands::payouts::{ApprovePayout, CancelPayout, ClearPayoutProblem, CompletePayout, FailPayout, RejectPayout, StartPayout};

/// Declares the input of an act, with the fields it has beside the payout and the key, and its payload.
macro_rules! steps {
    ($($(#[$doc:meta])* $input:ident, $act:ident, { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }, $(#[$payload_doc:meta])* $payload:ident;)+) => {
        $($(#[$doc])*
        #[derive(InputObject)]
        pub struct $input {
            /// The number of the payout.
            payout_number: BigInt,
            $($(#[$field_doc])* $field: $type,)*
            /// Makes the act repeatable: the same key with the same input acts once. Also read from the header `Idempotency-Key`.
            idempotency_key: Option<String>,
        }

        impl $input {
            pub(super) fn into_act(self, ctx: &Context<'_>) -> $act {
                $act { payout: self.payout_number.0, $($field: self.$field,)* idempotency_key: idempotency_key(ctx, self.idempotency_key) }
            }
        }

        $(#[$payload_doc])*
        #[derive(SimpleObject)]
        pub struct $payload {
            /// The payout after the act; null when there are user errors.
            payout: Option<Payout>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $payload {
            pub(super) async fn of(ctx: &Context<'_>, done: Result<i64, commands::Error>) -> Result<Option<Self>> {
                let (payout, user_errors) = outcome(ctx, done).await?;
                Ok(Some(Self { payout: payout.map(Payout), user_errors }))
            }
        })+
    };
}

steps! {
    /// Taking a request back.
    CancelPayoutInput, CancelPayout, {},
    /// Outcome of cancelPayout.
    CancelPayoutPayload;
    /// Approving a payout.
    ApprovePayoutInput, ApprovePayout, {},
    /// Outcome of approvePayout.
    ApprovePayoutPayload;
    /// Refusing a payout.
    RejectPayoutInput, RejectPayout, {
        /// Why, in 1 to 200 characters; the partner reads it.
        reason: String,
    },
    /// Outcome of rejectPayout.
    RejectPayoutPayload;
    /// Handing a payout to the bank.
    StartPayoutInput, StartPayout, {},
    /// Outcome of startPayout.
    StartPayoutPayload;
    /// Noting that the bank has paid.
    CompletePayoutInput, CompletePayout, {
        /// The bank's word for it, 1 to 100 characters.
        reference: Option<String>,
    },
    /// Outcome of completePayout.
    CompletePayoutPayload;
    /// Saying what came of a problem.
    ClearPayoutProblemInput, ClearPayoutProblem, {
        /// What was found, in 1 to 200 characters; for the audit trail.
        reason: String,
    },
    /// Outcome of clearPayoutProblem.
    ClearPayoutProblemPayload;
    /// Noting that the bank did not pay.
    FailPayoutInput, FailPayout, {
        /// Why, in 1 to 200 characters; the partner reads it.
        reason: String,
        /// You answer for it that the bank has not paid and will not; recorded in the audit trail. Needed where the server handed the payout over by itself.
        #[graphql(default)]
        bank_will_not_pay: bool,
    },
    /// Outcome of failPayout.
    FailPayoutPayload;
}
