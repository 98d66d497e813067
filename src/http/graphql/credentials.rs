//! Who a request says it is.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::graphql::context::Credentials;
use crate::http::client::client_address;
use crate::http::middleware::RequestId;
use crate::http::referrals::remembered;

/// From the headers and the connection.
pub(in crate::http) fn of(parts: &Parts) -> Credentials {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Credentials {
        bearer_token: bearer_token(&parts.headers),
        client_ip: client_address(&parts.extensions),
        user_agent: text("user-agent"),
        idempotency_key: text("idempotency-key"),
        referral_code: remembered(&parts.headers),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()),
    }
}

/// From the payload of `connection_init`; the handshake's own token stands where the payload has none.
pub(super) fn with_init_payload(mut credentials: Credentials, payload: &serde_json::Value) -> Credentials {
    let text = |name: &str| payload.get(name).and_then(serde_json::Value::as_str);
    let given = text("Authorization").or_else(|| text("authorization")).or_else(|| text("token"));
    if let Some(given) = given {
        credentials.bearer_token = Some(without_scheme(given).unwrap_or(given).to_owned());
    }
    credentials
}

/// Any other scheme is no token for us.
fn bearer_token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    without_scheme(value).map(str::to_owned)
}

fn without_scheme(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
