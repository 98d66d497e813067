//! No document takes more SQL statements because there is more data, or because its lists are longer.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

const NESTED: &str = r#"{ partner(number: "1") { downline(first: 20) { nodes {
    rank { code } commissions(first: 5) { nodes { bonus amount { amount } } } directs(first: 5) { nodes { rank { code } } }
} } } }"#;

/// The same in the binary tree, whose first two levels do not fill a page.
fn narrow() -> String {
    NESTED.replace("downline(first: 20)", "downline(first: 20, tree: PLACEMENT)")
}

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
/// The same and a second look, behind the first two levels.
const NARROW_STATEMENTS: u32 = 6;
/// Ranks and currency, once a second.
const FACTS: u32 = 2;
/// [`NESTED`] with the volumes of a period, by its code, in place of the commissions.
const VOLUMES_STATEMENTS: u32 = 6;
/// The lists and relations of [`EVERYTHING`], session and partner included.
const EVERY_RELATION: u32 = 26;

on_both_databases!(
    the_number_of_statements_does_not_depend_on_the_amount_of_data,
    a_partner_sees_its_downline_in_as_few_statements_as_an_operator,
);

async fn operator(served: &Served) -> String {
    served.app.staff("operator", Role::Operator, &[Scope::Network, Scope::Periods]).await.token().to_owned()
}

/// What the narrow and the wide page and everything take: with the facts forgotten, then with the facts at hand.
async fn counts(served: &Served, token: &str) -> [u32; 5] {
    let mut counts = Vec::new();
    for document in [NESTED, &narrow()] {
        served.app.clock.advance(2);
        for _ in 0..2 {
            let (answer, statements) = count(served, token, document).await;
            assert_eq!(answer.pointer("/data/partner/downline/nodes").and_then(Value::as_array).map(Vec::len), Some(20));
            counts.push(statements);
        }
    }
    counts.push(count(served, token, EVERYTHING).await.1);
    counts.try_into().unwrap()
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
    let expected = [NESTED_STATEMENTS + FACTS, NESTED_STATEMENTS, NARROW_STATEMENTS + FACTS, NARROW_STATEMENTS, EVERY_RELATION];
    assert_eq!(counts(&served, &token).await, expected);
    // Ten times the partners, each with ten times the orders: the larger company replaces the smaller one.
    for table in
        ["imports", "commissions", "rank_history", "volumes", "volume_events", "orders", "partners", "ranks", "plan_versions", "periods"]
    {
        app.execute(&format!("DELETE FROM {table}"), []).await;
    }
    app.execute("DELETE FROM accounts WHERE username LIKE 'partner-%'", []).await;
    found(&app, 600, 20).await;
    assert_eq!(counts(&served, &token).await, expected);
}

async fn a_partner_sees_its_downline_in_as_few_statements_as_an_operator(app: App) {
    let served = Served::start(&app).await;
    found(&app, 60, 2).await;
    let operator = operator(&served).await;
    let root = app.member("root").await;
    app.execute("UPDATE partners SET account_id = (SELECT id FROM accounts WHERE username = 'root') WHERE id = 1", []).await;
    let document =
        NESTED.replace("commissions(first: 5) { nodes { bonus amount { amount } } }", "volumes(period: \"2026-01\") { groupVolume }");
    served.ask(&operator, "{ ranks { code } }").await;
    let (_, by_operator) = count(&served, &operator, &document).await;
    let (answer, by_partner) = count(&served, root.token(), &document).await;
    assert_eq!(answer.pointer("/data/partner/downline/nodes").and_then(Value::as_array).map(Vec::len), Some(20));
    assert_eq!((by_partner, by_operator), (VOLUMES_STATEMENTS, VOLUMES_STATEMENTS));
}
