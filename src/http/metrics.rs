//! `/metrics`, and the server's own measurements.

use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, Method};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use metrics::Unit;
use metrics_exporter_prometheus::PrometheusHandle;

use super::middleware::route;

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_seconds";

pub(super) fn routes(metrics: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(render)).with_state(metrics)
}

/// Explains the measurements to whoever reads them.
pub(super) fn describe() {
    metrics::describe_counter!(REQUESTS, "Requests answered, by route, method and status");
    metrics::describe_histogram!(SECONDS, Unit::Seconds, "Time to the start of the answer, by route, method and status");
}

async fn render(State(metrics): State<PrometheusHandle>) -> ([(HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}

/// Counts and times a request.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let route = route(request.extensions());
    let method = method_label(request.method()).to_owned();
    let started = Instant::now();
    let response = next.run(request).await;
    let labels = [("route", route), ("method", method), ("status", response.status().as_str().to_owned())];
    metrics::counter!(REQUESTS, &labels).increment(1);
    metrics::histogram!(SECONDS, &labels).record(started.elapsed());
    response
}

/// A client can invent methods; each new one would be a new series.
fn method_label(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::PATCH => method.as_str(),
        _ => "other",
    }
}
