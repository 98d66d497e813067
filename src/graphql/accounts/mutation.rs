//! signUp, logIn, refreshToken, logOut, changePassword

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::client::client;
use super::super::loader::load;
use super::super::partners::joining::{JoiningInput, PARTNER};
use super::super::referral_links::inputs::referral;
use super::super::scalars::DateTime;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::{
    ChangePasswordInput, LogInInput, LogOutInput, RefreshTokenInput, SetSignUpsOpenInput, SetTransactionPasswordInput, SignUpInput,
};
use super::loader::Accounts;
use super::objects::Account;
use crate::auth::principal::Principal;
use crate::commands::accounts::{
    ChangePassword, LogIn, SetTransactionPassword, SignUp, SignedIn, change_password, log_in, log_out, refresh_token, set_sign_ups_open,
    set_transaction_password, sign_up,
};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// A signed-in session. The tokens are shown once.
#[derive(SimpleObject)]
pub struct Session {
    /// Goes into the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends.
    expires_at: DateTime,
    /// Gives the next pair of tokens; works once.
    refresh_token: String,
    /// When the refresh token ends.
    refresh_expires_at: DateTime,
    /// Whose session it is.
    account: Option<Account>,
}

/// What signUp, logIn and refreshToken give.
macro_rules! session_payload {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The session; null when there are user errors.
            session: Option<Session>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<SignedIn, commands::Error>) -> Result<Self> {
                Ok(match sort(outcome)? {
                    Ok(signed_in) => Self { session: Some(session(ctx, signed_in).await?), user_errors: Vec::new() },
                    Err(user_errors) => {
                        let user_errors = user_errors.into_iter().map(|error| error.within(PARTNER)).collect();
                        Self { session: None, user_errors }
                    }
                })
            }
        }
    };
}

session_payload! {
    /// Outcome of signUp.
    SignUpPayload
}
session_payload! {
    /// Outcome of logIn.
    LogInPayload
}
session_payload! {
    /// Outcome of refreshToken.
    RefreshTokenPayload
}

/// Outcome of logOut.
#[derive(SimpleObject)]
pub struct LogOutPayload {
    /// As it was given.
    client_mutation_id: Option<String>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Outcome of changePassword.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// Whether the password was changed.
    changed: bool,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Outcome of setTransactionPassword.
#[derive(SimpleObject)]
pub struct SetTransactionPasswordPayload {
    /// Whether the transaction password was set.
    changed: bool,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Outcome of setSignUpsOpen.
#[derive(SimpleObject)]
pub struct SetSignUpsOpenPayload {
    /// Whether people may sign up now; null when there are user errors.
    open: Option<bool>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

async fn session(ctx: &Context<'_>, signed_in: SignedIn) -> Result<Session> {
    let account = load::<Accounts>(ctx, (), signed_in.account_id).await?;
    Ok(Session {
        access_token: signed_in.access_token.expose().clone(),
        expires_at: DateTime(signed_in.access_expires_at),
        refresh_token: signed_in.refresh_token.expose().clone(),
        refresh_expires_at: DateTime(signed_in.refresh_expires_at),
        account: account.map(Account),
    })
}

/// Acts around logins.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes a login, signs it in, and mails a link that confirms the e-mail address; joins the network in the same act where that is wanted.
    async fn sign_up(&self, ctx: &Context<'_>, #[graphql(desc = "The new login.")] input: SignUpInput) -> Result<Option<SignUpPayload>> {
        let act = SignUp {
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
            username: input.username,
            email: input.email,
            name: input.name,
            phone: input.phone,
            client: client(ctx),
            password: Secret::new(input.password),
            partner: input.partner.map(JoiningInput::into_joining).transpose()?,
            referral: referral(ctx, input.referral_link_code),
        };
        SignUpPayload::of(ctx, sign_up(ctx.data::<Services>()?, &act).await).await.map(Some)
    }

    /// Signs in.
    async fn log_in(&self, ctx: &Context<'_>, #[graphql(desc = "Who.")] input: LogInInput) -> Result<Option<LogInPayload>> {
        let act = LogIn { login: input.login, password: Secret::new(input.password), client: client(ctx) };
        LogInPayload::of(ctx, log_in(ctx.data::<Services>()?, &act).await).await.map(Some)
    }

    /// Gives new tokens for a refresh token. A token works once: what comes a second time within
    /// `auth.refresh_overlap_seconds` is only refused, later it ends its session.
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: RefreshTokenInput,
    ) -> Result<Option<RefreshTokenPayload>> {
        RefreshTokenPayload::of(ctx, refresh_token(ctx.data::<Services>()?, &input.refresh_token).await).await.map(Some)
    }

    /// Ends the caller's session at once.
    async fn log_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing is needed.")] input: LogOutInput,
    ) -> Result<Option<LogOutPayload>> {
        let user_errors = sort(log_out(ctx.data::<Services>()?, ctx.data::<Principal>()?).await)?.err().unwrap_or_default();
        Ok(Some(LogOutPayload { client_mutation_id: input.client_mutation_id, user_errors }))
    }

    /// Replaces the caller's password and ends the caller's other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        let act = ChangePassword { present: Secret::new(input.current_password), new: Secret::new(input.new_password) };
        let outcome = sort(change_password(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)?;
        let user_errors = outcome.err().unwrap_or_default();
        let user_errors: Vec<_> = user_errors.into_iter().map(|error| error.renamed("password", "newPassword")).collect();
        Ok(Some(ChangePasswordPayload { changed: user_errors.is_empty(), user_errors }))
    }

    /// Sets or changes the caller's transaction password, the second secret that spending from a wallet needs.
    async fn set_transaction_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present secret and the new one.")] input: SetTransactionPasswordInput,
    ) -> Result<Option<SetTransactionPasswordPayload>> {
        let act = SetTransactionPassword { present: Secret::new(input.current_password), new: Secret::new(input.new_password) };
        let outcome = sort(set_transaction_password(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)?;
        let user_errors = outcome.err().unwrap_or_default();
        let user_errors: Vec<_> = user_errors.into_iter().map(|error| error.renamed("transactionPassword", "currentPassword")).collect();
        Ok(Some(SetTransactionPasswordPayload { changed: user_errors.is_empty(), user_errors }))
    }

    /// Opens or closes signing up; who has an account is not touched. Needs the scope `network`; recorded in the audit trail.
    async fn set_sign_ups_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether people may sign up.")] input: SetSignUpsOpenInput,
    ) -> Result<Option<SetSignUpsOpenPayload>> {
        let outcome = sort(set_sign_ups_open(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.open).await)?;
        Ok(Some(match outcome {
            Ok(()) => SetSignUpsOpenPayload { open: Some(input.open), user_errors: Vec::new() },
            Err(user_errors) => SetSignUpsOpenPayload { open: None, user_errors },
        }))
    }
}
