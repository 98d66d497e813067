//! Media types: which one a client accepts, and whether a body is JSON.

use axum::http::{HeaderMap, header};

/// The forms an answer can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: a document that cannot run is answered with status 200.
    Json,
    /// `application/graphql-response+json`: such a document is answered with status 400.
    GraphqlResponse,
    /// `text/event-stream`.
    Events,
}

impl Media {
    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Events => "text/event-stream; charset=utf-8",
        }
    }

    /// The form the client likes best, the first among equals; `None` when it accepts none of ours.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges =
            headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
        if ranges.peek().is_none() {
            return Some(Self::Json);
        }
        let mut best: Option<(u16, Self)> = None;
        for (media, quality) in ranges.filter_map(range) {
            if quality > best.map_or(0, |(quality, _)| quality) {
                best = Some((quality, media));
            }
        }
        best.map(|(_, media)| media)
    }
}

/// One entry of `Accept` with its quality in thousandths.
fn range(text: &str) -> Option<(Media, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let media = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => Media::GraphqlResponse,
        "application/json" | "application/*" | "*/*" => Media::Json,
        "text/event-stream" => Media::Events,
        _ => return None,
    };
    let quality = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    Some((media, quality.map_or(1000, thousandths)))
}

/// `0.85` is 850; what is no quality counts as 0.
fn thousandths(quality: &str) -> u16 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse::<u16>().ok())) {
        ("1", _) => 1000,
        ("0", Some(value)) => value,
        _ => 0,
    }
}

/// Whether the body is declared as JSON in UTF-8. A browser sends such a type to another origin only after asking (CORS), which is what keeps other
/// sites from posting forms here.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_json = ["application/json", "application/graphql+json"].iter().any(|known| essence.eq_ignore_ascii_case(known));
    is_json
        && parts
            .all(|parameter| parameter.split_once('=').is_none_or(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(value)))
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Media::accepted(&headers)
    }

    #[test]
    fn the_best_liked_media_type_is_chosen() {
        assert_eq!(accepted("application/json;q=0.5, application/graphql-response+json"), Some(Media::GraphqlResponse));
        assert_eq!(accepted("application/graphql-response+json; q=0.2, application/json; q=0.30"), Some(Media::Json));
        assert_eq!(accepted("text/html, */*;q=0.1"), Some(Media::Json));
        assert_eq!(accepted("text/html"), None);
        assert_eq!(accepted("application/json;q=0"), None);
    }
}
