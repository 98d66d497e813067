//! The list of sessions, and their ends by their own person.

use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{end_other_sessions, end_session, log_in, refresh_token};
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use super::log;
use crate::app::{App, PASSWORD, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_person_sees_the_own_sessions_and_ends_them,
    sessions_of_others_are_as_unknown_as_those_that_never_were,
    the_list_names_programs_and_the_present_session,
);

fn sid(principal: &Principal) -> String {
    principal.caller().unwrap().sid.clone()
}

async fn a_person_sees_the_own_sessions_and_ends_them(app: App) {
    let anna = app.member("anna").await;
    let [phone, tablet] = [
        log_in(&app.services, &log("anna", PASSWORD, Client::default())).await,
        log_in(&app.services, &log("anna", PASSWORD, Client::default())).await,
    ]
    .map(Result::unwrap);
    end_session(&app.services, &anna.principal, &sid(&app.principal(&phone).await)).await.unwrap();
    assert_eq!(app.authenticate(phone.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, phone.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    app.principal(&tablet).await;
    assert_eq!(end_other_sessions(&app.services, &anna.principal).await.unwrap(), 1);
    assert_eq!(app.authenticate(tablet.access_token.expose()).await, None);
    app.principal(&anna.tokens).await;
    assert_eq!(end_other_sessions(&app.services, &anna.principal).await.unwrap(), 0);
    let told: Vec<_> = app.events().await.into_iter().filter(|(kind, _)| kind == "SESSIONS_ENDED").collect();
    assert_eq!(told.len(), 2, "nothing is told where nothing ended");
    end_session(&app.services, &anna.principal, &sid(&anna.principal)).await.unwrap();
    assert_eq!(app.authenticate(anna.token()).await, None);
    assert_eq!(app.count("sessions WHERE end_reason = 'REVOKED'").await, 3);
}

async fn sessions_of_others_are_as_unknown_as_those_that_never_were(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let operator = app.operator("olga", upline::domain::accounts::Scope::ALL).await;
    let bert = app.member("bert").await;
    let session = sid(&anna.member.principal);
    for who in [&root.member.principal, &operator, &bert.principal] {
        for sid in [session.as_str(), "unknown", ""] {
            assert_eq!(refusal(end_session(&app.services, who, sid).await), Refusal::SessionUnknown);
        }
        end_other_sessions(&app.services, who).await.unwrap();
    }
    assert!(matches!(end_session(&app.services, &Principal::Anonymous, &session).await, Err(Error::Unauthenticated)));
    assert!(matches!(end_other_sessions(&app.services, &Principal::Anonymous).await, Err(Error::Unauthenticated)));
    app.principal(&anna.member.tokens).await;
}

async fn the_list_names_programs_and_the_present_session(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    app.clock.advance(60);
    let post = async |token: Option<&str>, document: &str, variables: Value| -> Value {
        let request = reqwest::Client::builder().user_agent("Phone/7 (test)").build().unwrap().post(served.url("http", "/graphql"));
        let request = request.json(&json!({ "query": document, "variables": variables }));
        let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
        request.send().await.unwrap().json().await.unwrap()
    };
    let document = "mutation ($input: LogInInput!) { logIn(input: $input) { session { accessToken account { sessions { id } } } } }";
    let answer = post(None, document, json!({ "input": { "login": "anna", "password": PASSWORD } })).await;
    assert_eq!(answer["data"]["logIn"]["session"]["account"]["sessions"], Value::Null, "{answer}");
    let phone = answer["data"]["logIn"]["session"]["accessToken"].as_str().unwrap().to_owned();
    let list = "{ viewer { account { emailVerifiedAt sessions { id createdAt lastUsedAt current userAgent } } } }";
    let seen = served.ask(&phone, list).await;
    let sessions = &seen["viewer"]["account"]["sessions"];
    let shown = |index: usize| ["current", "userAgent", "lastUsedAt"].map(|field| sessions[index][field].clone());
    assert_eq!(shown(0), [json!(true), json!("Phone/7 (test)"), json!("2026-03-01T12:01:00Z")], "{sessions}");
    assert_eq!(shown(1), [json!(false), Value::Null, json!("2026-03-01T12:00:00Z")], "{sessions}");
    let end = "mutation ($input: EndSessionInput!) { endSession(input: $input) { ended userErrors { code field } } }";
    let ended = served.answer(Some(&phone), end, json!({ "input": { "sessionId": sessions[1]["id"] } })).await;
    assert_eq!(ended["data"]["endSession"], json!({ "ended": true, "userErrors": [] }), "{ended}");
    assert_eq!(app.authenticate(anna.token()).await, None);
    let again = served.answer(Some(&phone), end, json!({ "input": { "sessionId": sessions[1]["id"] } })).await;
    assert_eq!(again["data"]["endSession"]["userErrors"], json!([{ "code": "SESSION_UNKNOWN", "field": ["input", "sessionId"] }]));
    let others = "mutation { endOtherSessions(input: {}) { ended userErrors { code } } }";
    assert_eq!(served.ask(&phone, others).await["endOtherSessions"]["ended"], "0");
    assert_eq!(served.refusal(None, others).await.0, "UNAUTHENTICATED");
}
