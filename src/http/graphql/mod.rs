//! GraphQL over HTTP, WebSocket and Server-Sent Events.
//!
//! The handlers of async-graphql-axum are not used: they fail the public audits, execute mutations over GET, and know neither body limit nor the
//! close codes of graphql-transport-ws.

pub(super) mod credentials;
mod events;
mod exchange;
mod media;
mod multipart;
mod pump;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State, WebSocketUpgrade};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::exchange::Refusal;
use crate::graphql::endpoint::Endpoint;
use crate::graphql::upload_places::UploadPlaces;

/// `POST` (with files too) and `GET /graphql`, WebSocket on `/graphql`, Server-Sent Events on `/graphql/stream`.
///
/// Read from the request: `Authorization: Bearer`, `Idempotency-Key`, `X-Request-Id`, `Last-Event-ID`, and `X-GraphQL-Cost` (any value), which like
/// `extensions: {"cost": true}` asks for `extensions.cost {requested, limit}` in the answer.
///
/// When `shutdown` becomes true, sockets close with 1001 and event streams end; await [`Endpoint::drained`] afterwards, so that no mutation is cut
/// off, and `closed` of the switch, which every socket and the router hold until they are gone. The peer's address is known where the app serves with `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(endpoint: Endpoint, shutdown: watch::Receiver<bool>) -> Router {
    let connections = Arc::new(Semaphore::new(endpoint.settings().streams.connections.min(Semaphore::MAX_PERMITS)));
    let uploads = UploadPlaces::new(&endpoint.settings().uploads);
    let transport = Transport { endpoint, shutdown, connections, uploads };
    Router::new()
        .route("/graphql", get(query_or_socket).post(exchange::post))
        .route("/graphql/stream", get(events::get).post(events::post))
        .with_state(transport)
}

/// What the handlers share.
#[derive(Clone)]
struct Transport {
    endpoint: Endpoint,
    shutdown: watch::Receiver<bool>,
    connections: Arc<Semaphore>,
    uploads: UploadPlaces,
}

impl Transport {
    /// A place for a socket or an event stream, as long as there is one.
    fn connection(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.connections).try_acquire_owned().map_err(|_| Refusal::too_many_connections())
    }

    /// Resolves when the server shuts down.
    async fn shut_down(&self) {
        let mut shutdown = self.shutdown.clone();
        if shutdown.wait_for(|is_down| *is_down).await.is_err() {
            // Nobody holds the switch any more, so it will never be turned.
            std::future::pending().await
        }
    }
}

async fn query_or_socket(State(transport): State<Transport>, request: Request) -> Response {
    let asks_for_socket =
        request.headers().get(header::UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if !asks_for_socket {
        return exchange::get(transport, request).await;
    }
    let (mut parts, _) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => socket::open(transport, &parts, upgrade),
        Err(rejection) => rejection.into_response(),
    }
}
