//! Forged, stale and foreign access tokens (promise P25).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use upline::auth::keys::{Purpose, derive, keyed_hash};
use upline::auth::tokens::Tokens;
use upline::config::secrets::Secret;
use upline::config::{Config, Sources};
use upline::domain::clock::Clock as _;

use crate::app::{App, KEY, Member, on_both_databases};

on_both_databases!(
    crafted_tokens_are_refused,
    a_token_lives_to_the_second,
    a_token_of_another_deployment_is_refused,
    servers_on_other_addresses_take_each_others_tokens,
    a_token_names_account_and_session_together,
);

fn key() -> [u8; 32] {
    derive(&Secret::new(KEY), Purpose::AccessTokens)
}

/// Signs whatever header and claims, by hand.
fn signed(key: &[u8; 32], header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(keyed_hash(key, message.as_bytes()));
    format!("{message}.{signature}")
}

fn claims(app: &App, member: &Member) -> Value {
    let caller = member.principal.caller().unwrap();
    let now = app.clock.now().seconds();
    json!({
        "iss": "upline", "aud": "upline", "sub": caller.account_id.to_string(), "sid": caller.sid, "iat": now, "exp": now + 600,
    })
}

/// The claims with one changed, or taken away where it is null.
fn altered(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

async fn crafted_tokens_are_refused(app: App) {
    let anna = app.member("anna").await;
    let (good, now) = (claims(&app, &anna), app.clock.now().seconds());
    let header = json!({"typ": "JWT", "alg": "HS256"});
    assert_eq!(app.authenticate(&signed(&key(), &header, &good)).await, Some(anna.principal.clone()), "the hand-made token is one of ours");

    let mut forged = Vec::new();
    for (name, values) in [
        (
            "exp",
            vec![
                Value::Null,
                json!(now),
                json!(now - 1),
                json!(now - 61),
                json!("x"),
                json!(i64::MAX),
                json!(1e300),
                json!(now.to_string()),
            ],
        ),
        ("iat", vec![Value::Null, json!(now + 6), json!(now + 61), json!("x")]),
        ("aud", vec![Value::Null, json!("other"), json!(""), json!(["upline", "other"]), json!(["upline"]), json!(7)]),
        ("iss", vec![Value::Null, json!("http://evil.example"), json!(""), json!(["upline"]), json!("http://127.0.0.1:8080")]),
        (
            "sub",
            vec![
                Value::Null,
                json!("999"),
                json!(anna.tokens.account_id),
                json!(format!("+{}", anna.tokens.account_id)),
                json!("' OR 1=1 --"),
            ],
        ),
        ("sid", vec![Value::Null, json!(""), json!("unknown"), json!("' OR 1=1 --")]),
        ("nbf", vec![json!(now + 600), json!(now - 600)]),
        ("role", vec![json!("OWNER")]),
    ] {
        forged.extend(values.into_iter().map(|value| signed(&key(), &header, &altered(&good, name, value))));
    }
    for header in [
        json!({"alg": "none"}),
        json!({"typ": "JWT", "alg": "none"}),
        json!({"typ": "JWT", "alg": "None"}),
        json!({"typ": "JWT", "alg": "HS512"}),
        json!({"typ": "JWT", "alg": "RS256"}),
        json!({"typ": "JWT", "alg": "HS256", "kid": "../../../dev/null"}),
        json!({"typ": "JWT", "alg": "HS256", "kid": "' UNION SELECT 'key' --"}),
        json!({"typ": "JWT", "alg": "HS256", "jku": "http://evil.example/keys"}),
        json!({"typ": "JWT", "alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"typ": "JWT", "alg": "HS256", "crit": ["exp"], "exp": 1}),
        json!({"alg": "HS256", "typ": "at+jwt"}),
        json!({}),
    ] {
        let token = signed(&key(), &header, &good);
        forged.push(format!("{}.", token.rsplit_once('.').unwrap().0));
        forged.push(token);
    }
    forged.push(encode(&Header::new(Algorithm::HS512), &good, &EncodingKey::from_secret(&key())).unwrap());
    forged.push(encode(&Header::new(Algorithm::HS384), &good, &EncodingKey::from_secret(&key())).unwrap());
    for wrong in [KEY, [0; 32], derive(&Secret::new(KEY), Purpose::IdempotentRequests)] {
        forged.push(signed(&wrong, &header, &good));
    }
    let whole = anna.tokens.access_token.expose();
    forged.extend(
        ["", ".", "..", "...", "a.b.c", &whole[..whole.len() - 1], &format!("{whole}A"), &format!("{whole}.{whole}")].map(str::to_owned),
    );
    forged.push(format!("{}.", whole.rsplit_once('.').unwrap().0));
    forged.push(anna.tokens.refresh_token.expose().clone());
    assert!(forged.len() >= 40);
    for (index, token) in forged.iter().enumerate() {
        assert_eq!(app.authenticate(token).await, None, "forgery {index}: {token}");
    }
}

async fn a_token_lives_to_the_second(app: App) {
    let anna = app.member("anna").await;
    let token = anna.tokens.access_token.expose();
    app.clock.advance(599);
    assert!(app.authenticate(token).await.is_some());
    app.clock.advance(1);
    assert_eq!(app.authenticate(token).await, None);
    app.clock.advance(-605);
    assert!(app.authenticate(token).await.is_some(), "made by a server whose clock is five seconds ahead");
    app.clock.advance(-1);
    assert_eq!(app.authenticate(token).await, None, "made in the future");
}

async fn a_token_of_another_deployment_is_refused(app: App) {
    let anna = app.member("anna").await;
    let bearer = app.services.tokens.verify(anna.tokens.access_token.expose(), app.clock.now()).unwrap();
    let configured = |setting: &str| Config::load(&Sources { overrides: vec![setting.to_owned()], ..Sources::default() }).unwrap();
    for (setting, issuer) in [("auth.audience=shop", "upline"), ("auth.audience=upline", "http://other.example")] {
        let other = Tokens::new(&configured(setting).auth, issuer, &Secret::new(KEY));
        let token = other.access_token(&bearer, app.clock.now()).unwrap();
        assert_eq!(app.authenticate(token.expose()).await, None);
    }
}

async fn servers_on_other_addresses_take_each_others_tokens(app: App) {
    let anna = app.member("anna").await;
    let token = anna.tokens.access_token.expose();
    let authenticated = async |settings: &[&str]| app.with(settings).authenticate(token).await;
    assert!(authenticated(&["server.listen=0.0.0.0:9999"]).await.is_some());
    for other in ["server.public_url=https://upline.example", "auth.issuer=https://upline.example"] {
        assert_eq!(authenticated(&[other]).await, None, "{other}");
    }
}

async fn a_token_names_account_and_session_together(app: App) {
    let (anna, bert) = (app.member("anna").await, app.member("bert").await);
    let mixed = altered(&claims(&app, &anna), "sid", json!(bert.principal.caller().unwrap().sid));
    assert_eq!(app.authenticate(&signed(&key(), &json!({"typ": "JWT", "alg": "HS256"}), &mixed)).await, None);
}
