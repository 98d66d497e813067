//! Requests with files, by the GraphQL multipart request specification: `operations`, then `map`, then the files.
//!
//! A web form of any page can send this content type without the browser asking first (CORS), so a header that no form can set is required. Who is not
//! shows no valid token sends no files: their bodies are not read.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::Value as Json;

use super::Transport;
use super::credentials;
use super::exchange::{Refusal, call_with};
use crate::graphql::endpoint::Call;
use crate::graphql::errors::ErrorCode;
use crate::graphql::uploads::Form;

/// Bytes of the part `map`.
const MAP_BYTES: u64 = 16 * 1024;

/// Any of these makes a browser ask before it sends the request for a page of another origin.
const PREFLIGHT: [&str; 3] = ["graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name"];

/// Whether the body is declared as a form with parts.
pub(super) fn is_multipart(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// The call in the body.
pub(super) async fn read(transport: &Transport, parts: &Parts, body: Body) -> Result<Call, Refusal> {
    let settings = transport.endpoint.settings();
    if !PREFLIGHT.iter().any(|name| parts.headers.get(*name).is_some_and(|value| !value.is_empty())) {
        let message = "A request with files needs the header `GraphQL-Require-Preflight: 1`, so that no foreign page can send it.";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let boundary = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(multer::parse_boundary);
    let Some(Ok(boundary)) = boundary else { return Err(bad("The content type `multipart/form-data` lacks its `boundary`.")) };
    let told =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<usize>().ok());
    if told.is_some_and(|bytes| bytes > settings.uploads.request_bytes) {
        return Err(too_large(settings.uploads.request_bytes as u64));
    }
    let credentials = credentials::of(parts);
    if credentials.bearer_token.is_none() {
        let error = ErrorCode::Unauthenticated.at("Sign in first: files are taken with an access token only.", None);
        return Err(Refusal::of(error));
    }
    transport.endpoint.authenticate(&credentials).await.map_err(Refusal::of)?;
    let place = transport.uploads.take(&credentials).ok_or_else(Refusal::too_many_uploads)?;
    let limits = SizeLimit::new()
        .whole_stream(settings.uploads.request_bytes as u64)
        .for_field("operations", settings.body_bytes as u64)
        .for_field("map", MAP_BYTES);
    let constraints = Constraints::new().size_limit(limits);
    let form = read_form(Multipart::with_constraints(body.into_data_stream(), boundary, constraints), settings.uploads.files).await?;
    let (params, uploads) = form.finish(place)?;
    Ok(Call { uploads, ..call_with(parts, params) })
}

async fn read_form(mut body: Multipart<'static>, most_files: usize) -> Result<Form, Refusal> {
    let operations = json(&mut body, "operations").await?;
    let map = json(&mut body, "map").await?;
    let mut form = Form::read(operations, map, most_files)?;
    while let Some(part) = body.next_field().await.map_err(refuse)? {
        let place = form.awaits(part.name().unwrap_or_default())?;
        form.take(place, content(part).await?);
    }
    Ok(form)
}

/// The next part, which must have this name and hold JSON.
async fn json(body: &mut Multipart<'static>, name: &str) -> Result<Json, Refusal> {
    let part = body.next_field().await.map_err(refuse)?.filter(|part| part.name() == Some(name));
    let Some(part) = part else {
        return Err(bad(format!("The part `{name}` is missing at its place: `operations` comes first, then `map`, then the files.")));
    };
    let text = content(part).await?;
    serde_json::from_slice(&text).map_err(|cause| bad(format!("The part `{name}` is not JSON: {cause}.")))
}

async fn content(mut part: Field<'static>) -> Result<Vec<u8>, Refusal> {
    let mut content = Vec::new();
    while let Some(chunk) = part.next().await {
        content.extend_from_slice(&chunk.map_err(refuse)?);
    }
    Ok(content)
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}

fn too_large(limit: u64) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The request, or a part of it, has more than {limit} bytes: send smaller files, or fewer at once."),
    )
}

/// The library's messages tell nothing but the form's own names; which of them fits is the client's matter.
fn refuse(error: multer::Error) -> Refusal {
    match error {
        multer::Error::StreamSizeExceeded { limit } | multer::Error::FieldSizeExceeded { limit, .. } => too_large(limit),
        multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } | multer::Error::IncompleteHeaders => {
            bad("The body ends in the middle of a part: send the request again.")
        }
        _ => bad("The body is not a form with parts, as its content type says."),
    }
}
