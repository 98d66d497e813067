//! The acts on the network as the GraphQL API offers them.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use crate::app::{App, Member, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    somebody_signs_up_joins_and_sees_the_own_place_in_one_answer,
    what_a_person_can_put_right_is_a_user_error,
    an_operator_moves_a_partner_and_nobody_else_may,
    who_would_stand_under_itself_is_told_which_input_to_change,
    an_idempotency_key_with_another_input_is_a_top_level_error,
);

const JOIN: &str = "mutation ($input: BecomePartnerInput!) { becomePartner(input: $input) {
    partner { id referralCode placementPreference sponsor { displayName } placement { position parent { displayName } } }
    userErrors { code message field }
} }";
const MOVE: &str = "mutation ($input: MoveSponsorInput!) { moveSponsor(input: $input) {
    partner { sponsor { displayName } } userErrors { code field }
} }";

const PLACE: &str = "mutation ($input: PlacePartnerInput!) { placePartner(input: $input) {
    partner { placement { position } } userErrors { code field }
} }";

/// Runs a document with one variable, `input`.
async fn ask(served: &Served, member: Option<&Member>, document: &str, input: Value) -> Value {
    served.answer(member.map(Member::token), document, json!({ "input": input })).await
}

/// The code and the field of the one user error of an act.
fn user_error(answer: &Value, act: &str) -> (String, Value) {
    let payload = &answer["data"][act];
    assert_eq!((&payload["partner"], payload["userErrors"].as_array().map(Vec::len)), (&Value::Null, Some(1)), "{answer}");
    let error = &payload["userErrors"][0];
    (error["code"].as_str().unwrap_or_default().to_owned(), error["field"].clone())
}

async fn somebody_signs_up_joins_and_sees_the_own_place_in_one_answer(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let answer = ask(&served, Some(&anna), JOIN, json!({ "referralCode": root.code })).await;
    let partner = &answer["data"]["becomePartner"]["partner"];
    assert_eq!(partner["sponsor"]["displayName"], "ROOT", "{answer}");
    assert_eq!((&partner["placement"]["position"], &partner["placement"]["parent"]["displayName"]), (&json!("L"), &json!("ROOT")));
    assert_eq!(partner["placementPreference"], "WEAK_LEG");
    assert_eq!(answer["data"]["becomePartner"]["userErrors"], json!([]));
}

async fn what_a_person_can_put_right_is_a_user_error(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let refused = async |input: Value| user_error(&ask(&served, Some(&anna), JOIN, input).await, "becomePartner");
    let error = |code: &str, field: Option<&str>| (code.to_owned(), field.map_or(Value::Null, |field| json!(["input", field])));
    assert_eq!(refused(json!({ "referralCode": "NOBODY" })).await, error("REFERRAL_CODE_UNKNOWN", Some("referralCode")));
    let slot = |parent: i64, position: &str| json!({ "referralCode": root.code, "slot": { "parentNumber": parent.to_string(), "position": position } });
    assert_eq!(refused(slot(999, "L")).await, error("PARTNER_UNKNOWN", None));
    assert_eq!(refused(slot(root.number, "3")).await, error("POSITION_UNKNOWN", Some("slot")));
    let answer = ask(&served, Some(&anna), JOIN, slot(root.number, "up")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let again = ask(&served, Some(&root.member), JOIN, json!({})).await;
    assert_eq!(user_error(&again, "becomePartner"), error("ALREADY_PARTNER", None));
}

async fn an_operator_moves_a_partner_and_nobody_else_may(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let recruits = app.recruits(&root, &["anna", "bert"]).await;
    let input = json!({ "partnerNumber": recruits[0].number.to_string(), "sponsorNumber": recruits[1].number.to_string() });
    let forbidden = ask(&served, Some(&root.member), MOVE, input.clone()).await;
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN", "{forbidden}");
    let anonymous = ask(&served, None, MOVE, input.clone()).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{anonymous}");

    let olga = app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let moved = ask(&served, Some(&olga), MOVE, input).await;
    assert_eq!(moved["data"]["moveSponsor"]["partner"]["sponsor"]["displayName"], "BERT", "{moved}");
}

async fn who_would_stand_under_itself_is_told_which_input_to_change(app: App) {
    let served = Served::start(&app).await;
    let lone = app.join("lone", None, None).await.unwrap().number.to_string();
    let olga = app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let moved = ask(&served, Some(&olga), MOVE, json!({ "partnerNumber": lone, "sponsorNumber": lone })).await;
    assert_eq!(user_error(&moved, "moveSponsor"), ("WOULD_MAKE_CYCLE".to_owned(), json!(["input", "sponsorNumber"])));
    let slot = json!({ "parentNumber": lone, "position": "L" });
    let placed = ask(&served, Some(&olga), PLACE, json!({ "partnerNumber": lone, "slot": slot })).await;
    assert_eq!(user_error(&placed, "placePartner"), ("WOULD_MAKE_CYCLE".to_owned(), json!(["input", "slot"])));
}

async fn an_idempotency_key_with_another_input_is_a_top_level_error(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let input = json!({ "referralCode": root.code, "idempotencyKey": "k1" });
    let first = ask(&served, Some(&anna), JOIN, input.clone()).await;
    let second = ask(&served, Some(&anna), JOIN, input).await;
    assert_eq!(first["data"]["becomePartner"]["partner"]["id"], second["data"]["becomePartner"]["partner"]["id"]);
    let other = ask(&served, Some(&anna), JOIN, json!({ "idempotencyKey": "k1" })).await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "IDEMPOTENCY_CONFLICT", "{other}");
}
