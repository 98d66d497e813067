//! Account.sessions, endSession, endOtherSessions

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::super::loader::{Epoch, load};
use super::super::network::{caller, network};
use super::super::scalars::{BigInt, DateTime};
use super::super::user_errors::{UserError, sort};
use super::loader::Sessions;
use crate::auth::principal::Principal;
use crate::commands::Services;
use crate::commands::accounts::{end_other_sessions, end_session};

/// A session of an account that has not ended.
#[derive(SimpleObject)]
pub struct AccountSession {
    /// Names the session in endSession.
    id: ID,
    /// When it began.
    created_at: DateTime,
    /// When it was begun or refreshed last: to the life of an access token, when it was used last.
    last_used_at: DateTime,
    /// When it ends at the latest.
    expires_at: DateTime,
    /// Whether this request belongs to it.
    current: bool,
    /// What the program that began it calls itself.
    user_agent: Option<String>,
}

/// The live sessions of the caller's own account.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn sessions_of(ctx: &Context<'_>, account_id: i64) -> Result<Option<Vec<AccountSession>>> {
    // signUp and logIn show the account of somebody who is not signed in in this request.
    let Some(caller) = ctx.data::<Principal>()?.caller().filter(|caller| caller.account_id == account_id) else { return Ok(None) };
    let listed = load::<Sessions>(ctx, network(ctx)?.clock.now(), account_id).await?;
    let session = |session: crate::store::sessions::Listed| AccountSession {
        current: session.sid == caller.sid,
        id: ID(session.sid),
        created_at: DateTime(session.created_at),
        last_used_at: DateTime(session.last_used_at),
        expires_at: DateTime(session.expires_at),
        user_agent: session.user_agent,
    };
    Ok(Some(listed.into_iter().map(session).collect()))
}

/// Ending a session.
#[derive(InputObject)]
pub struct EndSessionInput {
    /// The id of one of the caller's own sessions.
    session_id: ID,
}

/// Outcome of endSession.
#[derive(SimpleObject)]
pub struct EndSessionPayload {
    /// Whether the session was ended.
    ended: bool,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Ending all sessions but this one.
#[derive(InputObject)]
pub struct EndOtherSessionsInput {
    /// Comes back in the payload.
    client_mutation_id: Option<String>,
}

/// Outcome of endOtherSessions.
#[derive(SimpleObject)]
pub struct EndOtherSessionsPayload {
    /// As it was given.
    client_mutation_id: Option<String>,
    /// How many sessions were ended; null when there are user errors.
    ended: Option<BigInt>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Acts on sessions.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends one of the caller's sessions at once.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: EndSessionInput,
    ) -> Result<Option<EndSessionPayload>> {
        let outcome = end_session(ctx.data::<Services>()?, ctx.data::<Principal>()?, &input.session_id).await;
        ctx.data::<Epoch>()?.advance();
        let user_errors = sort(outcome)?.err().unwrap_or_default();
        Ok(Some(EndSessionPayload { ended: user_errors.is_empty(), user_errors }))
    }

    /// Ends all of the caller's sessions but this one at once.
    async fn end_other_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing is needed.")] input: EndOtherSessionsInput,
    ) -> Result<Option<EndOtherSessionsPayload>> {
        caller(ctx)?;
        let outcome = end_other_sessions(ctx.data::<Services>()?, ctx.data::<Principal>()?).await;
        ctx.data::<Epoch>()?.advance();
        let (ended, user_errors) = match sort(outcome)? {
            Ok(ended) => (i64::try_from(ended).ok().map(BigInt), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(Some(EndOtherSessionsPayload { client_mutation_id: input.client_mutation_id, ended, user_errors }))
    }
}
