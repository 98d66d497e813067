//! `/health/live` and `/health/ready`, for whoever runs the server.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// Says whether requests can be served now, or in words (shown to anybody) why not.
pub type ReadinessCheck = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A [`ReadinessCheck`] from an async closure.
pub fn readiness<F, Answer>(check: F) -> ReadinessCheck
where
    F: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<(), String>> + Send + 'static,
{
    Arc::new(move || Box::pin(check()))
}

pub(super) fn routes(check: ReadinessCheck) -> Router {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready)).with_state(check)
}

/// The process answers; nothing else is looked at, as a restart would not mend a database.
async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

async fn ready(State(check): State<ReadinessCheck>) -> (StatusCode, Json<Value>) {
    match check().await {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "cause": cause }))),
    }
}
