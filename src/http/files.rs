//! Pictures for everybody who has their address, and identity documents for operators. Nothing here runs in a browser, whatever a file holds.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::graphql::credentials;
use super::middleware::RequestId;
use super::refusal::refuse;
use crate::auth::principal::Principal;
use crate::commands::images::find_image;
use crate::commands::kyc::open_document;
use crate::commands::{Error, Services};

/// `GET /images/{name}` and `GET /kyc-documents/{number}`.
pub fn router(services: Services) -> Router {
    Router::new().route("/images/{name}", get(image)).route("/kyc-documents/{number}", get(kyc_document)).with_state(services)
}

/// Another picture has another name, so what was fetched is good for a while; not for ever, and not in caches that many share, as people take their pictures back.
async fn image(State(services): State<Services>, Path(name): Path<String>, request: Request) -> Response {
    match find_image(&services, &name).await {
        Ok(Some(image)) => {
            let caching = "private, max-age=3600, immutable";
            file(image.content, &image.media_type, "inline", caching)
        }
        Ok(None) => absent(),
        Err(error) => failed(&error, &request),
    }
}

async fn kyc_document(State(services): State<Services>, Path(number): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let credentials = credentials::of(&parts);
    let request = Request::from_parts(parts, axum::body::Body::empty());
    let principal = match &credentials.bearer_token {
        None => Principal::Anonymous,
        Some(token) => match services.authenticate(token, credentials.address()).await {
            Ok(principal) => principal.unwrap_or(Principal::Anonymous),
            Err(error) => return failed(&error.into(), &request),
        },
    };
    // What is no number is no document: both are asked for with the same powers, and answered alike.
    match open_document(&services, &principal, number.parse().unwrap_or(0)).await {
        Ok(Some(document)) => {
            let (account, partners) = (document.reader, [document.partner]);
            tracing::info!(target: "audit", account, what = "identity", document = number, ?partners, "read by staff");
            let disposition = format!("attachment; filename=\"{}\"", document.file_name());
            file(document.content, &document.media_type, &disposition, "no-store")
        }
        Ok(None) => absent(),
        Err(error) => failed(&error, &request),
    }
}

fn file(content: Vec<u8>, media_type: &str, disposition: &str, caching: &'static str) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_TYPE, value(media_type));
    headers.insert(CONTENT_DISPOSITION, value(disposition));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn absent() -> Response {
    refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such file.", None)
}

fn failed(error: &Error, request: &Request) -> Response {
    match error {
        Error::Unauthenticated => {
            let mut response = refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", &error.to_string(), None);
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        Error::Refused(refusal) => refuse(StatusCode::FORBIDDEN, "FORBIDDEN", &refusal.to_string(), None),
        error => {
            tracing::error!(%error, "a file cannot be read");
            let incident = request.extensions().get::<RequestId>().map(|id| ("incident", id.as_str()));
            refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                "The server could not do this; tell its operator the incident id.",
                incident,
            )
        }
    }
}
