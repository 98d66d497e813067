//! No document takes more SQL statements because there is more data, or because its lists are longer.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

const NESTED: &str = r#"{ partner(number: "1") { downline(first: 20) { nodes {
    rank { code } commissions(first: 5) { nodes { bonus amount { amount } } } directs(first: 5) { nodes { rank { code } } }
} } } }"#;

const EVERYTHING: &str = r#"{ partner(number: "1") {
    networkSummary(depth: 10) { total byLevel { level partners active } }
    genealogy(depth: 3, limit: 50) { truncated nodes { level parentNumber position partner { number } } }
    downline(first: 10) { totalCount nodes {
        sponsor { number } placement { parent { number } position } placementSlots { position partner { number } }
        directCount contact { username email } upline { distance partner { number } }
        volumes(period: "2026-01") { personalVolume groupVolume }
        rankHistory(first: 3) { nodes { period { code } rank { code } } }
        orders(first: 3) { totalCount nodes { number partner { number } period { code } } }
        commissions(first: 3) { totalCount nodes { beneficiary { number } sourcePartner { number } order { number } period { code } } }
        commissionSummary { totals { netEarned { amount } } }
        networkSummary { total } genealogy(tree: SPONSOR, depth: 2, limit: 20) { nodes { partner { number } } }
        directs(first: 5) { totalCount nodes { number } } downline(first: 5) { totalCount nodes { number } }
    } } } }"#;

/// Session, partner, page, commissions, directs.
const NESTED_STATEMENTS: u32 = 5;
/// The lists and relations of [`EVERYTHING`], session and partner included.
const EVERY_RELATION: u32 = 26;

on_both_databases!(
    the_number_of_statements_does_not_depend_on_the_amount_of_data,
    a_partner_sees_its_downline_in_as_few_statements_as_an_operator,
);

async fn operator(served: &Served) -> String {
    let operator = served.app.staff("operator", Role::Operator, &[Scope::Network, Scope::Periods]).await;
    // Ranks and currency are read once a second at most: not a part of the count.
    served.ask(operator.token(), "{ ranks { code } }").await;
    operator.token().to_owned()
}

async fn count(served: &Served, token: &str, document: &str) -> (Value, u32) {
    let (answer, statements) = served.counted(Some(token), document, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    (answer, statements)
}

async fn the_number_of_statements_does_not_depend_on_the_amount_of_data(app: App) {
    let served = Served::start(&app).await;
    found(&app, 60, 2).await;
    let token = operator(&served).await;
    let small = [count(&served, &token, NESTED).await, count(&served, &token, EVERYTHING).await];
    assert_eq!(small[0].0.pointer("/data/partner/downline/nodes").and_then(Value::as_array).map(Vec::len), Some(20));
    // Ten times the partners, each with ten times the orders: the larger company replaces the smaller one.
    for table in
        ["imports", "commissions", "rank_history", "volumes", "volume_events", "orders", "partners", "ranks", "plan_versions", "periods"]
    {
        app.execute(&format!("DELETE FROM {table}"), []).await;
    }
    app.execute("DELETE FROM accounts WHERE username LIKE 'partner-%'", []).await;
    found(&app, 600, 20).await;
    app.clock.advance(2);
    served.ask(&token, "{ ranks { code } }").await;
    let large = [count(&served, &token, NESTED).await, count(&served, &token, EVERYTHING).await];
    assert_eq!((small[0].1, large[0].1), (NESTED_STATEMENTS, NESTED_STATEMENTS));
    assert_eq!((small[1].1, large[1].1), (EVERY_RELATION, EVERY_RELATION));
}

async fn a_partner_sees_its_downline_in_as_few_statements_as_an_operator(app: App) {
    let served = Served::start(&app).await;
    found(&app, 60, 2).await;
    let operator = operator(&served).await;
    let root = app.member("root").await;
    app.execute("UPDATE partners SET account_id = (SELECT id FROM accounts WHERE username = 'root') WHERE id = 1", []).await;
    let document =
        NESTED.replace("commissions(first: 5) { nodes { bonus amount { amount } } }", "volumes(period: \"2026-01\") { groupVolume }");
    let (_, by_operator) = count(&served, &operator, &document).await;
    let (answer, by_partner) = count(&served, root.token(), &document).await;
    assert_eq!(answer.pointer("/data/partner/downline/nodes").and_then(Value::as_array).map(Vec::len), Some(20));
    assert!(by_partner <= 7 && by_operator <= 7, "{by_partner} and {by_operator} statements");
}
