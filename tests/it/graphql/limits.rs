//! What a request may ask for, on the real schema.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

on_both_databases!(lists_that_are_no_pages_weigh_what_they_may_hold, a_null_character_is_the_clients_mistake);

async fn lists_that_are_no_pages_weigh_what_they_may_hold(app: App) {
    let served = Served::start(&app).await;
    found(&app, 60, 2).await;
    let operator = served.app.staff("operator", Role::Operator, &[Scope::Network, Scope::Periods]).await;
    let ask = async |fields: &str| {
        served.answer(Some(operator.token()), &format!("{{ partner(number: \"1\") {{ {fields} }} }}"), json!({})).await
    };
    for fields in [
        "genealogy { nodes { partner { directs(first: 100) { nodes { number } } } } }",
        "directs(first: 100) { nodes { genealogy { nodes { partner { number } } } } }",
        "upline(height: 1000) { partner { directs(first: 100) { nodes { number } } } }",
        "directs(first: 100) { nodes { networkSummary(depth: 1000) { byLevel { level } } } }",
        "directs(first: 100) { nodes { commissionSummary { trend { date } } } }",
    ] {
        let answer = ask(fields).await;
        assert_eq!(answer.pointer("/errors/0/extensions/code"), Some(&json!("QUERY_TOO_COMPLEX")), "{fields}\n{answer}");
    }
    let answer = ask("directs(first: 100) { nodes { networkSummary { byLevel { level } } } }").await;
    assert_eq!(answer.pointer("/data/partner/directs/nodes").and_then(Value::as_array).map(Vec::len), Some(5), "{answer}");
    let answer =
        ask("genealogy(tree: SPONSOR, limit: 7) { truncated nodes { partner { directs(first: 100) { nodes { number } } } } }").await;
    assert_eq!(answer.pointer("/data/partner/genealogy/nodes").and_then(Value::as_array).map(Vec::len), Some(8), "{answer}");
    assert_eq!(answer.pointer("/data/partner/genealogy/truncated"), Some(&json!(true)));
    let codes = |count: usize| vec!["\"X\""; count].join(", ");
    for fields in [
        "genealogy(limit: 100000) { truncated }",
        &format!("directs(filter: {{ ranks: [{}] }}) {{ totalCount }}", codes(51)),
        &format!("commissions(filter: {{ bonuses: [{}] }}) {{ totalCount }}", codes(51)),
    ] {
        let answer = ask(fields).await;
        assert_eq!(answer.pointer("/errors/0/extensions/code"), Some(&json!("BAD_USER_INPUT")), "{fields}\n{answer}");
    }
    let answer = ask(&format!("commissions(filter: {{ bonuses: [{}] }}) {{ totalCount }}", codes(50))).await;
    assert_eq!(answer.pointer("/data/partner/commissions/totalCount"), Some(&json!("0")), "{answer}");
}

async fn a_null_character_is_the_clients_mistake(app: App) {
    let served = Served::start(&app).await;
    let log_in = "mutation($login: String!) { logIn(input: { login: $login, password: \"x\" }) { userErrors { code } } }";
    let of_variable = served.answer(None, log_in, json!({ "login": "a\0b" })).await;
    let of_literal = served
        .answer(None, "mutation { logIn(input: { login: \"a\\u0000b\", password: \"x\" }) { userErrors { code } } }", json!({}))
        .await;
    for answer in [of_variable, of_literal] {
        assert_eq!(answer.pointer("/errors/0/extensions/code"), Some(&json!("BAD_USER_INPUT")), "{answer}");
    }
}
