//! What an application learns of an order by recording a payment of it.

use serde_json::{Value, json};
use upline::commands::carts::add_to_cart;
use upline::commands::orders::{Checkout, checkout, complete_order};
use upline::domain::accounts::Scope;
use upline::graphql::ids::{NodeKind, encode};

use super::applications::{PAYMENT, registered};
use crate::app::{App, on_both_databases};
use crate::graphql::served::Served;
use crate::money::catalog::{offer, product};

on_both_databases!(a_shop_that_records_a_payment_neither_sees_nor_finishes_the_order);

/// A payment of a cent is no key to an order.
async fn a_shop_that_records_a_payment_neither_sees_nor_finishes_the_order(app: App) {
    let app = app.with(&["shop.complete_when_paid=false"]);
    let served = Served::with(&app, &["shop.complete_when_paid=false"]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let clerk = app.operator("clerk", &[Scope::Orders]).await;
    let (shop, other) = (registered(&app, "Shop").await, registered(&app, "Other").await);
    let id = offer(&app, &product("A", 10)).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        add_to_cart(&app.services, &anna.member.principal, id, 3).await.unwrap();
        orders.push(checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap());
    }
    let key = shop.key.expose();
    let paid = |order: i64, reference: &str, amount: &str| json!({ "input": { "orderNumber": order.to_string(), "reference": reference, "amount": { "amount": amount } } });
    let recorded = async |key: &str, variables: Value| served.answer(Some(key), PAYMENT, variables).await["data"]["recordPayment"].take();
    let cent = recorded(key, paid(orders[0], "S-1", "0.01")).await;
    assert_eq!((&cent["order"], &cent["due"], &cent["payment"]["reference"]), (&Value::Null, &json!({ "amount": "29.99" }), &json!("S-1")));
    recorded(other.key.expose(), paid(orders[0], "O-1", "29.99")).await;
    let node = format!("{{ node(id: \"{}\") {{ ... on Order {{ number }} }} }}", encode(NodeKind::Order, orders[0]).as_str());
    assert_eq!(served.ask(key, &node).await["node"], Value::Null);
    // The same money, recorded by both: each learns of its own only.
    assert_eq!(recorded(key, paid(orders[0], "O-1", "29.99")).await["payment"], Value::Null);

    let finish = "mutation ($input: CompleteOrderInput!) { completeOrder(input: $input) { order { number } userErrors { code } } }";
    let finished = async |key: &str, order: i64| {
        let variables = json!({ "input": { "orderNumber": order.to_string() } });
        served.answer(Some(key), finish, variables).await["data"]["completeOrder"].take()
    };
    for key in [key, other.key.expose()] {
        assert_eq!(finished(key, orders[0]).await["userErrors"][0]["code"], "ORDER_UNKNOWN", "it has recorded a part only");
    }
    recorded(key, paid(orders[1], "S-2", "30")).await;
    assert_eq!(finished(other.key.expose(), orders[1]).await["userErrors"][0]["code"], "ORDER_UNKNOWN");
    assert_eq!(finished(key, orders[1]).await, json!({ "order": null, "userErrors": [] }));
    complete_order(&app.services, &clerk, orders[0]).await.unwrap();
    assert_eq!(app.count("orders WHERE status = 'COMPLETED'").await, 2);
}
