//! Orders: from the cart to the refund.

use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::carts::{add_shipping_address, add_to_cart};
use upline::commands::folding::fold_volumes;
use upline::commands::orders::{
    Checkout, FromWallet, Means, PayOrder, RefundLine, RefundOrder, checkout, complete_order, pay_order, refund_order,
};
use upline::commands::wallets::{Transfer, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::carts::ShippingAddress;
use upline::domain::products::Product;
use upline::domain::refusal::Refusal;
use upline::export::{Options, export};

use super::catalog::{offer, product};
use super::{SPENDING, available, credit, rounds, treasurer, wealthy};
use crate::app::{App, TestPartner, all_at_once, files, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    an_order_is_paid_counts_and_half_of_it_goes_back,
    what_cannot_be_ordered_leaves_the_cart_alone,
    of_rivals_for_one_cart_all_get_one_order,
    a_wallet_pays_for_another_by_its_owners_secret,
    who_is_not_active_pays_no_order,
    only_those_who_may_finish_and_refund_orders,
    rival_refunds_give_back_once,
    volume_of_a_closed_period_is_taken_back_in_the_open_one,
    a_whole_purchase_over_graphql,
);

fn wallet(owner: Option<i64>, secret: &str) -> Means {
    Means::Wallet(FromWallet { owner, transaction_password: Secret::new(secret.to_owned()) })
}

fn paid() -> Checkout {
    Checkout { payment: Some(wallet(None, SPENDING)), ..Checkout::default() }
}

fn refund(order: i64, lines: Vec<RefundLine>) -> RefundOrder {
    RefundOrder { order, lines, sum: None, reason: "it was broken".to_owned(), idempotency_key: None }
}

/// Anna with 100, and four of a product for 10 in her cart.
async fn shopper(app: &App, treasurer: &Principal) -> TestPartner {
    let anna = wealthy(app, treasurer, "anna", "100").await;
    let id = offer(app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 4).await.unwrap();
    anna
}

async fn status(app: &App, order: i64) -> String {
    app.value("SELECT status FROM orders WHERE id = $1", [order.into()]).await
}

/// Personal and group volume of a partner, folded; and everybody's are what a rebuild makes of them.
async fn volumes(app: &App, partner: i64) -> [i64; 2] {
    fold_volumes(&app.services).await.unwrap();
    let database = &app.services.database;
    let folded = files::volumes(database, Some("OPEN")).await;
    upline::rebuild::run(database, false).await.unwrap();
    assert_eq!(folded, files::volumes(database, Some("OPEN")).await, "folded as rebuilt");
    let sum = |index: usize| folded.iter().filter(|((_, number), _)| *number == partner).map(|(_, row)| row[index]).sum();
    [sum(0), sum(3)]
}

async fn an_order_is_paid_counts_and_half_of_it_goes_back(app: App) {
    let operator = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    super::secret(&app, &anna).await;
    credit(&app, &operator, anna.number, "100").await;
    let id = offer(&app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 4).await.unwrap();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    assert_eq!(status(&app, order).await, "PENDING_PAYMENT");
    assert_eq!(volumes(&app, anna.number).await, [0, 0], "what is not paid does not count");
    let act = PayOrder { order, payment: wallet(None, SPENDING), idempotency_key: None };
    pay_order(&app.services, &anna.member.principal, &act).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), available(&app, anna.number).await), ("COMPLETED", 600_000));
    assert_eq!((volumes(&app, anna.number).await, volumes(&app, root.number).await), ([200_000, 160_000], [0, 160_000]));
    let again = pay_order(&app.services, &anna.member.principal, &act).await;
    assert_eq!(refusal(again), Refusal::OrderNotPayable { status: "COMPLETED" });

    let line: i64 = app.value("SELECT id FROM order_lines", []).await;
    refund_order(&app.services, &operator, &refund(order, vec![RefundLine { line, quantity: 2 }])).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), available(&app, anna.number).await), ("COMPLETED", 800_000));
    assert_eq!(volumes(&app, root.number).await, [0, 80_000]);
    let folder = tempfile::tempdir().unwrap();
    export(&app.services.database, folder.path(), Options { period: None, contacts: false }).await.unwrap();
    let exported = std::fs::read_to_string(folder.path().join("orders.csv")).unwrap();
    assert!(exported.lines().nth(1).unwrap().contains(",8,10,"), "half of 16 and 20 is left: {exported}");
    for quantity in [0, 3] {
        let more = refund_order(&app.services, &operator, &refund(order, vec![RefundLine { line, quantity }])).await;
        assert_eq!(refusal(more), Refusal::NothingToRefund);
    }
    let twice = vec![RefundLine { line, quantity: 1 }, RefundLine { line, quantity: 1 }];
    assert_eq!(refusal(refund_order(&app.services, &operator, &refund(order, twice)).await), Refusal::NothingToRefund);
    refund_order(&app.services, &operator, &refund(order, Vec::new())).await.unwrap();
    assert_eq!((status(&app, order).await.as_str(), available(&app, anna.number).await), ("REFUNDED", 1_000_000));
    assert_eq!((volumes(&app, anna.number).await, app.count("volumes").await), ([0, 0], 0), "no row is left");
    let kinds: Vec<String> = app.events().await.into_iter().map(|event| event.0).filter(|kind| kind.starts_with("ORDER")).collect();
    assert_eq!(kinds, ["ORDER_PLACED", "ORDER_PAID", "ORDER_COMPLETED", "ORDER_REFUNDED", "ORDER_REFUNDED"]);
}

async fn what_cannot_be_ordered_leaves_the_cart_alone(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "5").await;
    let (services, principal) = (&app.services, &anna.member.principal);
    assert_eq!(refusal(checkout(services, principal, &Checkout::default()).await), Refusal::CartEmpty);
    assert!(matches!(checkout(services, &Principal::Anonymous, &Checkout::default()).await, Err(Error::Unauthenticated)));
    assert_eq!(refusal(checkout(services, &operator, &Checkout::default()).await), Refusal::NotPartner);
    let sent = Product { shippable: true, ..product("SENT", 10) };
    let id = offer(&app, &sent).await;
    add_to_cart(services, principal, id, 1).await.unwrap();
    assert_eq!(refusal(checkout(services, principal, &Checkout::default()).await), Refusal::AddressUnknown);
    let unknown = Checkout { address: Some(999), ..Checkout::default() };
    assert_eq!(refusal(checkout(services, principal, &unknown).await), Refusal::AddressUnknown);
    let text = |text: &str| text.to_owned();
    let home = ShippingAddress {
        id: 0,
        name: text("Anna"),
        address: text("Main Street 1"),
        zip_code: text("12345"),
        city: text("Town"),
        phone: text("112"),
        is_default: false,
    };
    add_shipping_address(services, principal, &home).await.unwrap();
    assert_eq!(refusal(checkout(services, principal, &paid()).await), Refusal::InsufficientFunds);
    let wrong = Checkout { payment: Some(wallet(None, "wrong")), ..Checkout::default() };
    assert_eq!(refusal(checkout(services, principal, &wrong).await), Refusal::WrongTransactionPassword);
    offer(&app, &Product { id, active: false, ..sent.clone() }).await;
    assert_eq!(refusal(checkout(services, principal, &Checkout::default()).await), Refusal::ProductUnknown);
    offer(&app, &Product { id, ..sent }).await;
    assert_eq!((app.count("orders").await, app.count("cart_lines").await, available(&app, anna.number).await), (0, 1, 50_000));
    let order = checkout(services, principal, &Checkout::default()).await.unwrap();
    let ship_to: String = app.value("SELECT ship_to FROM orders WHERE id = $1", [order.into()]).await;
    assert!(ship_to.contains("Main Street 1"));
}

/// Promise P08.
async fn of_rivals_for_one_cart_all_get_one_order(app: App) {
    let operator = treasurer(&app).await;
    let anna = shopper(&app, &operator).await;
    let product: i64 = app.value("SELECT product_id FROM cart_lines", []).await;
    let mut cart: i64 = app.value("SELECT id FROM carts WHERE state = 'OPEN'", []).await;
    for round in 1..=rounds(1) {
        let acts = (0..16).map(|_| {
            let (app, anna, act) = (app.clone(), anna.member.principal.clone(), Checkout { cart: Some(cart), ..paid() });
            async move { checkout(&app.services, &anna, &act).await }
        });
        let (mut orders, refusals) = all_at_once(acts).await;
        orders.dedup();
        assert_eq!((orders.len(), refusals), (1, Vec::new()));
        assert_eq!((app.count("orders").await, app.count("payments").await, available(&app, anna.number).await), (round, round, 600_000));
        if round < rounds(1) {
            credit(&app, &operator, anna.number, "40").await;
            add_to_cart(&app.services, &anna.member.principal, product, 4).await.unwrap();
            cart = app.value("SELECT id FROM carts WHERE state = 'OPEN'", []).await;
        }
    }
    let other = app.join("other", None, None).await.unwrap();
    let stolen = Checkout { cart: Some(cart), ..Checkout::default() };
    assert_eq!(refusal(checkout(&app.services, &other.member.principal, &stolen).await), Refusal::CartEmpty, "the cart of another");
}

async fn a_wallet_pays_for_another_by_its_owners_secret(app: App) {
    let operator = treasurer(&app).await;
    let rich = wealthy(&app, &operator, "rich", "100").await;
    let poor = app.join("poor", None, None).await.unwrap();
    let id = offer(&app, &product("A", 10)).await;
    add_to_cart(&app.services, &poor.member.principal, id, 1).await.unwrap();
    let pay = |secret: &str| Checkout { payment: Some(wallet(Some(rich.number), secret)), ..Checkout::default() };
    for _ in 0..5 {
        assert_eq!(refusal(checkout(&app.services, &poor.member.principal, &pay("guess")).await), Refusal::WrongTransactionPassword);
    }
    let locked = Refusal::TooManyTries { minutes: 15 };
    assert_eq!(refusal(checkout(&app.services, &poor.member.principal, &pay(SPENDING)).await), locked);
    let nobody = Checkout { payment: Some(wallet(Some(999), SPENDING)), ..Checkout::default() };
    let unknown = checkout(&app.services, &poor.member.principal, &nobody).await;
    assert_eq!(refusal(unknown), Refusal::WrongTransactionPassword, "no such partner");
    assert!(unlocked(&app, &rich).await, "the owner is not locked out by others");
    app.clock.advance(15 * 60 + 1);
    checkout(&app.services, &poor.member.principal, &pay(SPENDING)).await.unwrap();
    assert_eq!((available(&app, rich.number).await, available(&app, poor.number).await), (900_000, 0));
    assert_eq!(volumes(&app, poor.number).await, [50_000, 40_000], "who orders is credited");
}

/// Whether a partner may spend: a transfer to nobody is refused for the receiver, not for the password.
async fn unlocked(app: &App, partner: &TestPartner) -> bool {
    let transaction_password = Secret::new(SPENDING.to_owned());
    let act = Transfer { to: 998, sum: super::sum("1"), memo: None, transaction_password, idempotency_key: None };
    refusal(transfer(&app.services, &partner.member.principal, &act).await) == Refusal::PartnerUnknown
}

/// By whatever means: a wallet of somebody else's and an e-pin are none of the partner's own.
async fn who_is_not_active_pays_no_order(app: App) {
    let operator = treasurer(&app).await;
    let rich = wealthy(&app, &operator, "rich", "100").await;
    let anna = app.join("anna", None, None).await.unwrap();
    let id = offer(&app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 1).await.unwrap();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let act = PayOrder { order, payment: wallet(Some(rich.number), SPENDING), idempotency_key: None };
    for status in ["SUSPENDED", "TERMINATED"] {
        app.execute("UPDATE partners SET status = $1 WHERE id = $2", [status.into(), anna.number.into()]).await;
        assert_eq!(refusal(pay_order(&app.services, &anna.member.principal, &act).await), Refusal::PartnerNotActive, "{status}");
    }
    assert_eq!((app.count("payments").await, available(&app, rich.number).await), (0, 1_000_000));
    app.execute("UPDATE partners SET status = 'ACTIVE' WHERE id = $1", [anna.number.into()]).await;
    pay_order(&app.services, &anna.member.principal, &act).await.unwrap();
    assert_eq!(status(&app, order).await, "COMPLETED");
}

async fn only_those_who_may_finish_and_refund_orders(app: App) {
    let app = app.with(&["shop.complete_when_paid=false"]);
    let operator = treasurer(&app).await;
    let anna = shopper(&app, &operator).await;
    let order = checkout(&app.services, &anna.member.principal, &paid()).await.unwrap();
    assert_eq!(status(&app, order).await, "PAID");
    let other = app.join("other", None, None).await.unwrap();
    let merchant = app.sign_in("merchant").await;
    let act = PayOrder { order, payment: wallet(None, SPENDING), idempotency_key: None };
    super::secret(&app, &other).await;
    assert_eq!(refusal(pay_order(&app.services, &other.member.principal, &act).await), Refusal::OrderUnknown);
    let missing = |scope: &'static str| Refusal::ScopeMissing { scope };
    for principal in [&anna.member.principal, &other.member.principal] {
        assert_eq!(refusal(complete_order(&app.services, principal, order).await), missing("orders"));
        assert_eq!(refusal(refund_order(&app.services, principal, &refund(order, Vec::new())).await), missing("payouts"));
    }
    assert_eq!(refusal(complete_order(&app.services, &operator, order).await), missing("orders"));
    assert_eq!(refusal(refund_order(&app.services, &merchant, &refund(order, Vec::new())).await), missing("payouts"));
    assert!(matches!(complete_order(&app.services, &Principal::Anonymous, order).await, Err(Error::Unauthenticated)));
    assert!(matches!(refund_order(&app.services, &Principal::Anonymous, &refund(order, Vec::new())).await, Err(Error::Unauthenticated)));
    for unknown in
        [complete_order(&app.services, &merchant, 999).await, refund_order(&app.services, &operator, &refund(999, Vec::new())).await]
    {
        assert_eq!(refusal(unknown), Refusal::OrderUnknown);
    }
    // What goes back before the order is finished never counts.
    let line: i64 = app.value("SELECT id FROM order_lines", []).await;
    refund_order(&app.services, &operator, &refund(order, vec![RefundLine { line, quantity: 1 }])).await.unwrap();
    for _ in 0..2 {
        complete_order(&app.services, &merchant, order).await.unwrap();
    }
    assert_eq!(volumes(&app, anna.number).await, [150_000, 120_000], "finished once");
}

async fn rival_refunds_give_back_once(app: App) {
    let operator = treasurer(&app).await;
    let anna = shopper(&app, &operator).await;
    let order = checkout(&app.services, &anna.member.principal, &paid()).await.unwrap();
    let acts = (0..16).map(|_| {
        let (app, operator) = (app.clone(), operator.clone());
        async move { refund_order(&app.services, &operator, &refund(order, Vec::new())).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals), (1, vec![Refusal::OrderNotPaid; 15]));
    assert_eq!((available(&app, anna.number).await, volumes(&app, anna.number).await), (1_000_000, [0, 0]));
}

async fn volume_of_a_closed_period_is_taken_back_in_the_open_one(app: App) {
    let operator = treasurer(&app).await;
    let anna = shopper(&app, &operator).await;
    let order = checkout(&app.services, &anna.member.principal, &paid()).await.unwrap();
    assert_eq!(volumes(&app, anna.number).await, [200_000, 160_000]);
    app.execute("UPDATE periods SET state = 'CLOSED' WHERE code = '2026-03'", []).await;
    refund_order(&app.services, &operator, &refund(order, Vec::new())).await.unwrap();
    fold_volumes(&app.services).await.unwrap();
    let of = async |code: &str| {
        let sql = "SELECT personal_pv FROM volumes AS v JOIN periods AS t ON t.id = v.period_id WHERE t.code = $1";
        app.value::<i64>(sql, [code.into()]).await
    };
    assert_eq!((of("2026-03").await, of("2026-04").await), (200_000, -200_000));
}

async fn a_whole_purchase_over_graphql(app: App) {
    let served = Served::start(&app).await;
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let merchant = app.staff("merchant", Role::Operator, &[Scope::Catalog]).await;
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    let ask = async |token: &str, name: &str, selection: &str, input: Value| {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let document = format!("mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {selection} userErrors {{ code field }} }} }}");
        let answer = served.answer(Some(token), &document, json!({ "input": input })).await;
        assert_eq!(answer["data"][name]["userErrors"], json!([]), "{answer}");
        answer["data"][name].clone()
    };
    let offer = json!({ "sku": "BOX", "name": "Starter box", "kind": "PRODUCT", "price": "12.50", "personalVolume": "10", "commissionableVolume": "8" });
    let made = ask(merchant.token(), "createProduct", "product { number price { amount currency } }", json!({ "offer": offer })).await;
    let number = made["product"]["number"].clone();
    assert_eq!(made["product"]["price"], json!({ "amount": "12.5", "currency": "USD" }));
    let listed = served.answer(None, "{ catalog { products(filter: { kind: PRODUCT }) { totalCount nodes { sku } } } }", json!({})).await;
    assert_eq!(listed["data"]["catalog"]["products"], json!({ "totalCount": "1", "nodes": [{ "sku": "BOX" }] }));
    let cart = "cart { number total { amount } personalVolume lines { quantity product { sku } } }";
    let filled = ask(anna.member.token(), "addToCart", cart, json!({ "productNumber": number, "quantity": 2 })).await;
    assert_eq!((&filled["cart"]["total"]["amount"], &filled["cart"]["personalVolume"]), (&json!("25"), &json!("20")));
    let order = "order { number status amount { amount } due { amount } refunded { amount } lines { number quantity refundedQuantity } }";
    let input = json!({ "cartNumber": filled["cart"]["number"], "payment": { "wallet": { "transactionPassword": SPENDING } }, "idempotencyKey": "purchase-1" });
    let ordered = ask(anna.member.token(), "checkout", order, input.clone()).await["order"].clone();
    assert_eq!((&ordered["status"], &ordered["due"]["amount"]), (&json!("COMPLETED"), &json!("0")));
    assert_eq!(ask(anna.member.token(), "checkout", order, input).await["order"], ordered, "the same key gives the same order");
    let lines = json!([{ "lineNumber": ordered["lines"][0]["number"], "quantity": 1 }]);
    let input = json!({ "orderNumber": ordered["number"], "lines": lines, "reason": "one was broken" });
    let back = ask(finance.token(), "refundOrder", order, input).await["order"].clone();
    assert_eq!((&back["refunded"]["amount"], &back["lines"][0]["refundedQuantity"]), (&json!("12.5"), &json!(1)));
    let seen = served
        .ask(
            anna.member.token(),
            "{ viewer { cart { lines { quantity } } partner { wallet { available { amount } } orders { nodes { status } } } } }",
        )
        .await;
    assert_eq!(
        seen["viewer"]["partner"],
        json!({ "wallet": { "available": { "amount": "87.5" } }, "orders": { "nodes": [{ "status": "COMPLETED" }] } })
    );
    assert_eq!(seen["viewer"]["cart"]["lines"], json!([]));
}
