//! One request, one answer: `POST` and `GET /graphql`.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{ServerError, Value};
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use super::media::{Media, is_json};
use super::multipart::{self, is_multipart};
use super::{Transport, credentials, events};
use crate::graphql::answer::Answer;
use crate::graphql::endpoint::{Call, Outcome};
use crate::graphql::errors::ErrorCode;
use crate::graphql::params::Params;

/// `POST /graphql`.
pub(super) async fn post(State(transport): State<Transport>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media) = Media::accepted(&parts.headers) else { return not_acceptable() };
    if is_multipart(&parts.headers) {
        let media = if media == Media::Events { Media::Json } else { media };
        return match multipart::read(&transport, &parts, body).await {
            Ok(call) => exchange(&transport, call, media, true).await,
            Err(refusal) => refusal.into_response(media),
        };
    }
    match read_body(&transport, &parts, body).await {
        Ok(call) if media == Media::Events => events::open(transport, call, true).await,
        Ok(call) => exchange(&transport, call, media, true).await,
        Err(refusal) => refusal.into_response(media),
    }
}

/// `GET /graphql`.
pub(super) async fn get(transport: Transport, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Some(media) = Media::accepted(&parts.headers) else { return not_acceptable() };
    match read_uri(&parts) {
        Ok(call) if media == Media::Events => events::open(transport, call, false).await,
        Ok(call) => exchange(&transport, call, media, false).await,
        Err(refusal) => refusal.into_response(media),
    }
}

async fn exchange(transport: &Transport, call: Call, media: Media, may_change: bool) -> Response {
    let has_token = call.credentials.bearer_token.is_some();
    let admitted = match transport.endpoint.admit(call) {
        Ok(admitted) => admitted,
        Err(answer) => return respond(&answer, media, has_token),
    };
    match admitted.kind() {
        OperationType::Mutation if !may_change => return mutation_over_get().into_response(media),
        OperationType::Subscription => {
            let message = "Subscriptions are served over WebSocket on /graphql, and as Server-Sent Events on /graphql/stream.";
            return respond(&Answer::refused(ErrorCode::OperationResolutionFailure.at(message, None)), media, has_token);
        }
        _ => {}
    }
    match transport.endpoint.run(admitted).await {
        Outcome::Answer(answer) => respond(&answer, media, has_token),
        Outcome::Stream(_) => {
            respond(&Answer::refused(ErrorCode::OperationResolutionFailure.at("Not a single answer.", None)), media, has_token)
        }
    }
}

/// A request that HTTP itself refuses, with the status that says so.
pub(super) struct Refusal {
    status: StatusCode,
    error: Box<ServerError>,
}

impl Refusal {
    /// An error of the transport itself.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, error: Box::new(ErrorCode::BadRequest.at(message, None)) }
    }

    /// An error with the status that an answer to a document would have.
    pub(super) fn of(error: ServerError) -> Self {
        let status = status(&Answer::refused(error.clone()), Media::GraphqlResponse);
        Self { status, error: Box::new(error) }
    }

    /// As many requests with files are read as may be.
    pub fn too_many_uploads() -> Self {
        let message = "The server is reading as many files as it can, in all or from this address. Try again in a few seconds.";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, error: Box::new(ErrorCode::Unavailable.at(message, None)) }
    }

    /// All places for sockets and event streams are taken.
    pub fn too_many_connections() -> Self {
        let message = "The server has as many subscribers as it takes. Try again in a minute.";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, error: Box::new(ErrorCode::Unavailable.at(message, None)) }
    }

    /// The answer with this refusal's status.
    pub fn into_response(self, media: Media) -> Response {
        let media = if media == Media::Events { Media::Json } else { media };
        let mut response = respond(&Answer::refused(*self.error), media, false);
        *response.status_mut() = self.status;
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

impl From<ServerError> for Refusal {
    fn from(error: ServerError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: Box::new(error) }
    }
}

/// The refusal of a mutation over GET.
pub(super) fn mutation_over_get() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "GET never changes anything: send mutations with POST.")
}

/// A client that accepts none of our media types can still read why.
fn not_acceptable() -> Response {
    let message = "Accept application/graphql-response+json, application/json or text/event-stream.";
    Refusal::new(StatusCode::NOT_ACCEPTABLE, message).into_response(Media::Json)
}

/// The call in a POST's body.
pub(super) async fn read_body(transport: &Transport, parts: &Parts, body: Body) -> Result<Call, Refusal> {
    if !is_json(&parts.headers) {
        let message =
            "The body must be JSON in UTF-8: send `Content-Type: application/json`; files go to /graphql as `multipart/form-data`.";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let limit = transport.endpoint.settings().body_bytes;
    let too_large = |_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body has more than {limit} bytes."));
    let bytes = to_bytes(body, limit).await.map_err(too_large)?;
    let json =
        serde_json::from_slice(&bytes).map_err(|cause| Refusal::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {cause}.")))?;
    call(parts, json)
}

/// The call in a GET's query string: `query`, `operationName`, `documentId` as text, `variables` and `extensions` as JSON.
pub(super) fn read_uri(parts: &Parts) -> Result<Call, Refusal> {
    let mut json = Map::new();
    for (name, value) in pairs(&parts.uri)? {
        let value = match name.as_str() {
            "variables" | "extensions" if value.is_empty() => Json::Null,
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|cause| Refusal::new(StatusCode::BAD_REQUEST, format!("The parameter `{name}` is not JSON: {cause}.")))?,
            _ => Json::String(value),
        };
        json.insert(name, value);
    }
    call(parts, Json::Object(json))
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Refusal> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    query.map(|query| query.0).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The query string is not URL-encoded UTF-8."))
}

fn call(parts: &Parts, json: Json) -> Result<Call, Refusal> {
    Ok(call_with(parts, Params::from_json(json)?))
}

/// The call with these parameters, and what the head of the request adds.
pub(super) fn call_with(parts: &Parts, mut params: Params) -> Call {
    params.wants_cost |= parts.headers.contains_key("x-graphql-cost");
    let last_event_id = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty()).map(str::to_owned);
    Call { params, credentials: Arc::new(credentials::of(parts)), last_event_id, ..Call::default() }
}

/// The answer as an HTTP response.
pub(super) fn respond(answer: &Answer, media: Media, has_token: bool) -> Response {
    let Ok(body) = serde_json::to_vec(answer) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = (status(answer, media), Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.extend(answer.response().http_headers.clone());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !answer.is_executed() {
        explain(answer, headers, has_token);
    }
    response
}

/// The headers that belong to 401, 429 and 503.
fn explain(answer: &Answer, headers: &mut HeaderMap, has_token: bool) {
    match answer.code() {
        Some(ErrorCode::Unauthenticated) => {
            let challenge = if has_token { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        Some(ErrorCode::RateLimited) => {
            if let Some(Value::Number(seconds)) = answer.detail("retryAfter")
                && let Some(seconds) = seconds.as_u64()
            {
                headers.insert(header::RETRY_AFTER, seconds.into());
            }
        }
        Some(ErrorCode::Unavailable) => {
            headers.insert(header::RETRY_AFTER, RETRY_SECONDS.into());
        }
        _ => {}
    }
}

/// How soon to come back when the server has too much to do.
const RETRY_SECONDS: u32 = 2;

/// The public audits want 200 for a document that cannot run when the client asked for plain JSON, and 400 otherwise.
fn status(answer: &Answer, media: Media) -> StatusCode {
    if answer.is_executed() {
        return StatusCode::OK;
    }
    match answer.code() {
        Some(ErrorCode::BadRequest) => StatusCode::BAD_REQUEST,
        Some(ErrorCode::Unauthenticated) => StatusCode::UNAUTHORIZED,
        Some(ErrorCode::Forbidden | ErrorCode::DocumentNotTrusted) => StatusCode::FORBIDDEN,
        Some(ErrorCode::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Some(ErrorCode::Timeout | ErrorCode::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Some(ErrorCode::Internal) | None => StatusCode::INTERNAL_SERVER_ERROR,
        Some(_) if media == Media::Json => StatusCode::OK,
        Some(_) => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code and both statuses of each row of the table.
    fn documented() -> Vec<(String, [u16; 2])> {
        let text = include_str!("../../../docs/errors.md");
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let row = |line: &str| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`').to_owned(), [cells[2], cells[3]].map(|status| status.parse().unwrap()))
        };
        rows.map(row).collect()
    }

    #[test]
    fn every_code_is_documented_with_its_statuses() {
        let given = ErrorCode::ALL.iter().map(|code| {
            let answer = Answer::refused(code.at("", None));
            (code.as_str().to_owned(), [Media::GraphqlResponse, Media::Json].map(|media| status(&answer, media).as_u16()))
        });
        assert_eq!(documented(), given.collect::<Vec<_>>());
    }
}
