//! Prices that change between the cart, the order and its payment (promise P08).

use upline::commands::Error;
use upline::commands::carts::add_to_cart;
use upline::commands::catalog::save_product;
use upline::commands::orders::{Checkout, FromWallet, Means, PayOrder, checkout, pay_order};
use upline::config::secrets::Secret;
use upline::domain::products::Product;

use super::catalog::{offer, product};
use super::{SPENDING, available, credit, rounds, treasurer, wealthy};
use crate::app::{App, on_both_databases};

on_both_databases!(a_price_saved_during_a_checkout_is_charged_as_the_order_shows_it, an_order_is_paid_at_the_prices_of_its_checkout);

/// What two products cost, together with their volumes, before and after.
const PRICES: [i64; 2] = [10, 17];
/// Of each product.
const QUANTITY: u32 = 3;

fn wallet() -> Means {
    Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) })
}

/// Amount, PV and CV of an order's lines.
async fn of_lines(app: &App, order: i64) -> [i64; 3] {
    let sum = |column: &str| format!("SELECT CAST(sum(l.quantity * l.{column}) AS BIGINT) FROM order_lines AS l WHERE l.order_id = $1");
    [
        app.value(&sum("price"), [order.into()]).await,
        app.value(&sum("pv"), [order.into()]).await,
        app.value(&sum("cv"), [order.into()]).await,
    ]
}

async fn of_order(app: &App, order: i64) -> [i64; 3] {
    let one = |column: &str| format!("SELECT {column} FROM orders WHERE id = $1");
    [
        app.value(&one("amount"), [order.into()]).await,
        app.value(&one("pv"), [order.into()]).await,
        app.value(&one("cv"), [order.into()]).await,
    ]
}

/// A product that is there already, at a price.
fn at(id: i64, sku: &str, price: i64) -> Product {
    Product { id, ..product(sku, price) }
}

async fn a_price_saved_during_a_checkout_is_charged_as_the_order_shows_it(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = wealthy(&app, &treasurer, "anna", "1000").await;
    let ids = [offer(&app, &product("A", PRICES[0])).await, offer(&app, &product("B", PRICES[0])).await];
    let merchant = app.sign_in("merchant").await;
    for round in 0..rounds(10) {
        for id in ids {
            add_to_cart(&app.services, &anna.member.principal, id, QUANTITY).await.unwrap();
        }
        let before = available(&app, anna.number).await;
        let saving = {
            let (app, merchant) = (app.clone(), merchant.clone());
            tokio::spawn(async move {
                for turn in 0..6_usize {
                    for (id, sku) in [(ids[0], "A"), (ids[1], "B")] {
                        save_product(&app.services, &merchant, &at(id, sku, PRICES[(turn + 1) % 2])).await?;
                    }
                }
                Ok::<_, Error>(())
            })
        };
        let act = Checkout { payment: Some(wallet()), ..Checkout::default() };
        let order = checkout(&app.services, &anna.member.principal, &act).await.unwrap();
        saving.await.unwrap().unwrap();
        let charged = before - available(&app, anna.number).await;
        let shown = of_order(&app, order).await;
        assert_eq!((charged, shown), (shown[0], of_lines(&app, order).await), "round {round}");
        let at_known_prices = "order_lines WHERE (price, pv, cv) IN ((100000, 50000, 40000), (170000, 85000, 68000)) AND order_id";
        assert_eq!(app.count(&format!("{at_known_prices} = {order}")).await, 2, "round {round}: price and volumes of one saving");
        assert_eq!(app.value::<i64>("SELECT paid FROM orders WHERE id = $1", [order.into()]).await, charged);
        credit(&app, &treasurer, anna.number, "1000").await;
    }
}

async fn an_order_is_paid_at_the_prices_of_its_checkout(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = wealthy(&app, &treasurer, "anna", "1000").await;
    let who = &anna.member.principal;
    let id = offer(&app, &product("A", PRICES[0])).await;
    add_to_cart(&app.services, who, id, QUANTITY).await.unwrap();
    offer(&app, &at(id, "A", PRICES[1])).await;
    let order = checkout(&app.services, who, &Checkout::default()).await.unwrap();
    let expected = [510_000, 255_000, 204_000];
    assert_eq!(of_order(&app, order).await, expected, "the prices of the checkout, not those of filling the cart");
    let merchant = app.sign_in("merchant").await;
    for round in 0..rounds(5) {
        let saved = save_product(&app.services, &merchant, &at(id, "A", PRICES[0] + round)).await.unwrap();
        assert_eq!(saved, id);
    }
    let saving = {
        let (app, merchant) = (app.clone(), merchant.clone());
        tokio::spawn(async move { save_product(&app.services, &merchant, &at(id, "A", PRICES[0])).await })
    };
    let act = PayOrder { order, payment: wallet(), idempotency_key: None };
    pay_order(&app.services, who, &act).await.unwrap();
    saving.await.unwrap().unwrap();
    assert_eq!(10_000_000 - available(&app, anna.number).await, 510_000);
    assert_eq!((of_order(&app, order).await, of_lines(&app, order).await), (expected, expected));
}
