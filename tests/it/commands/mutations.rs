//! The acts on the network as the GraphQL API offers them.

use std::sync::Arc;

use async_graphql::Request;
use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::broker::Hub;
use upline::config::{Config, Sources};
use upline::domain::accounts::Scope;
use upline::graphql::context::{Credentials, RequestContext as _};
use upline::graphql::network::{Book, Network};
use upline::graphql::paging::PageSizes;
use upline::graphql::request::Door;
use upline::graphql::roots;

use crate::app::{App, Member, on_both_databases};

on_both_databases!(
    somebody_signs_up_joins_and_sees_the_own_place_in_one_answer,
    what_a_person_can_put_right_is_a_user_error,
    an_operator_moves_a_partner_and_nobody_else_may,
    an_idempotency_key_with_another_input_is_a_top_level_error,
);

const JOIN: &str = "mutation ($input: BecomePartnerInput!) { becomePartner(input: $input) {
    partner { id referralCode placementPreference sponsor { displayName } placement { position parent { displayName } } }
    userErrors { code message field }
} }";
const MOVE: &str = "mutation ($input: MoveSponsorInput!) { moveSponsor(input: $input) {
    partner { sponsor { displayName } } userErrors { code field }
} }";

/// Runs a document with one variable, `input`.
async fn ask(app: &App, token: Option<&str>, document: &str, input: Value) -> Value {
    let config = Config::load(&Sources::default()).unwrap();
    let network = Network {
        database: app.services.database.clone(),
        clock: app.services.clock.clone(),
        page_sizes: PageSizes { default: 20, max: 100 },
        visible_depth: 10,
        operator_depth: 100,
        genealogy_partners: 100,
        currency: config.wallet.currency().unwrap(),
        book: Book::default(),
    };
    let hub = Hub::start(app.services.database.clone(), config.events, 10).await.unwrap();
    let schema = roots::schema(network, app.services.clone(), Arc::clone(&hub));
    let request = Request::new(document).variables(async_graphql::Variables::from_json(json!({ "input": input })));
    let credentials = Credentials { bearer_token: token.map(str::to_owned), ..Credentials::default() };
    let prepared = Door { services: app.services.clone() }.prepare(&credentials, request).await.unwrap();
    serde_json::to_value(prepared.waves.drive(schema.execute(prepared.request)).await).unwrap()
}

fn token(member: &Member) -> Option<&str> {
    Some(member.tokens.access_token.expose())
}

async fn somebody_signs_up_joins_and_sees_the_own_place_in_one_answer(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let answer = ask(&app, token(&anna), JOIN, json!({ "referralCode": root.code })).await;
    let partner = &answer["data"]["becomePartner"]["partner"];
    assert_eq!(partner["sponsor"]["displayName"], "ROOT", "{answer}");
    assert_eq!((&partner["placement"]["position"], &partner["placement"]["parent"]["displayName"]), (&json!("L"), &json!("ROOT")));
    assert_eq!(partner["placementPreference"], "WEAK_LEG");
    assert_eq!(answer["data"]["becomePartner"]["userErrors"], json!([]));
}

async fn what_a_person_can_put_right_is_a_user_error(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let refused = async |input: Value| {
        let answer = ask(&app, token(&anna), JOIN, input).await;
        assert_eq!(answer["data"]["becomePartner"]["partner"], Value::Null, "{answer}");
        answer["data"]["becomePartner"]["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(refused(json!({ "referralCode": "NOBODY" })).await, "REFERRAL_CODE_UNKNOWN");
    let slot = |parent: i64, position: &str| json!({ "referralCode": root.code, "slot": { "parentNumber": parent.to_string(), "position": position } });
    assert_eq!(refused(slot(999, "L")).await, "PARTNER_UNKNOWN");
    assert_eq!(refused(slot(root.number, "3")).await, "POSITION_UNKNOWN");
    let answer = ask(&app, token(&anna), JOIN, slot(root.number, "up")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let again = ask(&app, token(&root.member), JOIN, json!({})).await;
    assert_eq!(again["data"]["becomePartner"]["userErrors"][0]["code"], "ALREADY_PARTNER");
}

async fn an_operator_moves_a_partner_and_nobody_else_may(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let recruits = app.recruits(&root, &["anna", "bert"]).await;
    let input = json!({ "partnerNumber": recruits[0].number.to_string(), "sponsorNumber": recruits[1].number.to_string() });
    let forbidden = ask(&app, token(&root.member), MOVE, input.clone()).await;
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN", "{forbidden}");
    let anonymous = ask(&app, None, MOVE, input.clone()).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{anonymous}");

    let olga = app.member("olga").await;
    app.execute("UPDATE accounts SET role = 'OPERATOR', scopes = $1 WHERE username = 'olga'", [Scope::Network.code().into()]).await;
    assert!(matches!(app.principal(&olga.tokens).await, Principal::SignedIn(_)));
    let moved = ask(&app, token(&olga), MOVE, input).await;
    assert_eq!(moved["data"]["moveSponsor"]["partner"]["sponsor"]["displayName"], "BERT", "{moved}");
}

async fn an_idempotency_key_with_another_input_is_a_top_level_error(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let input = json!({ "referralCode": root.code, "idempotencyKey": "k1" });
    let first = ask(&app, token(&anna), JOIN, input.clone()).await;
    let second = ask(&app, token(&anna), JOIN, input).await;
    assert_eq!(first["data"]["becomePartner"]["partner"]["id"], second["data"]["becomePartner"]["partner"]["id"]);
    let other = ask(&app, token(&anna), JOIN, json!({ "idempotencyKey": "k1" })).await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "IDEMPOTENCY_CONFLICT", "{other}");
}
