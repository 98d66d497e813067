//! `/ref/{code}`: somebody follows a referral link. The click is noted, a cookie remembers the code, and the visitor is sent on.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::BoxFuture;

use super::client::client_address;
use super::refusal::refuse;

/// The one cookie that the server sets: the code of the link that was followed last. It says who is credited, never who is calling.
const NAME: &str = "upline_ref";
const LONGEST_CODE: usize = 40;

/// Somebody follows a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The code, as it stands in the address.
    pub code: String,
    /// The visitor's address, in its IPv6 form.
    pub address: Option<[u8; 16]>,
    /// What the visitor's program calls itself.
    pub agent: String,
    /// Whether it is a person's click, as far as the request tells.
    pub counts: bool,
}

/// Where the visitor goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The address.
    pub url: String,
    /// The code to be remembered.
    pub code: Option<String>,
}

/// Says where a visitor goes; `None` where that cannot be found out at the moment.
pub type Guide = Arc<dyn Fn(Visit) -> BoxFuture<'static, Option<Landing>> + Send + Sync>;

/// A [`Guide`] from an async closure.
pub fn guide<F, Answer>(find: F) -> Guide
where
    F: Fn(Visit) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Option<Landing>> + Send + 'static,
{
    Arc::new(move |visit| Box::pin(find(visit)))
}

/// What `/ref/{code}` is made of.
#[derive(Clone)]
pub struct Referrals {
    /// Says where visitors go.
    pub guide: Guide,
    /// How long the cookie lives.
    pub cookie_days: u32,
    /// Whether people reach this server by https only.
    pub is_secure: bool,
}

pub(super) fn routes(referrals: Referrals) -> Router {
    Router::new().route("/ref/{code}", get(follow)).with_state(referrals)
}

async fn follow(
    State(referrals): State<Referrals>,
    Path(code): Path<String>,
    method: Method,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let visit = Visit {
        code,
        address: client_address(&extensions).map(octets),
        agent: text(&headers, &USER_AGENT).to_owned(),
        counts: method == Method::GET && !is_program(&headers),
    };
    let Some(landing) = (referrals.guide)(visit).await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The link cannot be followed at the moment; try again later.", None);
    };
    let mut response = StatusCode::FOUND.into_response();
    let cookie = landing.code.as_deref().map(|code| cookie(&referrals, code));
    for (name, value) in [(LOCATION, Some(landing.url)), (SET_COOKIE, cookie)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn cookie(referrals: &Referrals, code: &str) -> String {
    let seconds = u64::from(referrals.cookie_days) * 86_400;
    let secure = if referrals.is_secure { "; Secure" } else { "" };
    format!("{NAME}={code}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// The code that the cookie remembers.
pub(super) fn remembered(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let code = cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == NAME)?.1;
    let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    ((1..=LONGEST_CODE).contains(&code.len()) && is_plain).then(|| code.to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Both kinds of address alike.
fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// Words in the names of programs that follow links without a person's click.
const PROGRAMS: [&str; 20] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "embedly",
    "curl/",
    "wget/",
    "python-",
    "go-http-client",
    "java/",
    "okhttp",
    "axios/",
    "node-fetch",
    "headless",
    "lighthouse",
    "monitor",
    "scan",
];

/// Whether the request says that no person clicked: a program's name or none at all, or a browser that only looks ahead.
fn is_program(headers: &HeaderMap) -> bool {
    let agent = text(headers, &USER_AGENT).to_ascii_lowercase();
    let looks_ahead = ["sec-purpose", "purpose", "x-moz"]
        .into_iter()
        .any(|name| text(headers, &HeaderName::from_static(name)).to_ascii_lowercase().contains("prefetch"));
    looks_ahead || agent.is_empty() || PROGRAMS.iter().any(|program| agent.contains(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_cookie_is_found_among_others_and_nothing_strange_is_taken() {
        let read = |cookies: &'static str| remembered(&headers(&[("cookie", cookies)]));
        assert_eq!(read("a=b; upline_ref=ANNA-1; c=d").as_deref(), Some("ANNA-1"));
        assert_eq!(remembered(&headers(&[("cookie", "a=b"), ("cookie", "upline_ref=anna")])).as_deref(), Some("anna"));
        for strange in ["", "upline_ref", "upline_ref=", "upline_ref=a b", "upline_ref=\"a\"", "xupline_ref=a", "upline_ref=a%20"] {
            assert_eq!(read(strange), None, "{strange}");
        }
    }

    #[test]
    fn programs_are_told_from_people() {
        let person = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert!(!is_program(&headers(&[("user-agent", person)])));
        assert!(is_program(&headers(&[])));
        assert!(is_program(&headers(&[("user-agent", person), ("sec-purpose", "prefetch;prerender")])));
        for program in ["Googlebot/2.1", "curl/8.5.0", "facebookexternalhit/1.1", "Mozilla/5.0 HeadlessChrome/120"] {
            assert!(is_program(&headers(&[("user-agent", program)])), "{program}");
        }
    }
}
