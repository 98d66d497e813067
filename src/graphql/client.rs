//! Where a request comes from, as acts want to know it.

use std::net::IpAddr;

use async_graphql::Context;

use super::context::Credentials;
use crate::domain::clients::{Address, Client, user_agent};

/// Address and program of the caller.
pub fn client(ctx: &Context<'_>) -> Client {
    let Some(credentials) = ctx.data_opt::<Credentials>() else { return Client::default() };
    let address = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => Address::V4(ip.octets()),
        IpAddr::V6(ip) => Address::V6(ip.octets()),
    };
    Client { address: credentials.client_ip.map(address), user_agent: credentials.user_agent.as_deref().and_then(user_agent) }
}
