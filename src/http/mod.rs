//! The HTTP server: what stands around the GraphQL endpoint, and the serving itself.

mod client;
pub mod files;
pub mod graphql;
mod health;
mod listener;
mod metrics;
mod middleware;
mod playground;
mod referrals;
mod refusal;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderName;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;

pub use self::health::{ReadinessCheck, readiness};
pub use self::listener::{Bearing, BindError, bind, serve, stop_signal};
pub use self::middleware::RequestId;
pub use self::referrals::{Guide, Landing, Referrals, Visit, guide};
use crate::config::server::Server;

/// Makes ids of requests; each must be new. Called for every request that brings none of its own.
pub type RequestIds = Arc<dyn Fn() -> String + Send + Sync>;

/// What the router is composed of.
pub struct Parts {
    /// `[server]` of the configuration.
    pub server: Server,
    /// The GraphQL routes and those of files, merged as they are.
    pub graphql: Router,
    /// Answers `/ref/{code}`.
    pub referrals: Referrals,
    /// Bytes of a request with files.
    pub upload_bytes: u32,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Answers `/health/ready`.
    pub readiness: ReadinessCheck,
    /// Source of request ids.
    pub request_ids: RequestIds,
}

/// All routes, within the middleware that every one of them passes through.
pub fn router(parts: Parts) -> Router {
    let Parts { server, graphql, referrals, upload_bytes, metrics, readiness, request_ids } = parts;
    metrics::describe();
    let mut routes = health::routes(readiness).merge(graphql).merge(referrals::routes(referrals));
    if server.metrics {
        routes = routes.merge(metrics::routes(metrics));
    }
    // The last layer is the outermost. Compression leaves event streams alone (the layer's default), as a compressor would hold events back.
    let mut routes = playground::serve_beside(routes, &server.playground_dir)
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::disable())
        // GraphQL holds its bodies to closer limits, by their type.
        .layer(RequestBodyLimitLayer::new(server.request_bytes.max(upload_bytes) as usize))
        .layer(map_response(refusal::in_shape))
        .layer(from_fn_with_state(server.request_timeout(), middleware::limit_time))
        .layer(from_fn(middleware::catch_panic));
    if !server.cors_origins.is_empty() {
        routes = routes.layer(cors(&server.cors_origins));
    }
    routes
        .layer(from_fn_with_state(client::Proxies::of(&server), client::find))
        .layer(from_fn(middleware::secure))
        .layer(from_fn(metrics::measure))
        .layer(from_fn(middleware::log_access))
        .layer(from_fn_with_state(request_ids, middleware::identify))
}

fn cors(origins: &[String]) -> CorsLayer {
    let header = HeaderName::from_static;
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            header("apollo-require-preflight"),
            header("graphql-require-preflight"),
            header("idempotency-key"),
            header("last-event-id"),
            header("x-apollo-operation-name"),
            header("x-graphql-cost"),
            middleware::REQUEST_ID,
        ])
        .expose_headers([RETRY_AFTER, middleware::REQUEST_ID]);
    if origins.iter().any(|origin| origin == "*") {
        return layer.allow_origin(Any);
    }
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    layer.allow_origin(origins)
}

#[cfg(test)]
mod tests;
