//! Answers of the server itself, in the shape of GraphQL errors so that a client needs to know one shape only.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// `{"errors": [{"message", "extensions": {"code", …}}]}`; `details` go beside the code.
pub(super) fn refuse(status: StatusCode, code: &str, message: &str, details: Option<(&str, &str)>) -> Response {
    let mut extensions = Map::new();
    extensions.insert("code".to_owned(), code.into());
    extensions.extend(details.map(|(name, value)| (name.to_owned(), Value::from(value))));
    (status, Json(json!({ "errors": [{ "message": message, "extensions": extensions }] }))).into_response()
}
