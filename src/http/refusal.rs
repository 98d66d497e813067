//! Answers of the server itself, in the shape of GraphQL errors so that a client needs to know one shape only.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Gives a body that is too long by its own word, which is refused before any handler sees it, the shape of all refusals.
pub(super) async fn in_shape(response: Response) -> Response {
    let is_bare = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && is_bare {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", "The body is longer than this server takes.", None);
    }
    response
}

/// `{"errors": [{"message", "extensions": {"code", …}}]}`; `details` go beside the code.
pub(super) fn refuse(status: StatusCode, code: &str, message: &str, details: Option<(&str, &str)>) -> Response {
    let mut extensions = Map::new();
    extensions.insert("code".to_owned(), code.into());
    extensions.extend(details.map(|(name, value)| (name.to_owned(), Value::from(value))));
    (status, Json(json!({ "errors": [{ "message": message, "extensions": extensions }] }))).into_response()
}
