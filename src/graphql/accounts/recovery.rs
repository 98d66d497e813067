//! Links that are mailed: requestPasswordReset, resetPassword, requestTransactionPasswordReset, resetTransactionPassword, verifyEmail,
//! requestEmailVerification

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::client::client;
use super::super::loader::Epoch;
use super::super::user_errors::{UserError, sort};
use crate::auth::principal::Principal;
use crate::commands::accounts::{
    RequestEmailVerification, RequestPasswordReset, Reset, VerifyEmail, request_email_verification, request_password_reset,
    request_transaction_password_reset, reset_password, reset_transaction_password, verify_email,
};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// Declares what an act gives: whether it was done.
macro_rules! done_payload {
    ($($(#[$doc:meta])* $name:ident, $(#[$field_doc:meta])* $done:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            $done: bool,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            fn of(ctx: &Context<'_>, outcome: Result<(), commands::Error>) -> Result<Option<Self>> {
                // What was loaded before the act is forgotten.
                ctx.data::<Epoch>()?.advance();
                let user_errors = sort(outcome)?.err().unwrap_or_default();
                Ok(Some(Self { $done: user_errors.is_empty(), user_errors }))
            }
        })+
    };
}

done_payload! {
    /// Outcome of requestPasswordReset.
    RequestPasswordResetPayload,
    /// Whether the request was taken; it says nothing of whether there is such an account.
    requested;
    /// Outcome of resetPassword.
    ResetPasswordPayload,
    /// Whether the password was set.
    changed;
    /// Outcome of resetTransactionPassword.
    ResetTransactionPasswordPayload,
    /// Whether the transaction password was set.
    changed;
    /// Outcome of verifyEmail.
    VerifyEmailPayload,
    /// Whether the address is confirmed now.
    verified;
    /// Outcome of requestEmailVerification.
    RequestEmailVerificationPayload,
    /// Whether the request was taken; where an account was named, it says nothing of whether there is one.
    requested;
}

/// A forgotten password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// User name or e-mail address.
    login: String,
}

/// A new password by a mailed link.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
    /// 10 to 256 characters.
    #[graphql(secret)]
    new_password: String,
}

/// A forgotten transaction password.
#[derive(InputObject)]
pub struct RequestTransactionPasswordResetInput {
    /// Comes back in the payload.
    client_mutation_id: Option<String>,
}

/// Outcome of requestTransactionPasswordReset.
#[derive(SimpleObject)]
pub struct RequestTransactionPasswordResetPayload {
    /// As it was given.
    client_mutation_id: Option<String>,
    /// Whether a mail is on its way.
    requested: bool,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// A new transaction password by a mailed link.
#[derive(InputObject)]
pub struct ResetTransactionPasswordInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
    /// 6 to 72 bytes, and not the password for signing in.
    #[graphql(secret)]
    new_password: String,
}

/// A confirmation by a mailed link.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
}

/// Asking for the link that confirms an address again.
#[derive(InputObject)]
pub struct RequestEmailVerificationInput {
    /// User name or e-mail address; the caller's own account when left out.
    login: Option<String>,
}

/// Acts around links that are mailed.
#[derive(Default)]
pub struct RecoveryMutation;

#[Object]
impl RecoveryMutation {
    /// Mails a link to a new password, at most three times an hour by default. The answer is the same whether or not there is such an account.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password.")] input: RequestPasswordResetInput,
    ) -> Result<Option<RequestPasswordResetPayload>> {
        let act = RequestPasswordReset { login: input.login, client: client(ctx) };
        RequestPasswordResetPayload::of(ctx, request_password_reset(ctx.data::<Services>()?, &act).await)
    }

    /// Sets a new password by a link, which works once: all sessions of the account end.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's secret and the new password.")] input: ResetPasswordInput,
    ) -> Result<Option<ResetPasswordPayload>> {
        let act = Reset { token: Secret::new(input.token), new: Secret::new(input.new_password), client: client(ctx) };
        let outcome = ResetPasswordPayload::of(ctx, reset_password(ctx.data::<Services>()?, &act).await)?;
        Ok(outcome.map(|payload| ResetPasswordPayload {
            user_errors: payload.user_errors.into_iter().map(|error| error.renamed("password", "newPassword")).collect(),
            ..payload
        }))
    }

    /// Mails the caller a link to a new transaction password, at most three times an hour by default.
    async fn request_transaction_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing is needed.")] input: RequestTransactionPasswordResetInput,
    ) -> Result<Option<RequestTransactionPasswordResetPayload>> {
        let outcome = request_transaction_password_reset(ctx.data::<Services>()?, ctx.data::<Principal>()?).await;
        let (client_mutation_id, user_errors) = (input.client_mutation_id, sort(outcome)?.err().unwrap_or_default());
        Ok(Some(RequestTransactionPasswordResetPayload { client_mutation_id, requested: user_errors.is_empty(), user_errors }))
    }

    /// Sets a new transaction password by a link, which works once.
    async fn reset_transaction_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's secret and the new transaction password.")] input: ResetTransactionPasswordInput,
    ) -> Result<Option<ResetTransactionPasswordPayload>> {
        let act = Reset { token: Secret::new(input.token), new: Secret::new(input.new_password), client: client(ctx) };
        ResetTransactionPasswordPayload::of(ctx, reset_transaction_password(ctx.data::<Services>()?, &act).await)
    }

    /// Confirms an e-mail address by the link that was mailed at sign-up.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's secret.")] input: VerifyEmailInput,
    ) -> Result<Option<VerifyEmailPayload>> {
        let act = VerifyEmail { token: Secret::new(input.token), client: client(ctx) };
        VerifyEmailPayload::of(ctx, verify_email(ctx.data::<Services>()?, &act).await)
    }

    /// Mails the link that confirms an address again, at most three times an hour by default. Where an account is named, the answer is the same whether or
    /// not there is one.
    async fn request_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose address.")] input: RequestEmailVerificationInput,
    ) -> Result<Option<RequestEmailVerificationPayload>> {
        let act = RequestEmailVerification { login: input.login, client: client(ctx) };
        let outcome = request_email_verification(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        RequestEmailVerificationPayload::of(ctx, outcome)
    }
}
