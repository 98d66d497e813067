//! Access tokens (signed, short-lived) and refresh tokens (random, stored as hashes).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::keys::{Purpose, derive};
use crate::config::auth::Auth;
use crate::config::secrets::{Secret, SigningKey};
use crate::domain::instant::Instant;
use crate::domain::random::Random;

const SECONDS_PER_DAY: i64 = 86_400;
/// How far the clock of the server that made a token may be ahead of this one's. Promise P25 refuses tokens from the future; of several servers
/// behind one address each takes what another has just made, and their clocks agree to a second or two at best.
const CLOCK_SKEW_SECONDS: i64 = 5;

/// Makes and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
    access_seconds: i64,
    refresh_seconds: i64,
}

/// What an access token says: RFC 7519 claims, times in whole seconds, all of them demanded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// Whom an access token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The account.
    pub account_id: i64,
    /// The session's public name.
    pub sid: String,
    /// When the token ends.
    pub expires_at: Instant,
}

/// A refresh token: what the client gets, and what is stored.
#[derive(Debug)]
pub struct RefreshToken {
    /// 256 random bits in base64url; given once, never stored.
    pub text: Secret<String>,
    /// SHA-256 of the text. Fast is enough: there is nothing to guess in 256 random bits.
    pub hash: [u8; 32],
}

/// The token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("an access token cannot be signed: {0}")]
pub struct SigningError(#[from] jsonwebtoken::errors::Error);

impl Tokens {
    /// With the configured lifetimes.
    #[must_use]
    pub fn new(auth: &Auth, issuer: &str, key: &SigningKey) -> Self {
        let key = derive(key, Purpose::AccessTokens);
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        validation.set_audience(&[&auth.audience]);
        validation.set_issuer(&[issuer]);
        validation.leeway = 0;
        // The library reads the ambient clock; times are checked in `verify` against the injected one.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
            validation,
            issuer: issuer.to_owned(),
            audience: auth.audience.clone(),
            access_seconds: i64::from(auth.access_token_minutes) * 60,
            refresh_seconds: i64::from(auth.refresh_token_days) * SECONDS_PER_DAY,
        }
    }

    /// When an access token made now would end; a session's end cuts it short.
    #[must_use]
    pub fn access_expiry(&self, now: Instant, session_ends: Instant) -> Instant {
        now.plus_seconds(self.access_seconds).min(session_ends)
    }

    /// When a refresh token made now would end; a session's end cuts it short.
    #[must_use]
    pub fn refresh_expiry(&self, now: Instant, session_ends: Instant) -> Instant {
        now.plus_seconds(self.refresh_seconds).min(session_ends)
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// The library's.
    pub fn access_token(&self, bearer: &Bearer, now: Instant) -> Result<Secret<String>, SigningError> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: bearer.account_id.to_string(),
            sid: bearer.sid.clone(),
            iat: now.seconds(),
            exp: bearer.expires_at.seconds(),
        };
        Ok(Secret::new(encode(&header(), &claims, &self.encoding)?))
    }

    /// Whom a token names; `None` for one that was not made here or is not valid at this time.
    ///
    /// Only the very header that is written is read (HS256, no `kid`, no key by URL); unknown claims, `nbf` among them, are refused.
    #[must_use]
    pub fn verify(&self, token: &str, now: Instant) -> Option<Bearer> {
        if decode_header(token).ok()? != header() {
            return None;
        }
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        let lives = claims.iat <= now.seconds() + CLOCK_SKEW_SECONDS && now.seconds() < claims.exp;
        let bearer = Bearer { account_id: claims.sub.parse().ok()?, sid: claims.sid, expires_at: Instant::from_seconds(claims.exp)? };
        (lives && bearer.account_id.to_string() == claims.sub).then_some(bearer)
    }
}

/// A fresh refresh token.
#[must_use]
pub fn refresh_token(random: &dyn Random) -> RefreshToken {
    let text = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
    let hash = hash_refresh_token(&text);
    RefreshToken { text: Secret::new(text), hash }
}

/// The form in which a refresh token is stored.
#[must_use]
pub fn hash_refresh_token(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// A fresh public name for a session: 128 random bits in base64url.
#[must_use]
pub fn session_name(random: &dyn Random) -> String {
    URL_SAFE_NO_PAD.encode(random.bytes::<16>())
}

fn header() -> Header {
    Header::new(Algorithm::HS256)
}
