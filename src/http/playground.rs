//! The web page: the files that `npm run build` made in `playground/`, or a page that says how to build them.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::handler::HandlerWithoutStateExt as _;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use tower_http::services::ServeDir;

use super::refusal::refuse;

/// Everything from this server; styles inline and workers from memory because the editor makes them so.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";
/// The bundler puts a hash of the content into the names of these files.
const HASHED_FOLDER: &str = "/assets/";

/// Answers `/` and every path that no other route has from the built page's folder.
pub(super) fn serve_beside(routes: Router, folder: &Path) -> Router {
    // Its own files beside the other layers' routes: these headers must not touch the others' answers.
    let page = Router::new().route_service("/", ServeDir::new(folder).fallback(not_built.into_service()));
    let files = ServeDir::new(folder).call_fallback_on_method_not_allowed(true).fallback(unknown.into_service());
    let page = page.fallback_service(files).layer(from_fn(describe_file));
    routes.fallback_service(page)
}

async fn describe_file(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with(HASHED_FOLDER);
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        let caching = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    }
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // "Not modified" has no type, but its headers replace those that the browser kept with the page.
    let is_kept_page = response.status() == StatusCode::NOT_MODIFIED && !hashed;
    if is_page || is_kept_page {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
    response
}

async fn not_built() -> Html<&'static str> {
    Html(include_str!("playground_not_built.html"))
}

async fn unknown() -> Response {
    refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this address; GraphQL answers at /graphql.", None)
}
