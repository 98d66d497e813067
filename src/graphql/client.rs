//! Where a request comes from, as acts want to know it.

use async_graphql::Context;

use super::context::Credentials;
use crate::domain::clients::{Client, user_agent};

/// Address and program of the caller.
pub fn client(ctx: &Context<'_>) -> Client {
    let Some(credentials) = ctx.data_opt::<Credentials>() else { return Client::default() };
    Client { address: credentials.address(), user_agent: credentials.user_agent.as_deref().and_then(user_agent) }
}
