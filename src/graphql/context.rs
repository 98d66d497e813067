//! The seam to the application: who is calling, and what the resolvers find in the request.

use std::net::IpAddr;

use async_graphql::{Error, Request};
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::loader::waves::Waves;
use crate::domain::clients::Address;

/// What a caller shows of itself, by whichever transport.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The token of `Authorization: Bearer …`, or of the `connection_init` payload.
    pub bearer_token: Option<String>,
    /// The client's address: the peer's, or what a trusted proxy says.
    pub client_ip: Option<IpAddr>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The code of the referral link that was followed last, from its cookie: who is credited with a newcomer, not who is calling.
    pub referral_code: Option<String>,
    /// The id of the HTTP request; also the incident id of its faults.
    pub request_id: Option<String>,
}

impl Credentials {
    /// The client's address, as acts want to know it.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        Some(match self.client_ip? {
            IpAddr::V4(ip) => Address::V4(ip.octets()),
            IpAddr::V6(ip) => Address::V6(ip.octets()),
        })
    }
}

/// A request ready for execution.
pub struct Prepared {
    /// With everything the resolvers look up in its data (caller, loaders).
    pub request: Request,
    /// In which the loaders of the request fetch.
    pub waves: Waves,
    /// When the caller's token ends: streams end then with `UNAUTHENTICATED`, sockets close with 4403.
    pub expires_at: Option<Instant>,
}

/// Implemented by the application: authentication and the data of one request.
pub trait RequestContext: Send + Sync + 'static {
    /// Checks the credentials and puts caller and loaders into the request. Called for each operation, after the pre-check.
    ///
    /// # Errors
    /// Made through [`ErrorCode`](super::errors::ErrorCode) (`UNAUTHENTICATED`, `RATE_LIMITED`, …); any other error is masked as `INTERNAL`.
    fn prepare<'a>(&'a self, credentials: &'a Credentials, request: Request) -> BoxFuture<'a, Result<Prepared, Error>>;

    /// Checks the credentials of a WebSocket at `connection_init`; gives the end of the token.
    ///
    /// # Errors
    /// As `prepare`; the socket is closed with 4403.
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Option<Instant>, Error>> {
        Box::pin(async { Ok(self.prepare(credentials, Request::new("")).await?.expires_at) })
    }
}

/// The SSE header `Last-Event-ID`, in the data of a subscription's request: a resolver uses it where its `after` is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEventId(pub String);
