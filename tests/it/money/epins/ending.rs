//! What becomes of the money of pins that are blocked, when their time runs out.

use upline::commands::carts::add_to_cart;
use upline::commands::epins::{IssueEpins, SetEpinBlocked, issue_epins, retire_epins, set_epin_blocked};
use upline::commands::orders::{Checkout, PayOrder, RefundOrder, cancel_order, checkout, pay_order, refund_order};
use upline::domain::refusal::Refusal;

use super::super::{available, treasurer};
use super::{barred, book, by_pin, remaining, shopper, wish};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(
    what_is_given_back_to_a_blocked_pin_that_ran_out_goes_into_the_wallet,
    what_a_blocked_pin_paid_for_an_order_that_is_given_up_falls_to_the_company_after_its_end,
    what_is_left_on_a_blocked_pin_falls_to_the_company_when_its_time_runs_out,
);

fn back(order: i64) -> RefundOrder {
    RefundOrder { order, lines: Vec::new(), sum: None, reason: "it was broken".to_owned(), idempotency_key: None }
}

/// One pin of 50 for a minute.
async fn short_lived(app: &App, treasurer: &upline::auth::principal::Principal) -> super::Issued {
    let ends = app.services.now().plus_seconds(60);
    issue_epins(&app.services, treasurer, &IssueEpins { expires_at: Some(ends), ..wish(1, "50", None) }).await.unwrap()
}

async fn what_is_given_back_to_a_blocked_pin_that_ran_out_goes_into_the_wallet(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 4).await;
    let (pin, code) = short_lived(&app, &treasurer).await.codes[0].clone();
    let act = Checkout { payment: Some(by_pin(&code, None)), ..Checkout::default() };
    let first = checkout(&app.services, &anna.member.principal, &act).await.unwrap();
    let soap: i64 = app.value("SELECT id FROM products", []).await;
    add_to_cart(&app.services, &anna.member.principal, soap, 1).await.unwrap();
    let second = checkout(&app.services, &anna.member.principal, &act).await.unwrap();
    set_epin_blocked(&app.services, &treasurer, &barred(pin)).await.unwrap();
    refund_order(&app.services, &treasurer, &back(second)).await.unwrap();
    assert_eq!(remaining(&app, pin).await, (100_000, "BLOCKED".to_owned()), "what is blocked takes back what it paid while it lasts");
    app.clock.advance(60);
    refund_order(&app.services, &treasurer, &back(first)).await.unwrap();
    assert_eq!((remaining(&app, pin).await.0, available(&app, anna.number).await), (100_000, 400_000));
    retire_epins(&app.services).await.unwrap();
    assert_eq!((book(&app, "EPIN_LIABILITY").await, book(&app, "BREAKAGE").await), (0, 100_000));
}

async fn what_a_blocked_pin_paid_for_an_order_that_is_given_up_falls_to_the_company_after_its_end(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 6).await;
    let (pin, code) = short_lived(&app, &treasurer).await.codes[0].clone();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let part = PayOrder { order, payment: by_pin(&code, None), idempotency_key: None };
    let refused = refusal(pay_order(&app.services, &anna.member.principal, &part).await);
    assert_eq!(refused, Refusal::EpinNotUsable { why: "holds less than that" });
    let part = PayOrder { payment: by_pin(&code, Some("30")), ..part };
    pay_order(&app.services, &anna.member.principal, &part).await.unwrap();
    set_epin_blocked(&app.services, &treasurer, &barred(pin)).await.unwrap();
    app.clock.advance(60);
    cancel_order(&app.services, &anna.member.principal, order).await.unwrap();
    assert_eq!((book(&app, "BREAKAGE").await, available(&app, anna.number).await), (300_000, 0));
    assert_eq!(retire_epins(&app.services).await.unwrap(), 1);
    assert_eq!((book(&app, "EPIN_LIABILITY").await, book(&app, "BREAKAGE").await), (0, 500_000));
}

async fn what_is_left_on_a_blocked_pin_falls_to_the_company_when_its_time_runs_out(app: App) {
    let treasurer = treasurer(&app).await;
    let (pin, _) = short_lived(&app, &treasurer).await.codes[0].clone();
    let (endless, _) = issue_epins(&app.services, &treasurer, &wish(1, "10", None)).await.unwrap().codes[0].clone();
    for number in [pin, endless] {
        set_epin_blocked(&app.services, &treasurer, &barred(number)).await.unwrap();
    }
    assert_eq!(retire_epins(&app.services).await.unwrap(), 0);
    app.clock.advance(60);
    let late = set_epin_blocked(&app.services, &treasurer, &SetEpinBlocked { blocked: false, ..barred(pin) }).await;
    assert_eq!(refusal(late), Refusal::EpinNotUsable { why: "has expired" });
    assert_eq!(retire_epins(&app.services).await.unwrap(), 1);
    assert_eq!((remaining(&app, pin).await, remaining(&app, endless).await.0), ((0, "EXPIRED".to_owned()), 100_000));
    assert_eq!((book(&app, "EPIN_LIABILITY").await, book(&app, "BREAKAGE").await), (100_000, 500_000));
}
