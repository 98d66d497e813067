//! WebSocket on `/graphql`: the protocol graphql-transport-ws, as the PROTOCOL.md of graphql-ws describes it.

mod message;
mod session;

use axum::extract::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use self::session::Session;
use super::media::Media;
use super::{Transport, credentials};

const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Upgrades the connection and serves it until either side closes.
pub(super) fn open(transport: Transport, parts: &Parts, upgrade: WebSocketUpgrade) -> Response {
    let settings = transport.endpoint.settings();
    if !is_origin_allowed(&parts.headers, &settings.allowed_origins) {
        return (
            StatusCode::FORBIDDEN,
            "Pages of this origin may not open a WebSocket here: see server.cors_origins in the configuration.",
        )
            .into_response();
    }
    let place = match transport.connection() {
        Ok(place) => place,
        Err(refusal) => return refusal.into_response(Media::Json),
    };
    // The library drops a connection that exceeds its own limit; up to there the session can say why it closes.
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(4 * settings.body_bytes).max_frame_size(4 * settings.body_bytes);
    let speaks_it = upgrade.selected_protocol().is_some();
    let credentials = credentials::of(parts);
    upgrade.on_upgrade(async move |socket| {
        Session::new(transport, credentials, socket).serve(speaks_it).await;
        drop(place);
    })
}

/// A browser opens a WebSocket for any page without asking first, and names the page in `Origin`; so the server must look. Other clients send none.
fn is_origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = origin.split_once("://").is_some_and(|(_, authority)| host.is_some_and(|host| host.eq_ignore_ascii_case(authority)));
    is_own || allowed.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(origin))
}
