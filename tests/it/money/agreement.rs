//! What stands beside the ledger agrees with it, and what does not is named (promise P03).

use upline::commands::carts::add_to_cart;
use upline::commands::epins::{IssueEpins, issue_epins};
use upline::commands::orders::{Checkout, FromWallet, Means, RefundLine, RefundOrder, checkout, refund_order};
use upline::config::secrets::Secret;
use upline::domain::epins::Funding;
use upline::store::ledger::verify;

use super::catalog::{offer, product};
use super::payouts::request;
use super::{SPENDING, sum, treasurer, wealthy};
use crate::app::{App, on_both_databases};

on_both_databases!(what_disagrees_with_the_ledger_is_named);

async fn findings(app: &App) -> Vec<String> {
    let snapshot = app.services.database.snapshot().await.unwrap();
    let found = verify(&snapshot, None).await.unwrap().findings;
    snapshot.rollback().await.unwrap();
    found.into_iter().map(|finding| finding.0).collect()
}

async fn what_disagrees_with_the_ledger_is_named(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "500").await;
    let who = &anna.member.principal;
    let goods = offer(&app, &product("GOODS", 10)).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        add_to_cart(&app.services, who, goods, 4).await.unwrap();
        let wallet = Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) });
        let order = checkout(&app.services, who, &Checkout { payment: Some(wallet), ..Checkout::default() }).await.unwrap();
        let line: i64 = app.value("SELECT id FROM order_lines WHERE order_id = $1", [order.into()]).await;
        let (lines, reason) = (vec![RefundLine { line, quantity: 1 }], "it was broken".to_owned());
        refund_order(&app.services, &operator, &RefundOrder { order, lines, sum: None, reason, idempotency_key: None }).await.unwrap();
        orders.push(order);
    }
    let payout = request(&app, who, "100").await;
    let (reason, funding) = ("sold at the fair".to_owned(), Funding::Sold);
    let pins = IssueEpins { count: 1, sum: sum("10"), funding, owner: None, expires_at: None, reason, idempotency_key: None };
    issue_epins(&app.services, &operator, &pins).await.unwrap();
    assert_eq!(findings(&app).await, Vec::<String>::new());
    let [first, second] = orders[..] else { panic!("two orders were made") };
    let add = |table: &str, columns: [&str; 2], by: i64| {
        let sets: Vec<String> = columns.iter().filter(|name| !name.is_empty()).map(|name| format!("{name} = {name} + {by}")).collect();
        format!("UPDATE {table} SET {}", sets.join(", "))
    };
    let of_first = |text: String| format!("{text} WHERE order_id = {first}");
    let pair = |table: &str, columns: [&str; 2]| [add(table, columns, 100), add(table, columns, -100)];
    let set = |text: &str, there: &str, back: &str| [text.replace("{}", there), text.replace("{}", back)];
    let journals: [i64; 2] = [
        app.value("SELECT journal_id FROM payments WHERE order_id = $1", [first.into()]).await,
        app.value("SELECT journal_id FROM payments WHERE order_id = $1", [second.into()]).await,
    ];
    let (whose, elsewhere) = (format!("payout:{payout} of partner {}", anna.number), format!("order {first} says that"));
    for ([change, back], named) in [
        (pair("orders", ["paid", ""]).map(|text| format!("{text} WHERE id = {first}")), elsewhere.clone()),
        (pair("orders", ["refunded", ""]).map(|text| format!("{text} WHERE id = {first}")), elsewhere.clone()),
        (pair("orders", ["paid", "refunded"]).map(|text| format!("{text} WHERE id = {first}")), elsewhere.clone()),
        (pair("payments", ["amount", ""]).map(of_first), elsewhere.clone()),
        (pair("payments", ["amount", "refunded"]).map(of_first), format!("the payments of order:{first} come to 400100 / 10000")),
        (pair("payments", ["refunded", ""]).map(of_first), format!("the payments of order:{first} come to 400000 / 10000")),
        (
            set(
                &format!("UPDATE payments SET journal_id = {{}} WHERE order_id = {first}"),
                &journals[1].to_string(),
                &journals[0].to_string(),
            ),
            format!("the payments that name journal {} come to 0 / 10000", journals[0]),
        ),
        (set("UPDATE holds SET state = '{}'", "VOIDED", "OPEN"), format!("{whose} is open over 1000000 / 10000 USD, and has no open hold")),
        (
            set("UPDATE payouts SET status = '{}'", "REJECTED", "PENDING"),
            format!("the hold for {whose} is open over 1000000 / 10000 USD, and no such payout is open"),
        ),
        (pair("payouts", ["fee", ""]), format!("{whose} comes to 1000100 / 10000 USD with its fee, and its hold to 1000000")),
        (
            set("UPDATE holds SET subject = '{}'", "payout:77", &format!("payout:{payout}")),
            format!("the hold for payout:77 of partner {} is open", anna.number),
        ),
        (pair("epins", ["amount", "remaining"]), "company:EPIN_LIABILITY USD holds 100000 / 10000, and 100100 / 10000".to_owned()),
    ] {
        app.execute(&change, []).await;
        let found = findings(&app).await;
        assert!(found.iter().any(|finding| finding.starts_with(&named)), "{change}: {named} is not among {found:#?}");
        app.execute(&back, []).await;
        assert_eq!(findings(&app).await, Vec::<String>::new(), "{back}");
    }
}
