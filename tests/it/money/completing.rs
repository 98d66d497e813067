//! Paid orders that the server finishes by itself.

use upline::commands::carts::add_to_cart;
use upline::commands::folding::fold_volumes;
use upline::commands::orders::{
    Checkout, FromWallet, Means, PayOrder, RefundOrder, checkout, complete_due_orders, complete_order, pay_order, refund_order,
};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;

use super::catalog::{offer, product};
use super::{SPENDING, treasurer, wealthy};
use crate::app::{App, TestPartner, all_at_once, on_both_databases};

on_both_databases!(a_paid_order_finishes_by_itself_a_day_after_its_payment, of_rival_processes_one_finishes_an_order);

const DAY: i64 = 86_400;
const SETTINGS: &[&str] = &["shop.complete_when_paid=false", "shop.complete_after_hours=24"];

fn wallet() -> Means {
    Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) })
}

async fn order(app: &App, anna: &TestPartner, product: i64, payment: Option<Means>) -> i64 {
    add_to_cart(&app.services, &anna.member.principal, product, 1).await.unwrap();
    checkout(&app.services, &anna.member.principal, &Checkout { payment, ..Checkout::default() }).await.unwrap()
}

async fn status(app: &App, order: i64) -> String {
    app.value("SELECT status FROM orders WHERE id = $1", [order.into()]).await
}

async fn a_paid_order_finishes_by_itself_a_day_after_its_payment(app: App) {
    let timed = app.with(SETTINGS);
    let app = app.with(&["shop.complete_when_paid=false"]);
    let treasurer = treasurer(&app).await;
    let anna = wealthy(&app, &treasurer, "anna", "1000").await;
    let id = offer(&app, &product("A", 10)).await;
    let late = order(&app, &anna, id, None).await;
    app.clock.advance(DAY);
    let early = order(&app, &anna, id, Some(wallet())).await;
    let gift = offer(&app, &product("FREE", 0)).await;
    let free = order(&app, &anna, gift, None).await;
    app.clock.advance(DAY - 1);
    let act = PayOrder { order: late, payment: wallet(), idempotency_key: None };
    pay_order(&app.services, &anna.member.principal, &act).await.unwrap();
    assert_eq!(complete_due_orders(&timed.services).await.unwrap(), 0);
    app.clock.advance(1);
    assert_eq!(complete_due_orders(&app.services).await.unwrap(), 0, "only where the company wants it");
    assert_eq!(complete_due_orders(&timed.services).await.unwrap(), 2);
    assert_eq!(complete_due_orders(&timed.services).await.unwrap(), 0);
    for (order, expected) in [(early, "COMPLETED"), (free, "COMPLETED"), (late, "PAID")] {
        assert_eq!(status(&app, order).await, expected);
    }
    let clerk = app.operator("clerk", &[Scope::Orders]).await;
    complete_order(&app.services, &clerk, late).await.unwrap();
    app.clock.advance(2 * DAY);
    assert_eq!(complete_due_orders(&timed.services).await.unwrap(), 0, "somebody was faster");
    fold_volumes(&app.services).await.unwrap();
    let pv: i64 = app.value("SELECT CAST(sum(personal_pv) AS BIGINT) FROM volumes WHERE partner_id = $1", [anna.number.into()]).await;
    assert_eq!(pv, 100_000);
}

async fn of_rival_processes_one_finishes_an_order(app: App) {
    let app = app.with(SETTINGS);
    let treasurer = treasurer(&app).await;
    let anna = wealthy(&app, &treasurer, "anna", "10000").await;
    let id = offer(&app, &product("A", 10)).await;
    let mut orders = Vec::new();
    for _ in 0..120 {
        orders.push(order(&app, &anna, id, Some(wallet())).await);
    }
    let back = RefundOrder { order: orders[0], lines: Vec::new(), sum: None, reason: "broken".to_owned(), idempotency_key: None };
    refund_order(&app.services, &treasurer, &back).await.unwrap();
    app.clock.advance(DAY);
    let rounds = (0..4).map(|_| {
        let services = app.services.clone();
        async move { complete_due_orders(&services).await }
    });
    let (done, refusals) = all_at_once(rounds).await;
    assert_eq!((done.iter().sum::<u64>(), refusals), (119, Vec::new()), "what was given back stays so; the rest is more than one batch");
    let completed = app.events().await.into_iter().filter(|(kind, _)| kind == "ORDER_COMPLETED").count();
    assert_eq!((completed, app.count("volume_events").await, app.count("orders WHERE status = 'COMPLETED'").await), (119, 119, 119));
}
