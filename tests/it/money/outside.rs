//! What comes from outside: payments by bank or cash, and orders of another shop.

use serde_json::json;
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::carts::{add_shipping_address, add_to_cart};
use upline::commands::folding::fold_volumes;
use upline::commands::orders::{
    Checkout, RecordOrder, RecordPayment, RefundOrder, cancel_order, checkout, record_order, record_payment, refund_order,
};
use upline::domain::accounts::{Role, Scope};
use upline::domain::amount::Amount;
use upline::domain::carts::{MOST_VOLUME, ShippingAddress};
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::products::Product;
use upline::domain::refusal::Refusal;
use upline::export::{Options, export};

use super::catalog::{offer, product};
use super::{sum, treasurer};
use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_payment_from_outside_counts_once,
    an_order_of_another_shop_counts_once,
    parts_of_a_foreign_order_come_to_the_whole,
    only_those_who_may_record_and_cancel,
    rivals_of_cancelling_and_paying_agree,
    an_order_shows_where_it_goes_and_how_it_was_paid,
);

/// Anna, and the number of an order of hers for 30.
async fn order(app: &App) -> (TestPartner, i64) {
    let anna = app.join("anna", None, None).await.unwrap();
    let id = offer(app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 3).await.unwrap();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    (anna, order)
}

fn transferred(order: i64, reference: &str, amount: Option<&str>) -> RecordPayment {
    RecordPayment { order, reference: reference.to_owned(), sum: amount.map(sum) }
}

fn foreign(reference: &str, partner: i64, amount: &str) -> RecordOrder {
    let (pv, cv) = (Amount::parse("7").unwrap(), Amount::parse("10").unwrap());
    RecordOrder { reference: reference.to_owned(), partner, buyer: Buyer::Customer, kind: OrderKind::Order, sum: sum(amount), pv, cv }
}

fn refund(order: i64, amount: Option<&str>) -> RefundOrder {
    RefundOrder { order, lines: Vec::new(), sum: amount.map(sum), reason: "sent back".to_owned(), idempotency_key: None }
}

async fn status(app: &App, order: i64) -> String {
    app.value("SELECT status FROM orders WHERE id = $1", [order.into()]).await
}

async fn personal_pv(app: &App, partner: i64) -> i64 {
    fold_volumes(&app.services).await.unwrap();
    app.value("SELECT coalesce((SELECT personal_pv FROM volumes WHERE partner_id = $1), 0)", [partner.into()]).await
}

async fn a_payment_from_outside_counts_once(app: App) {
    let treasurer = treasurer(&app).await;
    let (anna, order) = order(&app).await;
    let record = async |act: RecordPayment| record_payment(&app.services, &treasurer, &act).await;
    record(transferred(order, "T-1", Some("10"))).await.unwrap();
    record(transferred(order, " T-1 ", Some("10"))).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), app.count("payments").await), ("PENDING_PAYMENT", 1));
    let taken = Refusal::ReferenceTaken { reference: "T-1".to_owned() };
    assert_eq!(refusal(record(transferred(order, "T-1", Some("20"))).await), taken);
    assert!(matches!(refusal(record(transferred(order, "T-2", Some("20.01"))).await), Refusal::InvalidAmount { .. }));
    for amount in ["0", "-1", "1e400", "0.00000000000000000001", "9223372036854775808"] {
        assert!(matches!(refusal(record(transferred(order, "T-2", Some(amount))).await), Refusal::InvalidAmount { .. }), "{amount}");
    }
    assert_eq!(refusal(record(transferred(order, " ", None)).await), Refusal::InvalidReference);
    let rivals = (0..8).map(|_| {
        let (services, who, act) = (app.services.clone(), treasurer.clone(), transferred(order, "T-2", None));
        async move { record_payment(&services, &who, &act).await }
    });
    let (done, refused) = all_at_once(rivals).await;
    assert_eq!((done.len(), refused.len(), app.count("payments").await), (8, 0, 2), "one payment, and the same answer to all");
    assert_eq!((status(&app, order).await.as_str(), personal_pv(&app, anna.number).await > 0), ("COMPLETED", true));
    assert_eq!(refusal(record(transferred(order, "T-3", None)).await), Refusal::OrderNotPayable { status: "COMPLETED" });
    assert_eq!(refusal(record(transferred(999, "T-3", None)).await), Refusal::OrderUnknown);
    // The reference of another order.
    let id = offer(&app, &product("B", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 1).await.unwrap();
    let second = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    assert_eq!(refusal(record(transferred(second, "T-1", None)).await), taken);
    assert_eq!((status(&app, second).await.as_str(), app.count("payments").await), ("PENDING_PAYMENT", 2));
}

async fn an_order_of_another_shop_counts_once(app: App) {
    let clerk = app.operator("clerk", &[Scope::Catalog]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let rivals = (0..8).map(|_| {
        let (services, who, act) = (app.services.clone(), clerk.clone(), foreign("SHOP-17", anna.number, "99.80"));
        async move { record_order(&services, &who, &act).await }
    });
    let (done, refused) = all_at_once(rivals).await;
    assert!(refused.is_empty() && done.iter().all(|order| *order == done[0]), "{done:?} {refused:?}");
    assert_eq!((app.count("orders").await, app.count("payments").await, personal_pv(&app, anna.number).await), (1, 1, 70_000));
    let record = async |act: RecordOrder| record_order(&app.services, &clerk, &act).await;
    assert_eq!(
        refusal(record(foreign("SHOP-17", anna.number, "99.81")).await),
        Refusal::ReferenceTaken { reference: "SHOP-17".to_owned() }
    );
    assert_eq!(refusal(record(foreign("SHOP-18", 999, "1")).await), Refusal::PartnerUnknown);
    assert!(matches!(refusal(record(foreign("SHOP-18", anna.number, "-1")).await), Refusal::InvalidAmount { .. }));
    let negative = RecordOrder { pv: Amount::from_units(-1), ..foreign("SHOP-18", anna.number, "1") };
    assert!(matches!(refusal(record(negative).await), Refusal::InvalidAmount { .. }));
    let heavy = RecordOrder { cv: MOST_VOLUME.checked_add(Amount::from_units(1)).unwrap(), ..foreign("SHOP-18", anna.number, "1") };
    assert_eq!(refusal(record(heavy).await), Refusal::OrderVolumeTooLarge);
    let free = record(foreign("SHOP-19", anna.number, "0")).await.unwrap();
    assert_eq!((status(&app, free).await.as_str(), app.count("payments").await, app.count("journals").await), ("COMPLETED", 1, 1));
}

async fn parts_of_a_foreign_order_come_to_the_whole(app: App) {
    let treasurer = treasurer(&app).await;
    let clerk = app.operator("clerk", &[Scope::Catalog]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let order = record_order(&app.services, &clerk, &foreign("SHOP-1", anna.number, "30")).await.unwrap();
    let back = async |amount: Option<&str>| refund_order(&app.services, &treasurer, &refund(order, amount)).await;
    back(Some("10")).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), personal_pv(&app, anna.number).await), ("COMPLETED", 46_667));
    let folder = tempfile::tempdir().unwrap();
    export(&app.services.database, folder.path(), Options::default()).await.unwrap();
    let exported = std::fs::read_to_string(folder.path().join("orders.csv")).unwrap();
    assert!(exported.contains(",CUSTOMER,ORDER,6.6667,4.6667,20\n"), "{exported}");
    back(Some("10")).await.unwrap();
    assert_eq!(refusal(back(Some("10.01")).await), Refusal::NothingToRefund);
    back(None).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), personal_pv(&app, anna.number).await), ("REFUNDED", 0));
    assert_eq!(refusal(back(None).await), Refusal::OrderNotPaid);
    let free = record_order(&app.services, &clerk, &foreign("SHOP-2", anna.number, "0")).await.unwrap();
    refund_order(&app.services, &treasurer, &refund(free, None)).await.unwrap();
    assert_eq!((status(&app, free).await.as_str(), personal_pv(&app, anna.number).await), ("REFUNDED", 0));
}

async fn only_those_who_may_record_and_cancel(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let (anna, order) = order(&app).await;
    let without = |scope: Scope| Scope::ALL.iter().copied().filter(|known| ![scope, Scope::Orders].contains(known)).collect::<Vec<_>>();
    let (no_payouts, no_catalog) =
        (app.operator("clerk1", &without(Scope::Payouts)).await, app.operator("clerk2", &without(Scope::Catalog)).await);
    let (payment, foreign) = (transferred(order, "T-1", None), foreign("SHOP-1", anna.number, "10"));
    for (who, principal) in [("upline", &root.member.principal), ("the owner", &anna.member.principal), ("an operator", &no_payouts)] {
        let refused = refusal(record_payment(&app.services, principal, &payment).await);
        assert_eq!(refused, Refusal::ScopeMissing { scope: "orders" }, "{who}");
    }
    for (who, principal) in [("upline", &root.member.principal), ("the owner", &anna.member.principal), ("an operator", &no_catalog)] {
        let refused = refusal(record_order(&app.services, principal, &foreign).await);
        assert_eq!(refused, Refusal::ScopeMissing { scope: "orders" }, "{who}");
    }
    for (who, principal) in [("upline", &root.member.principal), ("an operator", &no_catalog)] {
        assert_eq!(refusal(cancel_order(&app.services, principal, order).await), Refusal::OrderUnknown, "{who}");
        assert_eq!(refusal(cancel_order(&app.services, principal, 999).await), Refusal::OrderUnknown, "{who}");
    }
    let nobody = &Principal::Anonymous;
    assert!(matches!(record_payment(&app.services, nobody, &payment).await, Err(Error::Unauthenticated)));
    assert!(matches!(record_order(&app.services, nobody, &foreign).await, Err(Error::Unauthenticated)));
    assert!(matches!(cancel_order(&app.services, nobody, order).await, Err(Error::Unauthenticated)));
    // What came by bank or cash is sent back by somebody of the company.
    let treasurer = treasurer(&app).await;
    record_payment(&app.services, &treasurer, &transferred(order, "T-1", Some("10"))).await.unwrap();
    assert!(matches!(refusal(cancel_order(&app.services, &anna.member.principal, order).await), Refusal::OrderNotCancellable { .. }));
    let clerk = app.operator("clerk3", &[Scope::Catalog]).await;
    cancel_order(&app.services, &clerk, order).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), app.count("audit_entries WHERE action = 'cancelOrder'").await), ("CANCELLED", 1));
}

async fn rivals_of_cancelling_and_paying_agree(app: App) {
    let treasurer = treasurer(&app).await;
    let (anna, order) = order(&app).await;
    let (services, who) = (app.services.clone(), anna.member.principal.clone());
    let cancelling = tokio::spawn(async move { cancel_order(&services, &who, order).await });
    let services = app.services.clone();
    let paying = tokio::spawn(async move { record_payment(&services, &treasurer, &transferred(order, "T-1", None)).await });
    let (cancelled, paid) = (cancelling.await.unwrap(), paying.await.unwrap());
    assert!(cancelled.is_ok() != paid.is_ok(), "exactly one wins: {cancelled:?} {paid:?}");
    let expected = if paid.is_ok() { ("COMPLETED", 1) } else { ("CANCELLED", 0) };
    assert_eq!((status(&app, order).await.as_str(), app.count("payments").await), expected);
}

async fn an_order_shows_where_it_goes_and_how_it_was_paid(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let who = &anna.member.principal;
    let id = offer(&app, &Product { shippable: true, ..product("A", 10) }).await;
    add_to_cart(&app.services, who, id, 1).await.unwrap();
    let address = ShippingAddress {
        id: 0,
        name: "Anna A".to_owned(),
        address: "Harbour Street 29".to_owned(),
        zip_code: "20457".to_owned(),
        city: "Hamburg".to_owned(),
        phone: "+49 40 1".to_owned(),
        is_default: true,
    };
    add_shipping_address(&app.services, who, &address).await.unwrap();
    let order = checkout(&app.services, who, &Checkout::default()).await.unwrap();
    let treasurer = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    let clerk = app.staff("clerk", Role::Operator, &[Scope::Catalog, Scope::Payouts]).await;
    record_payment(&app.services, &treasurer.principal, &transferred(order, "T-1", None)).await.unwrap();
    let document = format!(
        "{{ partner(number: \"{}\") {{ orders {{ nodes {{ shipTo {{ city }} fee {{ amount }} payments {{ method reference amount {{ amount }} payer {{ number }} }} }} }} }} }}",
        anna.number
    );
    let payments = json!([{ "method": "EXTERNAL", "reference": "T-1", "amount": { "amount": "10" }, "payer": null }]);
    for (token, city) in [
        (anna.member.token(), json!({ "city": "Hamburg" })),
        (clerk.token(), json!({ "city": "Hamburg" })),
        (treasurer.token(), json!(null)),
    ] {
        let shown = served.ask(token, &document).await["partner"]["orders"]["nodes"][0].clone();
        assert_eq!((&shown["shipTo"], &shown["payments"], &shown["fee"]["amount"]), (&city, &payments, &json!("0")));
    }
}
