//! Profiles, countries, terms of signing up and erasure as the GraphQL API offers them.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::to;
use crate::app::{App, Member, PASSWORD, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    a_person_tells_a_profile_and_those_see_it_who_may,
    what_a_person_can_put_right_is_a_user_error_of_its_field,
    an_erased_partner_stands_in_lines_and_commissions_without_a_name,
    everybody_reads_countries_within_the_budget,
    everybody_reads_the_terms_of_signing_up,
);

const PROFILE: &str = "firstName lastName gender dateOfBirth addressLine1 city zipCode email mobile landline
    country { numericId code name } state { id code name }";
const BANK: &str = "bankName branchName accountHolder accountNumber ifsc pan";

async fn act(served: &Served, who: Option<&Member>, name: &str, shown: &str, input: Value) -> Value {
    let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let document =
        format!("mutation ($input: {pascal}Input!) {{ {name}(input: $input) {{ {shown} userErrors {{ code field message }} }} }}");
    served.answer(who.map(Member::token), &document, json!({ "input": input })).await
}

async fn a_person_tells_a_profile_and_those_see_it_who_may(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let (who, shown) = (Some(&anna.member), format!("account {{ name profile {{ {PROFILE} }} bankDetails {{ {BANK} }} }}"));
    let nothing = served
        .ask(anna.member.token(), &format!("{{ viewer {{ account {{ profile {{ {PROFILE} }} bankDetails {{ {BANK} }} }} }} }}"))
        .await;
    let account = &nothing["viewer"]["account"];
    assert_eq!((&account["profile"]["email"], &account["bankDetails"]), (&json!("anna@example.org"), &Value::Null), "{nothing}");

    let input = json!({ "firstName": "Nora", "lastName": "Berg", "gender": "FEMALE", "dateOfBirth": "1990-01-31" });
    let answer = act(&served, who, "updatePersonal", &shown, input).await;
    assert_eq!(answer["data"]["updatePersonal"]["account"]["name"], "Nora Berg", "{answer}");
    let input = json!({ "addressLine1": "Road 1", "country": 276, "state": "DE-BW", "city": "Ulm", "mobile": "+49 151 1", "email": "nora@example.org",
        "currentPassword": PASSWORD });
    let answer = act(&served, who, "updateContact", &shown, input).await;
    let profile = &answer["data"]["updateContact"]["account"]["profile"];
    assert_eq!(profile["country"], json!({ "numericId": 276, "code": "DE", "name": "Germany" }), "{answer}");
    assert_eq!(profile["state"], json!({ "id": "27600477", "code": "DE-BW", "name": "Baden-Württemberg" }));
    assert_eq!((&profile["firstName"], &profile["email"]), (&json!("Nora"), &json!("nora@example.org")));
    let input = json!({ "bankName": "First Bank", "accountNumber": "40817810570000987654", "pan": "QWXYZ7391K" });
    let answer = act(&served, who, "updateBank", &shown, input).await;
    let bank = &answer["data"]["updateBank"]["account"]["bankDetails"];
    assert_eq!((&bank["accountNumber"], &bank["pan"], &bank["bankName"]), (&json!("**** 7654"), &json!("**** 91K"), &json!("First Bank")));
    // Null forgets, what is left out stays.
    let answer = act(&served, who, "updateContact", &shown, json!({ "city": null, "mobile": "" })).await;
    let profile = &answer["data"]["updateContact"]["account"]["profile"];
    assert_eq!(
        (&profile["city"], &profile["mobile"], &profile["addressLine1"]),
        (&Value::Null, &Value::Null, &json!("Road 1")),
        "{answer}"
    );

    let document = format!("{{ partner(number: \"{}\") {{ profile {{ {PROFILE} }} bankDetails {{ {BANK} }} }} }}", anna.number);
    let seen = async |token: &str| {
        let partner = served.ask(token, &document).await["partner"].take();
        (!partner["profile"].is_null(), !partner["bankDetails"].is_null())
    };
    let (network, payouts) =
        (app.staff("network", Role::Operator, &[Scope::Network]).await, app.staff("payouts", Role::Operator, &[Scope::Payouts]).await);
    assert_eq!(seen(anna.member.token()).await, (true, true));
    assert_eq!((seen(network.token()).await, seen(payouts.token()).await), ((true, false), (false, true)));
    assert_eq!(seen(root.member.token()).await, (false, false), "nothing without consent");
    let shared = act(&served, who, "setContactSharing", "partner { sharesContact }", json!({ "shared": true })).await;
    assert_eq!(shared["data"]["setContactSharing"]["partner"]["sharesContact"], true, "{shared}");
    assert_eq!(seen(root.member.token()).await, (true, false), "the bank is never the sponsor's affair");
    act(&served, who, "setContactSharing", "partner { sharesContact }", json!({ "shared": false })).await;
    assert_eq!(seen(root.member.token()).await, (false, false));
}

async fn what_a_person_can_put_right_is_a_user_error_of_its_field(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    assert_eq!(to(""), upline::domain::profiles::Change::To(None));
    for (name, input, code, field) in [
        ("updatePersonal", json!({ "dateOfBirth": "2025-01-01" }), "TOO_YOUNG", "dateOfBirth"),
        ("updatePersonal", json!({ "dateOfBirth": "1890-01-01" }), "INVALID_DATE_OF_BIRTH", "dateOfBirth"),
        ("updatePersonal", json!({ "firstName": "x".repeat(101) }), "INVALID_PROFILE", "firstName"),
        ("updateContact", json!({ "country": "XX" }), "COUNTRY_UNKNOWN", "country"),
        ("updateContact", json!({ "country": "DE", "state": "US-CA" }), "STATE_UNKNOWN", "state"),
        ("updateContact", json!({ "mobile": "x" }), "INVALID_PHONE", "mobile"),
        ("updateContact", json!({ "landline": "x" }), "INVALID_PROFILE", "landline"),
        ("updateContact", json!({ "email": null }), "INVALID_EMAIL", "email"),
        ("updateBank", json!({ "bankName": "x".repeat(101) }), "INVALID_PROFILE", "bankName"),
    ] {
        let answer = act(&served, Some(&anna), name, "account { id }", input).await;
        let payload = &answer["data"][name];
        assert_eq!((&payload["account"], &payload["userErrors"][0]["code"]), (&Value::Null, &json!(code)), "{answer}");
        assert_eq!(payload["userErrors"][0]["field"], json!(["input", field]), "{answer}");
    }
    let anonymous = act(&served, None, "updateContact", "account { id }", json!({ "city": "Ulm" })).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{anonymous}");
    let erase = json!({ "partnerNumber": "1", "reason": "why" });
    let member = act(&served, Some(&anna), "eraseAccount", "accountId", erase).await;
    assert_eq!(member["errors"][0]["extensions"]["code"], "FORBIDDEN", "{member}");
    let both = act(&served, Some(&anna), "eraseAccount", "accountId", json!({ "reason": "why" })).await;
    assert_eq!(both["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{both}");
}

async fn an_erased_partner_stands_in_lines_and_commissions_without_a_name(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    app.join("below", Some(&anna.code), None).await.unwrap();
    app.execute(
        "INSERT INTO periods (id, code, starts_at, ends_at, state) VALUES (900, '2026-01', 1767225600000000000, 1769904000000000000, 'CLOSED')",
        [],
    )
    .await;
    let sql = "INSERT INTO commissions (id, period_id, bonus, beneficiary_id, source_id, source_type, level, base, base_rest, rate,
        rate_rest, amount, points, status, created_at) VALUES (88, 900, 'team', $1, $2, 'ORDER', 1, 1, 0, 1, 0, 70000, 0, 'APPROVED', 1767300000000000000)";
    app.execute(sql, [root.number.into(), anna.number.into()]).await;
    let owner = app.staff("owner", Role::Owner, &[]).await;
    let input = json!({ "partnerNumber": anna.number.to_string(), "reason": "asked for it" });
    let shown = "accountId partner { displayName status }";
    let answer = act(&served, Some(&owner), "eraseAccount", shown, input.clone()).await;
    let payload = &answer["data"]["eraseAccount"];
    assert_eq!(payload["partner"], json!({ "displayName": "Erased member", "status": "TERMINATED" }), "{answer}");
    let again = act(&served, Some(&owner), "eraseAccount", shown, input).await;
    assert_eq!(again, answer, "a repetition has no other effect and the same answer");

    let document =
        "{ viewer { partner { commissions(first: 5) { nodes { amount { amount } sourcePartner { displayName profile { firstName } } } }
        downline(first: 5) { totalCount nodes { displayName contact { email } } } } } }";
    let line = served.ask(root.member.token(), document).await;
    let partner = &line["viewer"]["partner"];
    assert_eq!(partner["commissions"]["nodes"][0]["amount"]["amount"], "7", "{line}");
    assert_eq!(partner["commissions"]["nodes"][0]["sourcePartner"], json!({ "displayName": "Erased member", "profile": null }), "{line}");
    let names: Vec<_> = partner["downline"]["nodes"].as_array().unwrap().iter().map(|node| node["displayName"].clone()).collect();
    assert_eq!((&partner["downline"]["totalCount"], names), (&json!("2"), vec![json!("Erased member"), json!("BELOW")]));
    let found = served.answer(Some(anna.member.token()), "{ viewer { account { name } } }", json!({})).await;
    assert_eq!(found["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{found}");
}

async fn everybody_reads_countries_within_the_budget(app: App) {
    let served = Served::start(&app).await;
    let (all, statements) = served.counted(None, "{ countries { code numericId name } }", json!({})).await;
    let countries = all["data"]["countries"].as_array().unwrap();
    assert!(countries.len() > 240 && statements == 0, "{} countries, {statements} statements", countries.len());
    let document = "query ($ids: [ID!]) { countries(ids: $ids) { code states { id code name } } }";
    let two = served.answer(None, document, json!({ "ids": [840, "de", "XX"] })).await;
    let codes: Vec<_> = two["data"]["countries"].as_array().unwrap().iter().map(|country| country["code"].clone()).collect();
    assert_eq!(codes, ["US", "DE"], "{two}");
    let states = two["data"]["countries"][1]["states"].as_array().unwrap();
    assert_eq!(states.len(), 16);
    assert!(states.contains(&json!({ "id": "27600477", "code": "DE-BW", "name": "Baden-Württemberg" })), "{states:?}");
    let (code, message) = served.refusal(None, "{ countries { code states { id code name } } }").await;
    assert_eq!(code, "QUERY_TOO_COMPLEX", "{message}");
}

async fn everybody_reads_the_terms_of_signing_up(app: App) {
    let served = Served::with(&app, &["profile.minimum_age=21", "auth.generated_usernames=true"]).await;
    let document = "{ signUpTerms { open generatedUsernames minimumAge } }";
    let terms = served.answer(None, document, json!({})).await;
    assert_eq!(terms["data"]["signUpTerms"], json!({ "open": true, "generatedUsernames": true, "minimumAge": 21 }), "{terms}");
    let olga = served.app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let closed = act(&served, Some(&olga), "setSignUpsOpen", "open", json!({ "open": false })).await;
    assert_eq!(closed["data"]["setSignUpsOpen"], json!({ "open": false, "userErrors": [] }), "{closed}");
    assert_eq!(served.answer(None, document, json!({})).await["data"]["signUpTerms"]["open"], false);
    let input = json!({ "email": "new@example.org", "name": "New", "password": "correct horse battery" });
    let refused = act(&served, None, "signUp", "session { account { username } }", input.clone()).await;
    assert_eq!(refused["data"]["signUp"]["userErrors"][0]["code"], "SIGN_UPS_CLOSED", "{refused}");
    act(&served, Some(&olga), "setSignUpsOpen", "open", json!({ "open": true })).await;
    let made = act(&served, None, "signUp", "session { account { username profile { email } } }", input).await;
    let account = &made["data"]["signUp"]["session"]["account"];
    assert_eq!((account["username"].as_str().map(str::len), &account["profile"]), (Some(10), &Value::Null), "{made}");
}
