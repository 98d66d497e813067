//! What every request passes through: its id, the access log, the clock, the net under panics, the security headers.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{Extensions, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::RequestIds;
use super::refusal::refuse;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_MAX_BYTES: usize = 64;

/// The id of a request, in its extensions: the client's `X-Request-Id` where that is sane, else a new one. Also the incident id of its faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id: 1 to 64 letters, digits, `-`, `_` and `.`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn given(request: &Request) -> Option<Self> {
        let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
        let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        ((1..=REQUEST_ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(sane)).then(|| Self(id.into()))
    }
}

/// The route's pattern, never the path itself: paths and queries may carry personal data, and would make too many series of metrics.
pub(super) fn route(extensions: &Extensions) -> String {
    extensions.get::<MatchedPath>().map_or("(file)", MatchedPath::as_str).to_owned()
}

/// Gives the request its id, the log lines written meanwhile too, and the answer.
pub(super) async fn identify(State(new_id): State<RequestIds>, mut request: Request, next: Next) -> Response {
    let id = RequestId::given(&request).unwrap_or_else(|| RequestId(new_id().into()));
    request.extensions_mut().insert(id.clone());
    // On the highest level, so that even a log of errors only has the ids.
    let span = tracing::error_span!("request", request_id = id.as_str());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// One line per request; the duration reaches to the start of the answer.
pub(super) async fn log_access(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = route(request.extensions());
    let started = Instant::now();
    let response = next.run(request).await;
    let (status, microseconds) = (response.status().as_u16(), started.elapsed().as_micros());
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, microseconds, "answered");
    } else {
        tracing::info!(%method, route, status, microseconds, "answered");
    }
    response
}

/// Headers that are wrong nowhere; an answer that set its own keeps it.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A panic becomes a 500 that tells the incident id; what it said goes to the log only.
pub(super) async fn catch_panic(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(cause) => {
            tracing::error!(cause = panic_text(&*cause), "a request failed by a fault of the server");
            let incident = id.as_ref().map(|id| ("incident", id.as_str()));
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "The server made a mistake; tell its operator the incident id.", incident)
        }
    }
}

fn panic_text(cause: &(dyn Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text")
}

/// Bounds the time to the start of an answer. What streams after that (WebSocket, events) goes on as long as it likes.
pub(super) async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", "The request took too long; try again later.", None),
    }
}
