//! Joining with a membership package: free, paid at once, paid later.

use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::accounts::{SignUp, sign_up};
use upline::commands::carts::add_to_cart;
use upline::commands::epins::{IssueEpins, issue_epins};
use upline::commands::folding::fold_volumes;
use upline::commands::orders::{
    Checkout, FromEpin, FromWallet, Means, PayOrder, RecordPayment, RefundOrder, cancel_order, checkout, pay_order, record_payment,
    refund_order,
};
use upline::commands::partners::{BecomePartner, Joining, Membership, MembershipPayment, become_partner};
use upline::commands::wallets::{Transfer, transfer};
use upline::config::secrets::Secret;
use upline::domain::epins::Funding;
use upline::domain::products::{Product, ProductKind};
use upline::domain::refusal::Refusal;
use upline::export::{Options, export};

use super::catalog::{offer, product};
use super::{SPENDING, available, credit, secret, sum, treasurer, wealthy};
use crate::app::{App, TestPartner, all_at_once, files, new_account, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_visitor_signs_up_with_a_package_paid_by_the_sponsors_pin,
    a_membership_that_is_paid_later_activates_the_partner,
    what_was_paid_in_part_for_a_membership_goes_back_and_the_order_waits_on,
    a_wallet_of_somebody_else_pays_a_membership,
    who_may_join_for_nothing_and_who_may_not,
    what_cannot_be_joined_with_leaves_nothing_behind,
    a_free_membership_is_active_at_once,
    strangers_together_do_not_guess_a_wallets_secret_and_do_not_lock_its_owner_out,
    a_visitor_joins_over_graphql,
);

async fn package(app: &App, price: i64) -> i64 {
    offer(app, &Product { kind: ProductKind::Membership, ..product(&format!("START{price}"), price) }).await
}

fn joining(sponsor: &TestPartner, product: i64, payment: MembershipPayment) -> Joining {
    Joining { referral_code: Some(sponsor.code.clone()), membership: Some(Membership { product, payment }), ..Joining::default() }
}

fn newcomer(username: &str, joining: Joining) -> SignUp {
    SignUp { partner: Some(joining), ..new_account(username) }
}

fn pin(code: &Secret<String>) -> Means {
    Means::Epin(FromEpin { code: code.clone(), sum: None })
}

async fn code(app: &App, treasurer: &Principal, amount: &str, owner: Option<i64>) -> Secret<String> {
    let (reason, sum) = ("a starter".to_owned(), sum(amount));
    let act = IssueEpins { count: 1, sum, funding: Funding::Sold, owner, expires_at: None, reason, idempotency_key: None };
    issue_epins(&app.services, treasurer, &act).await.unwrap().codes[0].1.clone()
}

/// Status and chosen package of the partner with a user name.
async fn standing(app: &App, username: &str) -> (String, Option<i64>) {
    let sql =
        |column: &str| format!("SELECT p.{column} FROM partners AS p JOIN accounts AS a ON a.id = p.account_id WHERE a.username = $1");
    (app.value(&sql("status"), [username.into()]).await, app.value(&sql("membership_id"), [username.into()]).await)
}

async fn a_visitor_signs_up_with_a_package_paid_by_the_sponsors_pin(app: App) {
    let app = app.with(&["shop.sign_up_fee=5"]);
    let treasurer = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let stranger = app.join("stranger", None, None).await.unwrap();
    let start = package(&app, 40).await;
    let code = code(&app, &treasurer, "50", Some(root.number)).await;
    let wrong = newcomer("mira", joining(&stranger, start, MembershipPayment::Now(pin(&code))));
    assert_eq!(refusal(sign_up(&app.services, &wrong).await), Refusal::EpinUnknown, "a pin of the sponsor only");
    assert_eq!(app.count("accounts WHERE username = 'mira'").await, 0);
    let act =
        SignUp { idempotency_key: Some("k1".to_owned()), ..newcomer("mira", joining(&root, start, MembershipPayment::Now(pin(&code)))) };
    sign_up(&app.services, &act).await.unwrap();
    sign_up(&app.services, &act).await.unwrap();
    assert_eq!(standing(&app, "mira").await, ("ACTIVE".to_owned(), Some(start)));
    let left: i64 = app.value("SELECT remaining FROM epins", []).await;
    assert_eq!((left, app.count("orders").await), (50_000, 1));
    let order: String = app.value("SELECT kind || ' ' || status FROM orders", []).await;
    assert_eq!(order, "INVESTMENT COMPLETED");
    fold_volumes(&app.services).await.unwrap();
    let pv: i64 = app.value("SELECT group_pv FROM volumes WHERE partner_id = $1", [root.number.into()]).await;
    assert_eq!(pv, 200_000, "the package counts, the fee does not");
    let kinds: Vec<String> = app.events().await.into_iter().map(|(kind, _)| kind).collect();
    let of_mira = &kinds[kinds.iter().rposition(|kind| kind == "ACCOUNT_SIGNED_UP").unwrap()..];
    let expected = [
        "ACCOUNT_SIGNED_UP",
        "REFERRAL_REGISTERED",
        "PARTNER_JOINED",
        "ORDER_PLACED",
        "EPIN_CHANGED",
        "ORDER_PAID",
        "PARTNER_ACTIVATED",
        "ORDER_COMPLETED",
        "REFERRAL_CONVERTED",
    ];
    assert_eq!(of_mira, expected);
}

async fn a_membership_that_is_paid_later_activates_the_partner(app: App) {
    let treasurer = treasurer(&app).await;
    let root = wealthy(&app, &treasurer, "root", "100").await;
    let start = package(&app, 40).await;
    let mira = app.member("mira").await;
    let act = BecomePartner { joining: joining(&root, start, MembershipPayment::Later), idempotency_key: None };
    let number = become_partner(&app.services, &mira.principal, &act).await.unwrap();
    let mira = app.partner(mira, number).await;
    let who = &mira.member.principal;
    assert_eq!(standing(&app, "mira").await, ("PENDING_PAYMENT".to_owned(), Some(start)));
    let order: i64 = app.value("SELECT id FROM orders WHERE partner_id = $1", [number.into()]).await;
    // Who has not paid has a place, and nothing else: neither cart nor recruits, transfers nor a way out of the order.
    let goods = offer(&app, &product("A", 1)).await;
    add_to_cart(&app.services, who, goods, 1).await.unwrap();
    assert_eq!(refusal(checkout(&app.services, who, &Checkout::default()).await), Refusal::PartnerNotActive);
    assert_eq!(refusal(app.join("recruit", Some(&mira.code), None).await), Refusal::ReferralCodeUnknown);
    assert!(matches!(refusal(cancel_order(&app.services, who, order).await), Refusal::OrderNotCancellable { .. }));
    secret(&app, &mira).await;
    credit(&app, &treasurer, number, "39.99").await;
    let send = Transfer {
        to: root.number,
        sum: sum("1"),
        memo: None,
        transaction_password: Secret::new(SPENDING.to_owned()),
        idempotency_key: None,
    };
    assert_eq!(refusal(transfer(&app.services, who, &send).await), Refusal::PartnerNotActive);
    let folder = tempfile::tempdir().unwrap();
    export(&app.services.database, folder.path(), Options::default()).await.unwrap();
    assert!(std::fs::read_to_string(folder.path().join("network.csv")).unwrap().contains("PENDING_PAYMENT"));
    // The own wallet pays, once it holds enough.
    let pay = PayOrder {
        order,
        payment: Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) }),
        idempotency_key: None,
    };
    assert_eq!(refusal(pay_order(&app.services, who, &pay).await), Refusal::InsufficientFunds);
    let bank = RecordPayment { order, reference: "T-1".to_owned(), sum: Some(sum("0.01")) };
    record_payment(&app.services, &treasurer, &bank).await.unwrap();
    assert_eq!(standing(&app, "mira").await.0, "PENDING_PAYMENT");
    pay_order(&app.services, who, &pay).await.unwrap();
    assert_eq!((standing(&app, "mira").await.0.as_str(), available(&app, number).await), ("ACTIVE", 0));
    app.join("recruit2", Some(&mira.code), None).await.unwrap();
    let _ = files::volumes(&app.services.database, None).await;
}

async fn what_was_paid_in_part_for_a_membership_goes_back_and_the_order_waits_on(app: App) {
    let treasurer = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let start = package(&app, 40).await;
    let mira = app.member("mira").await;
    let act = BecomePartner { joining: joining(&root, start, MembershipPayment::Later), idempotency_key: None };
    let number = become_partner(&app.services, &mira.principal, &act).await.unwrap();
    let mira = app.partner(mira, number).await;
    let who = &mira.member.principal;
    let order: i64 = app.value("SELECT id FROM orders WHERE partner_id = $1", [number.into()]).await;
    let refund = RefundOrder { order, lines: Vec::new(), sum: None, reason: "changed her mind".to_owned(), idempotency_key: None };
    assert_eq!(refusal(refund_order(&app.services, &treasurer, &refund).await), Refusal::OrderNotPaid, "nothing was paid yet");
    let code = code(&app, &treasurer, "15", None).await;
    let in_part = || Means::Epin(FromEpin { code: code.clone(), sum: Some(sum("15")) });
    pay_order(&app.services, who, &PayOrder { order, payment: in_part(), idempotency_key: None }).await.unwrap();
    let cash = RecordPayment { order, reference: "CASH-1".to_owned(), sum: Some(sum("5")) };
    record_payment(&app.services, &treasurer, &cash).await.unwrap();
    assert_eq!(refusal(refund_order(&app.services, who, &refund).await), Refusal::ScopeMissing { scope: "payouts" });
    let part = RefundOrder { sum: Some(sum("5")), ..refund.clone() };
    assert_eq!(refusal(refund_order(&app.services, &treasurer, &part).await), Refusal::OrderNotPaid, "all of it or nothing");
    let rivals = (0..6).map(|_| {
        let (services, who, refund) = (app.services.clone(), treasurer.clone(), refund.clone());
        async move { refund_order(&services, &who, &refund).await }
    });
    let (done, refused) = all_at_once(rivals).await;
    assert_eq!((done.len(), refused), (1, vec![Refusal::OrderNotPaid; 5]));
    let left: i64 = app.value("SELECT remaining FROM epins", []).await;
    assert_eq!((left, app.count("payments WHERE refunded = amount").await), (150_000, 2));
    assert_eq!(standing(&app, "mira").await, ("PENDING_PAYMENT".to_owned(), Some(start)));
    // It is paid once more, and wholly this time.
    let due: i64 = app.value("SELECT amount - paid FROM orders WHERE id = $1", [order.into()]).await;
    assert_eq!(due, 400_000);
    pay_order(&app.services, who, &PayOrder { order, payment: in_part(), idempotency_key: None }).await.unwrap();
    let rest = RecordPayment { order, reference: "CASH-2".to_owned(), sum: None };
    record_payment(&app.services, &treasurer, &rest).await.unwrap();
    assert_eq!(standing(&app, "mira").await, ("ACTIVE".to_owned(), Some(start)));
    refund_order(&app.services, &treasurer, &refund).await.unwrap();
    let back: i64 = app.value("SELECT CAST(sum(amount - refunded) AS BIGINT) FROM payments", []).await;
    assert_eq!((back, app.count("orders WHERE status = 'REFUNDED'").await), (0, 1));
}

async fn a_wallet_of_somebody_else_pays_a_membership(app: App) {
    let treasurer = treasurer(&app).await;
    let root = wealthy(&app, &treasurer, "root", "100").await;
    let start = package(&app, 40).await;
    let by = |owner: Option<i64>, secret: &str| {
        MembershipPayment::Now(Means::Wallet(FromWallet { owner, transaction_password: Secret::new(secret.to_owned()) }))
    };
    let join = async |name: &str, payment: MembershipPayment| sign_up(&app.services, &newcomer(name, joining(&root, start, payment))).await;
    assert_eq!(refusal(join("mira", by(None, SPENDING)).await), Refusal::PartnerUnknown, "a visitor has no wallet");
    assert_eq!(refusal(join("mira", by(Some(root.number), "another one")).await), Refusal::WrongTransactionPassword);
    join("mira", by(Some(root.number), SPENDING)).await.unwrap();
    join("bert", by(Some(root.number), SPENDING)).await.unwrap();
    assert_eq!(refusal(join("carl", by(Some(root.number), SPENDING)).await), Refusal::InsufficientFunds);
    assert_eq!((available(&app, root.number).await, app.count("accounts WHERE username = 'carl'").await), (200_000, 0));
}

async fn who_may_join_for_nothing_and_who_may_not(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let start = package(&app, 40).await;
    sign_up(&app.services, &newcomer("mira", joining(&root, start, MembershipPayment::Free))).await.unwrap();
    assert_eq!(standing(&app, "mira").await, ("ACTIVE".to_owned(), Some(start)));
    assert_eq!(app.count("orders").await, 0, "no money, no volume");
    let strict = app.with(&["shop.free_join=false"]);
    for joining in
        [joining(&root, start, MembershipPayment::Free), Joining { referral_code: Some(root.code.clone()), ..Joining::default() }]
    {
        assert_eq!(refusal(sign_up(&strict.services, &newcomer("bert", joining)).await), Refusal::MembershipRequired);
    }
    sign_up(&strict.services, &newcomer("bert", joining(&root, start, MembershipPayment::Later))).await.unwrap();
    assert_eq!(standing(&app, "bert").await.0, "PENDING_PAYMENT");
}

async fn what_cannot_be_joined_with_leaves_nothing_behind(app: App) {
    let treasurer = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let goods = offer(&app, &product("A", 10)).await;
    let gone = offer(&app, &Product { kind: ProductKind::Membership, active: false, ..product("OLD", 10) }).await;
    let start = package(&app, 40).await;
    let small = code(&app, &treasurer, "39.99", None).await;
    let a_part = Means::Epin(FromEpin { code: small.clone(), sum: Some(sum("1")) });
    let (accounts, orders) = (app.count("accounts").await, app.count("orders").await);
    let cases = [
        (joining(&root, goods, MembershipPayment::Later), Refusal::ProductUnknown),
        (joining(&root, gone, MembershipPayment::Later), Refusal::ProductUnknown),
        (joining(&root, 999, MembershipPayment::Later), Refusal::ProductUnknown),
        (joining(&root, start, MembershipPayment::Now(pin(&small))), Refusal::EpinNotUsable { why: "holds less than that" }),
        (joining(&root, start, MembershipPayment::Now(a_part)), Refusal::MembershipRequired),
        (
            Joining { referral_code: Some("NOBODY".to_owned()), ..joining(&root, start, MembershipPayment::Later) },
            Refusal::ReferralCodeUnknown,
        ),
    ];
    for (joining, expected) in cases {
        assert_eq!(refusal(sign_up(&app.services, &newcomer("mira", joining)).await), expected);
    }
    assert_eq!((app.count("accounts").await, app.count("orders").await, app.count("payments").await), (accounts, orders, 0));
}

async fn a_free_membership_is_active_at_once(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let start = package(&app, 0).await;
    sign_up(&app.services, &newcomer("mira", joining(&root, start, MembershipPayment::Later))).await.unwrap();
    assert_eq!(standing(&app, "mira").await.0, "ACTIVE");
    assert_eq!(app.value::<String>("SELECT status FROM orders", []).await, "COMPLETED");
}

async fn strangers_together_do_not_guess_a_wallets_secret_and_do_not_lock_its_owner_out(app: App) {
    let treasurer = treasurer(&app).await;
    let root = wealthy(&app, &treasurer, "root", "100").await;
    let other = app.join("other", None, None).await.unwrap();
    let start = package(&app, 40).await;
    let by = |secret: &str| {
        let wallet = FromWallet { owner: Some(root.number), transaction_password: Secret::new(secret.to_owned()) };
        BecomePartner { joining: joining(&root, start, MembershipPayment::Now(Means::Wallet(wallet))), idempotency_key: None }
    };
    for stranger in 0..10 {
        let stranger = app.member(&format!("stranger{stranger}")).await.principal;
        for _ in 0..5 {
            assert_eq!(refusal(become_partner(&app.services, &stranger, &by("a guess")).await), Refusal::WrongTransactionPassword);
        }
    }
    let honest = app.member("honest").await.principal;
    assert_eq!(refusal(become_partner(&app.services, &honest, &by(SPENDING)).await), Refusal::TooManyTries { minutes: 15 });
    let transaction_password = Secret::new(SPENDING.to_owned());
    let own = Transfer { to: other.number, sum: sum("1"), memo: None, transaction_password, idempotency_key: None };
    transfer(&app.services, &root.member.principal, &own).await.unwrap();
    app.clock.advance(16 * 60);
    become_partner(&app.services, &honest, &by(SPENDING)).await.unwrap();
}

async fn a_visitor_joins_over_graphql(app: App) {
    let served = Served::start(&app).await;
    let treasurer = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let start = package(&app, 40).await;
    let code = code(&app, &treasurer, "40", None).await;
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } userErrors { code field } } }";
    let input = |code: &str| -> Value {
        json!({ "username": "mira", "email": "mira@example.org", "name": "Mira", "password": "correct horse battery", "partner": {
            "referralCode": root.code,
            "membership": { "productNumber": start.to_string(), "payment": { "epin": { "code": code } } } } })
    };
    let wrong = served.answer(None, document, json!({ "input": input("0000-0000-0000-0000") })).await["data"]["signUp"].clone();
    assert_eq!(
        wrong,
        json!({ "session": null, "userErrors": [{ "code": "EPIN_UNKNOWN", "field": ["input", "partner", "membership", "payment", "epin", "code"] }] })
    );
    let right = served.answer(None, document, json!({ "input": input(code.expose()) })).await["data"]["signUp"].clone();
    let token = right["session"]["accessToken"].as_str().unwrap_or_else(|| panic!("{right}"));
    let seen = served
        .ask(token, "{ viewer { partner { status membership { sku } sponsor { displayName } orders { nodes { status kind } } } } }")
        .await;
    let expected = json!({ "status": "ACTIVE", "membership": { "sku": "START40" }, "sponsor": { "displayName": "ROOT" },
        "orders": { "nodes": [{ "status": "COMPLETED", "kind": "INVESTMENT" }] } });
    assert_eq!(seen["viewer"]["partner"], expected);
    let catalog = served.answer(None, "{ catalog { signUpFee { amount } freeJoin } }", json!({})).await["data"]["catalog"].clone();
    assert_eq!(catalog, json!({ "signUpFee": { "amount": "0" }, "freeJoin": true }));
}
