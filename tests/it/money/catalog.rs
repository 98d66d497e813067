//! Products, carts and addresses.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::carts::{
    add_shipping_address, add_shipping_address_once, add_to_cart, add_to_cart_once, clear_cart, remove_from_cart, remove_shipping_address,
    set_cart_quantity, set_default_shipping_address,
};
use upline::commands::catalog::{save_product, save_product_once};
use upline::domain::accounts::Scope;
use upline::domain::amount::Amount;
use upline::domain::carts::{MOST_VOLUME, ShippingAddress};
use upline::domain::products::{Product, ProductKind};
use upline::domain::refusal::Refusal;
use upline::store::carts;

use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    only_operators_with_the_scope_offer_products,
    what_cannot_be_offered_is_refused,
    a_cart_adds_up_and_keeps_to_its_bounds,
    anonymous_callers_have_neither_cart_nor_addresses,
    one_address_is_the_default_and_those_of_others_do_not_exist,
    one_key_fills_a_cart_adds_an_address_and_makes_a_product_once,
);

pub fn product(sku: &str, price: i64) -> Product {
    Product {
        id: 0,
        sku: sku.to_owned(),
        name: format!("Product {sku}"),
        kind: ProductKind::Product,
        category: String::new(),
        description: String::new(),
        image_url: None,
        shippable: false,
        price: Amount::from_units(price * 10_000),
        pv: Amount::from_units(price * 5_000),
        cv: Amount::from_units(price * 4_000),
        active: true,
    }
}

/// Makes a product and gives its key.
pub async fn offer(app: &App, product: &Product) -> i64 {
    let merchant = match app.count("accounts WHERE username = 'merchant'").await {
        0 => app.operator("merchant", &[Scope::Catalog]).await,
        _ => app.sign_in("merchant").await,
    };
    save_product(&app.services, &merchant, product).await.unwrap()
}

async fn only_operators_with_the_scope_offer_products(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Catalog).collect();
    let unscoped = app.operator("unscoped", &others).await;
    let box_ = product("BOX", 50);
    assert!(matches!(save_product(&app.services, &Principal::Anonymous, &box_).await, Err(Error::Unauthenticated)));
    for principal in [&root.member.principal, &unscoped] {
        assert_eq!(refusal(save_product(&app.services, principal, &box_).await), Refusal::ScopeMissing { scope: "catalog" });
    }
    let id = offer(&app, &box_).await;
    let dearer = Product { id, price: Amount::from_units(600_000), ..box_ };
    assert_eq!(offer(&app, &dearer).await, id);
    assert_eq!((app.value::<i64>("SELECT price FROM products", []).await, app.count("audit_entries").await), (600_000, 2));
}

async fn what_cannot_be_offered_is_refused(app: App) {
    let merchant = app.operator("merchant", &[Scope::Catalog]).await;
    let refused = async |product: Product| refusal(save_product(&app.services, &merchant, &product).await);
    let good = product("BOX", 50);
    for bad in [
        Product { sku: " ".to_owned(), ..good.clone() },
        Product { name: "x".repeat(201), ..good.clone() },
        Product { category: "a\nb".to_owned(), ..good.clone() },
        Product { image_url: Some("javascript:alert(1)".to_owned()), ..good.clone() },
    ] {
        assert!(matches!(refused(bad).await, Refusal::InvalidProduct { .. }));
    }
    for price in [10_001, -10_000] {
        assert!(matches!(refused(Product { price: Amount::from_units(price), ..good.clone() }).await, Refusal::InvalidAmount { .. }));
    }
    let heavy = Product { cv: MOST_VOLUME.checked_add(Amount::from_units(1)).unwrap(), ..good.clone() };
    assert_eq!(refused(heavy).await, Refusal::OrderVolumeTooLarge);
    assert_eq!(refused(Product { id: 99, ..good.clone() }).await, Refusal::ProductUnknown);
    save_product(&app.services, &merchant, &good).await.unwrap();
    assert_eq!(refused(good).await, Refusal::SkuTaken);
}

async fn a_cart_adds_up_and_keeps_to_its_bounds(app: App) {
    let (anna, bert) = (app.member("anna").await, app.member("bert").await);
    let (first, second) = (offer(&app, &product("A", 10)).await, offer(&app, &product("B", 3)).await);
    let old = offer(&app, &Product { active: false, ..product("OLD", 1) }).await;
    let joining = offer(&app, &Product { kind: ProductKind::Membership, ..product("JOIN", 1) }).await;
    let (services, principal) = (&app.services, &anna.principal);
    let adds = (0..20).map(|_| {
        let (app, anna) = (app.clone(), anna.principal.clone());
        async move { add_to_cart(&app.services, &anna, first, 1).await }
    });
    assert_eq!(all_at_once(adds).await.0.len(), 20);
    add_to_cart(services, principal, second, 2).await.unwrap();
    let cart = carts::open(app.services.database.reader(), anna.tokens.account_id).await.unwrap();
    let totals = cart.totals().unwrap();
    assert_eq!((cart.lines.len(), totals.amount.units(), totals.pv.units(), totals.cv.units()), (2, 2_060_000, 1_030_000, 824_000));
    for unknown in [old, joining, 999] {
        assert_eq!(refusal(add_to_cart(services, principal, unknown, 1).await), Refusal::ProductUnknown);
    }
    for quantity in [0, 10_000, u32::MAX] {
        assert_eq!(refusal(add_to_cart(services, principal, first, quantity).await), Refusal::InvalidQuantity { most: 9_999 });
    }
    assert_eq!(refusal(add_to_cart(services, principal, first, 9_980).await), Refusal::InvalidQuantity { most: 9_999 });
    set_cart_quantity(services, principal, first, 3).await.unwrap();
    set_cart_quantity(services, principal, second, 0).await.unwrap();
    remove_from_cart(services, principal, 999).await.unwrap();
    let cart = carts::open(app.services.database.reader(), anna.tokens.account_id).await.unwrap();
    assert_eq!(cart.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [3]);
    clear_cart(services, &bert.principal).await.unwrap();
    assert_eq!(app.count("cart_lines").await, 1, "the cart of another is another cart");
    clear_cart(services, principal).await.unwrap();
    assert_eq!(app.count("cart_lines").await, 0);
    let worthless = Product { pv: Amount::ZERO, cv: Amount::ZERO, ..product("DEAR", 99_999_999_999) };
    let dear = offer(&app, &worthless).await;
    assert_eq!(refusal(add_to_cart(services, principal, dear, 9_999).await), Refusal::CartTooLarge);
    let heavy = offer(&app, &Product { pv: MOST_VOLUME, cv: Amount::ZERO, ..product("HEAVY", 1) }).await;
    let too_large = Refusal::OrderVolumeTooLarge;
    assert_eq!(refusal(add_to_cart(services, principal, heavy, 2).await), too_large);
    assert_eq!(too_large.to_string(), "An order has 1000000000 of personal and of commissionable volume at most: order less at once.");
    add_to_cart(services, principal, heavy, 1).await.unwrap();
}

/// Promise P05.
async fn one_key_fills_a_cart_adds_an_address_and_makes_a_product_once(app: App) {
    let merchant = app.operator("merchant", &[Scope::Catalog]).await;
    let anna = app.member("anna").await;
    let made = (0..8).map(|_| {
        let (app, merchant) = (app.clone(), merchant.clone());
        async move { save_product_once(&app.services, &merchant, &product("A", 10), Some("k")).await }
    });
    let (ids, refused) = all_at_once(made).await;
    assert!(refused.is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?} {refused:?}");
    let added = (0..8).map(|_| {
        let (app, anna, id) = (app.clone(), anna.principal.clone(), ids[0]);
        async move { add_to_cart_once(&app.services, &anna, (id, 2), Some("k")).await }
    });
    assert_eq!(all_at_once(added).await.0.len(), 8);
    let sent = (0..8).map(|_| {
        let (app, anna) = (app.clone(), anna.principal.clone());
        async move { add_shipping_address_once(&app.services, &anna, &address("Anna"), Some("k")).await }
    });
    let (addresses, _) = all_at_once(sent).await;
    assert!(addresses.iter().all(|address| *address == addresses[0]));
    assert_eq!((app.count("products").await, app.count("shipping_addresses").await, app.count("audit_entries").await), (1, 1, 1));
    assert_eq!(app.value::<i64>("SELECT quantity FROM cart_lines", []).await, 2);
    let (services, who) = (&app.services, &anna.principal);
    let conflict = Refusal::IdempotencyConflict;
    assert_eq!(refusal(add_to_cart_once(services, who, (ids[0], 3), Some("k")).await), conflict);
    assert_eq!(refusal(add_shipping_address_once(services, who, &address("Bert"), Some("k")).await), conflict);
    assert_eq!(refusal(save_product_once(services, &merchant, &product("B", 10), Some("k")).await), conflict);
    add_to_cart_once(services, who, (ids[0], 3), Some("another")).await.unwrap();
    assert_eq!(app.value::<i64>("SELECT quantity FROM cart_lines", []).await, 5);
}

fn address(name: &str) -> ShippingAddress {
    let text = |text: &str| text.to_owned();
    let (address, zip_code) = (text("Main Street 1"), text("12345"));
    ShippingAddress { id: 0, name: text(name), address, zip_code, city: text("Town"), phone: text("112"), is_default: false }
}

async fn anonymous_callers_have_neither_cart_nor_addresses(app: App) {
    let (services, nobody) = (&app.services, &Principal::Anonymous);
    for outcome in [
        add_to_cart(services, nobody, 1, 1).await,
        set_cart_quantity(services, nobody, 1, 1).await,
        remove_from_cart(services, nobody, 1).await,
        clear_cart(services, nobody).await,
        add_shipping_address(services, nobody, &address("A")).await.map(drop),
        remove_shipping_address(services, nobody, 1).await,
        set_default_shipping_address(services, nobody, 1).await,
    ] {
        assert!(matches!(outcome, Err(Error::Unauthenticated)));
    }
}

async fn one_address_is_the_default_and_those_of_others_do_not_exist(app: App) {
    let (anna, bert) = (app.member("anna").await, app.member("bert").await);
    let (services, principal) = (&app.services, &anna.principal);
    let mut added = Vec::new();
    for index in 0..20 {
        added.push(add_shipping_address(services, principal, &address(&format!("No {index}"))).await.unwrap());
    }
    assert_eq!(refusal(add_shipping_address(services, principal, &address("One more")).await), Refusal::TooManyAddresses { most: 20 });
    let default = async || app.value::<i64>("SELECT id FROM shipping_addresses WHERE is_default", []).await;
    assert_eq!(default().await, added[0], "the first one");
    set_default_shipping_address(services, principal, added[3]).await.unwrap();
    assert_eq!(default().await, added[3]);
    for act in [
        remove_shipping_address(services, &bert.principal, added[3]).await,
        set_default_shipping_address(services, &bert.principal, added[3]).await,
    ] {
        assert_eq!(refusal(act), Refusal::AddressUnknown);
    }
    assert_eq!(default().await, added[3], "a refused act changes nothing");
    remove_shipping_address(services, principal, added[3]).await.unwrap();
    assert_eq!(default().await, added[19], "the newest one");
    let long = ShippingAddress { city: "x".repeat(101), ..address("Anna") };
    assert_eq!(refusal(add_shipping_address(services, &bert.principal, &long).await), Refusal::InvalidAddress { part: "city", most: 100 });
}
