//! Staff who are partners too move no money and no volume of their own.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::carts::add_to_cart;
use upline::commands::epins::{
    IssueEpins, RedeemEpin, SetEpinBlocked, TransferEpin, issue_epins, redeem_epin, set_epin_blocked, transfer_epin,
};
use upline::commands::orders::{
    Checkout, FromEpin, FromWallet, Means, PayOrder, RecordOrder, RecordPayment, RefundOrder, checkout, complete_order, pay_order,
    record_order, record_payment, refund_order,
};
use upline::commands::wallets::{AdjustWallet, Direction, ReverseJournal, adjust_wallet, reverse_journal};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;
use upline::domain::amount::Amount;
use upline::domain::epins::Funding;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::refusal::Refusal;

use super::catalog::{offer, product};
use super::{SPENDING, credit, sum, treasurer};
use crate::app::{App, TestPartner, on_both_databases, refusal};

on_both_databases!(
    staff_adjusts_no_wallet_of_its_own,
    staff_takes_no_journal_back_that_moved_its_own_wallet,
    staff_makes_itself_no_pins_and_passes_none_on_to_itself,
    staff_uses_no_pins_that_it_has_made,
    staff_opens_and_passes_on_no_pin_of_its_own,
    staff_gives_nothing_back_into_its_own_wallet,
    staff_records_finishes_and_refunds_no_order_of_its_own,
    an_owner_alone_does_what_nobody_else_could,
);

/// A partner who is an operator with all scopes.
async fn both(app: &App) -> TestPartner {
    let partner = app.join("both", None, None).await.unwrap();
    let scopes = Scope::ALL.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ");
    app.execute("UPDATE accounts SET role = 'OPERATOR', scopes = $1 WHERE username = 'both'", [scopes.into()]).await;
    let principal = app.principal(&partner.member.tokens).await;
    TestPartner { member: crate::app::Member { principal, ..partner.member }, ..partner }
}

fn adjustment(partner: i64) -> AdjustWallet {
    let reason = "by hand".to_owned();
    AdjustWallet { partner, direction: Direction::Credit, sum: sum("5"), reason, idempotency_key: None }
}

async fn staff_adjusts_no_wallet_of_its_own(app: App) {
    let both = both(&app).await;
    let other = app.join("other", None, None).await.unwrap();
    for direction in [Direction::Credit, Direction::Debit] {
        let act = AdjustWallet { direction, ..adjustment(both.number) };
        assert_eq!(refusal(adjust_wallet(&app.services, &both.member.principal, &act).await), Refusal::OwnMoney);
    }
    adjust_wallet(&app.services, &both.member.principal, &adjustment(other.number)).await.unwrap();
    assert_eq!((super::available(&app, both.number).await, super::available(&app, other.number).await), (0, 50_000));
}

async fn staff_takes_no_journal_back_that_moved_its_own_wallet(app: App) {
    let both = both(&app).await;
    let treasurer = treasurer(&app).await;
    credit(&app, &treasurer, both.number, "10").await;
    let journal: i64 = app.value("SELECT max(id) FROM journals", []).await;
    let act = ReverseJournal { journal, reason: "a mistake".to_owned(), idempotency_key: None };
    assert_eq!(refusal(reverse_journal(&app.services, &both.member.principal, &act).await), Refusal::OwnMoney);
    reverse_journal(&app.services, &treasurer, &act).await.unwrap();
}

async fn staff_makes_itself_no_pins_and_passes_none_on_to_itself(app: App) {
    let both = both(&app).await;
    let who = &both.member.principal;
    let reason = "sold".to_owned();
    let own = Some(both.number);
    let wish = IssueEpins { count: 1, sum: sum("5"), funding: Funding::Gift, owner: own, expires_at: None, reason, idempotency_key: None };
    assert_eq!(refusal(issue_epins(&app.services, who, &wish).await), Refusal::OwnMoney);
    let issued = issue_epins(&app.services, who, &IssueEpins { owner: None, ..wish }).await.unwrap();
    let epin = issued.codes[0].0;
    let pass = TransferEpin { epin, to: both.number, transaction_password: None, idempotency_key: None };
    assert_eq!(refusal(transfer_epin(&app.services, who, &pass).await), Refusal::OwnMoney);
    assert_eq!(app.count("epins WHERE owner_id IS NOT NULL").await, 0);
}

async fn staff_uses_no_pins_that_it_has_made(app: App) {
    let both = both(&app).await;
    let other = app.join("other", None, None).await.unwrap();
    let who = &both.member.principal;
    let reason = "a gift".to_owned();
    let wish = IssueEpins { count: 1, sum: sum("5"), funding: Funding::Gift, owner: None, expires_at: None, reason, idempotency_key: None };
    let code = issue_epins(&app.services, who, &wish).await.unwrap().codes[0].1.clone();
    let redeem = RedeemEpin { code: code.clone(), sum: None, idempotency_key: None };
    assert_eq!(refusal(redeem_epin(&app.services, who, &redeem).await), Refusal::OwnMoney);
    let order = order(&app, &both, "A").await;
    let payment = PayOrder { order, payment: Means::Epin(FromEpin { code, sum: None }), idempotency_key: None };
    assert_eq!(refusal(pay_order(&app.services, who, &payment).await), Refusal::OwnMoney);
    redeem_epin(&app.services, &other.member.principal, &redeem).await.unwrap();
    assert_eq!((super::available(&app, both.number).await, super::available(&app, other.number).await), (0, 50_000));
}

async fn staff_opens_and_passes_on_no_pin_of_its_own(app: App) {
    let both = both(&app).await;
    let other = app.join("other", None, None).await.unwrap();
    let (who, treasurer) = (&both.member.principal, treasurer(&app).await);
    let (owner, reason) = (Some(both.number), "sold".to_owned());
    let wish = IssueEpins { count: 1, sum: sum("5"), funding: Funding::Sold, owner, expires_at: None, reason, idempotency_key: None };
    let epin = issue_epins(&app.services, &treasurer, &wish).await.unwrap().codes[0].0;
    let pass = TransferEpin { epin, to: other.number, transaction_password: None, idempotency_key: None };
    assert_eq!(refusal(transfer_epin(&app.services, who, &pass).await), Refusal::OwnMoney);
    let block = SetEpinBlocked { epin, blocked: true, reason: "lost".to_owned() };
    set_epin_blocked(&app.services, &treasurer, &block).await.unwrap();
    let open = SetEpinBlocked { blocked: false, ..block };
    assert_eq!(refusal(set_epin_blocked(&app.services, who, &open).await), Refusal::OwnMoney);
    set_epin_blocked(&app.services, &treasurer, &open).await.unwrap();
}

async fn staff_gives_nothing_back_into_its_own_wallet(app: App) {
    let both = both(&app).await;
    let other = app.join("other", None, None).await.unwrap();
    let treasurer = treasurer(&app).await;
    credit(&app, &treasurer, both.number, "10").await;
    super::secret(&app, &both).await;
    let order = order(&app, &other, "A").await;
    let wallet = FromWallet { owner: Some(both.number), transaction_password: Secret::new(SPENDING.to_owned()) };
    let payment = PayOrder { order, payment: Means::Wallet(wallet), idempotency_key: None };
    pay_order(&app.services, &other.member.principal, &payment).await.unwrap();
    let back = RefundOrder { order, lines: Vec::new(), sum: None, reason: "broken".to_owned(), idempotency_key: None };
    assert_eq!(refusal(refund_order(&app.services, &both.member.principal, &back).await), Refusal::OwnMoney);
    refund_order(&app.services, &treasurer, &back).await.unwrap();
}

/// An order of a partner's for 10 that waits for its payment.
async fn order(app: &App, partner: &TestPartner, sku: &str) -> i64 {
    let id = offer(app, &product(sku, 10)).await;
    add_to_cart(&app.services, &partner.member.principal, id, 1).await.unwrap();
    checkout(&app.services, &partner.member.principal, &Checkout::default()).await.unwrap()
}

fn transferred(order: i64) -> RecordPayment {
    RecordPayment { order, reference: format!("T-{order}"), sum: None }
}

async fn staff_records_finishes_and_refunds_no_order_of_its_own(app: App) {
    let app = app.with(&["shop.complete_when_paid=false"]);
    let both = both(&app).await;
    let who = &both.member.principal;
    let colleague = app.operator("colleague", &[Scope::Orders, Scope::Payouts]).await;
    let order = order(&app, &both, "A").await;
    let own = |outcome: Result<i64, Error>| assert_eq!(refusal(outcome), Refusal::OwnMoney);
    own(record_payment(&app.services, who, &transferred(order)).await);
    record_payment(&app.services, &colleague, &transferred(order)).await.unwrap();
    own(complete_order(&app.services, who, order).await);
    complete_order(&app.services, &colleague, order).await.unwrap();
    let back = RefundOrder { order, lines: Vec::new(), sum: None, reason: "broken".to_owned(), idempotency_key: None };
    own(refund_order(&app.services, who, &back).await);
    refund_order(&app.services, &colleague, &back).await.unwrap();
    let volume = Amount::from_units(10_000);
    let (reference, buyer, kind) = ("SHOP-1".to_owned(), Buyer::Partner, OrderKind::Order);
    let foreign = RecordOrder { reference, partner: both.number, buyer, kind, sum: sum("1"), pv: volume, cv: volume };
    own(record_order(&app.services, who, &foreign).await);
    record_order(&app.services, &colleague, &foreign).await.unwrap();
}

async fn an_owner_alone_does_what_nobody_else_could(app: App) {
    let boss = app.join("boss", None, None).await.unwrap();
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'boss'", []).await;
    let owner: Principal = app.principal(&boss.member.tokens).await;
    app.operator("clerk", &[Scope::Catalog]).await;
    let act = adjustment(boss.number);
    adjust_wallet(&app.services, &owner, &act).await.unwrap();
    assert_eq!(app.count("audit_entries WHERE action = 'creditWallet'").await, 1);
    app.operator("finance", &[Scope::Payouts]).await;
    assert_eq!(refusal(adjust_wallet(&app.services, &owner, &act).await), Refusal::OwnMoney);
    app.execute("UPDATE accounts SET status = 'BLOCKED' WHERE username = 'finance'", []).await;
    adjust_wallet(&app.services, &owner, &act).await.unwrap();
}
