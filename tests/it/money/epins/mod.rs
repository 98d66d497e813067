//! E-pins: made, passed on, used, barred, expired (promise P06).

mod ending;
mod owners;

use serde_json::json;
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::carts::add_to_cart;
use upline::commands::epins::{
    IssueEpins, Issued, RedeemEpin, RenewEpinCode, SetEpinBlocked, TransferEpin, issue_epins, redeem_epin, renew_epin_code, retire_epins,
    set_epin_blocked, transfer_epin,
};
use upline::commands::orders::{Checkout, FromEpin, Means, PayOrder, RefundOrder, cancel_order, checkout, pay_order, refund_order};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::epins::Funding;
use upline::domain::refusal::Refusal;

use super::catalog::{offer, product};
use super::{SPENDING, available, credit, rounds, secret, sum, treasurer};
use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_pin_pays_an_order_and_keeps_its_rest,
    a_refund_goes_back_onto_the_pin_and_past_its_end_into_the_wallet,
    an_order_is_paid_by_parts_and_given_up,
    what_a_pin_has_paid_goes_to_its_owner_of_then,
    what_has_run_out_is_not_turned_into_money_by_giving_an_order_up,
    of_fifty_rivals_for_a_pin_one_wins,
    a_pin_is_drained_by_rivals_to_its_last_cent,
    guesses_lock_the_guesser_and_nobody_else,
    a_pin_belongs_to_whom_it_was_passed_on,
    what_is_left_on_an_expired_pin_falls_to_the_company,
    a_repeated_issue_gives_the_same_codes,
    what_cannot_be_issued,
    every_act_on_pins_knows_who_may_do_it,
    codes_stand_nowhere,
    pins_over_graphql,
);

async fn issue(app: &App, treasurer: &Principal, count: u32, amount: &str, owner: Option<i64>) -> Issued {
    issue_epins(&app.services, treasurer, &wish(count, amount, owner)).await.unwrap()
}

fn wish(count: u32, amount: &str, owner: Option<i64>) -> IssueEpins {
    let reason = "sold at the fair".to_owned();
    IssueEpins { count, sum: sum(amount), funding: Funding::Sold, owner, expires_at: None, reason, idempotency_key: None }
}

fn by_pin(code: &Secret<String>, amount: Option<&str>) -> Means {
    Means::Epin(FromEpin { code: code.clone(), sum: amount.map(sum) })
}

fn redeem(code: &Secret<String>, amount: Option<&str>) -> RedeemEpin {
    RedeemEpin { code: code.clone(), sum: amount.map(sum), idempotency_key: None }
}

fn pass(epin: i64, to: &TestPartner) -> TransferEpin {
    let transaction_password = Some(Secret::new(SPENDING.to_owned()));
    TransferEpin { epin, to: to.number, transaction_password, idempotency_key: None }
}

fn renewal(epin: i64, key: Option<&str>) -> RenewEpinCode {
    let transaction_password = Secret::new(SPENDING.to_owned());
    RenewEpinCode { epin, transaction_password, idempotency_key: key.map(str::to_owned) }
}

fn barred(epin: i64) -> SetEpinBlocked {
    SetEpinBlocked { epin, blocked: true, reason: "lost".to_owned() }
}

/// Anna with so many of a product for 10 in her cart.
async fn shopper(app: &App, quantity: u32) -> TestPartner {
    let anna = app.join("anna", None, None).await.unwrap();
    let id = offer(app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, quantity).await.unwrap();
    anna
}

async fn remaining(app: &App, pin: i64) -> (i64, String) {
    let left = app.value("SELECT remaining FROM epins WHERE id = $1", [pin.into()]).await;
    (left, app.value("SELECT status FROM epins WHERE id = $1", [pin.into()]).await)
}

async fn book(app: &App, kind: &str) -> i64 {
    let sql = "SELECT CAST(coalesce(sum(p.amount), 0) AS BIGINT) FROM postings AS p JOIN ledger_accounts AS a ON a.id = p.account_id WHERE a.kind = $1";
    app.value(sql, [kind.into()]).await
}

async fn a_pin_pays_an_order_and_keeps_its_rest(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 3).await;
    let issued = issue(&app, &treasurer, 2, "50", None).await;
    let (pin, code) = &issued.codes[0];
    assert_eq!((book(&app, "EPIN_LIABILITY").await, book(&app, "CASH").await), (1_000_000, -1_000_000));
    let act = Checkout { payment: Some(by_pin(code, None)), ..Checkout::default() };
    checkout(&app.services, &anna.member.principal, &act).await.unwrap();
    assert_eq!(remaining(&app, *pin).await, (200_000, "ACTIVE".to_owned()));
    assert_eq!((book(&app, "EPIN_LIABILITY").await, book(&app, "SALES").await), (700_000, 300_000));
    let rest = redeem_epin(&app.services, &anna.member.principal, &redeem(code, None)).await.unwrap();
    assert!(rest > 0);
    assert_eq!((remaining(&app, *pin).await, available(&app, anna.number).await), ((0, "USED".to_owned()), 200_000));
    let again = redeem_epin(&app.services, &anna.member.principal, &redeem(code, None)).await;
    assert_eq!(refusal(again), Refusal::EpinNotUsable { why: "is used up" });
}

async fn a_refund_goes_back_onto_the_pin_and_past_its_end_into_the_wallet(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 4).await;
    let ends = app.services.now().plus_seconds(1_000);
    let issued = issue_epins(&app.services, &treasurer, &IssueEpins { expires_at: Some(ends), ..wish(1, "40", None) }).await.unwrap();
    let (pin, code) = &issued.codes[0];
    let act = Checkout { payment: Some(by_pin(code, None)), ..Checkout::default() };
    let order = checkout(&app.services, &anna.member.principal, &act).await.unwrap();
    assert_eq!(remaining(&app, *pin).await, (0, "USED".to_owned()));
    let line: i64 = app.value("SELECT id FROM order_lines WHERE order_id = $1", [order.into()]).await;
    let half = |quantity| RefundOrder {
        order,
        lines: vec![upline::commands::orders::RefundLine { line, quantity }],
        sum: None,
        reason: "it was broken".to_owned(),
        idempotency_key: None,
    };
    refund_order(&app.services, &treasurer, &half(1)).await.unwrap();
    assert_eq!(remaining(&app, *pin).await, (100_000, "ACTIVE".to_owned()), "usable again");
    app.clock.advance(1_000);
    refund_order(&app.services, &treasurer, &half(2)).await.unwrap();
    assert_eq!((remaining(&app, *pin).await.0, available(&app, anna.number).await), (100_000, 200_000));
}

async fn an_order_is_paid_by_parts_and_given_up(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 3).await;
    let who = &anna.member.principal;
    let issued = issue(&app, &treasurer, 2, "20", None).await;
    let order = checkout(&app.services, who, &Checkout::default()).await.unwrap();
    let pay = |code: &Secret<String>, amount: Option<&str>| PayOrder { order, payment: by_pin(code, amount), idempotency_key: None };
    let too_small = refusal(pay_order(&app.services, who, &pay(&issued.codes[0].1, None)).await);
    assert_eq!(too_small, Refusal::EpinNotUsable { why: "holds less than that" });
    let too_much = refusal(pay_order(&app.services, who, &pay(&issued.codes[0].1, Some("30.01"))).await);
    assert_eq!(too_much, Refusal::InvalidAmount { reason: "is more than the 30 that are due".to_owned() });
    pay_order(&app.services, who, &pay(&issued.codes[0].1, Some("20"))).await.unwrap();
    let status = async || app.value::<String>("SELECT status FROM orders WHERE id = $1", [order.into()]).await;
    assert_eq!(status().await, "PENDING_PAYMENT");
    cancel_order(&app.services, who, order).await.unwrap();
    cancel_order(&app.services, who, order).await.unwrap();
    assert_eq!((status().await.as_str(), remaining(&app, issued.codes[0].0).await.0), ("CANCELLED", 200_000));
    let late = refusal(pay_order(&app.services, who, &pay(&issued.codes[1].1, Some("20"))).await);
    assert_eq!(late, Refusal::OrderNotPayable { status: "CANCELLED" });
    assert_eq!(book(&app, "EPIN_LIABILITY").await, 400_000);
}

async fn what_a_pin_has_paid_goes_to_its_owner_of_then(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 3).await;
    let bert = app.join("bert", None, None).await.unwrap();
    secret(&app, &anna).await;
    let (pin, code) = issue(&app, &treasurer, 1, "50", Some(anna.number)).await.codes[0].clone();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let part = PayOrder { order, payment: by_pin(&code, Some("20")), idempotency_key: None };
    pay_order(&app.services, &anna.member.principal, &part).await.unwrap();
    transfer_epin(&app.services, &anna.member.principal, &pass(pin, &bert)).await.unwrap();
    cancel_order(&app.services, &anna.member.principal, order).await.unwrap();
    assert_eq!((remaining(&app, pin).await.0, available(&app, anna.number).await), (300_000, 200_000));
}

async fn what_has_run_out_is_not_turned_into_money_by_giving_an_order_up(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = shopper(&app, 3).await;
    let ends = app.services.now().plus_seconds(60);
    let issued = issue_epins(&app.services, &treasurer, &IssueEpins { expires_at: Some(ends), ..wish(1, "50", None) }).await.unwrap();
    let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let part = PayOrder { order, payment: by_pin(&issued.codes[0].1, Some("29.99")), idempotency_key: None };
    pay_order(&app.services, &anna.member.principal, &part).await.unwrap();
    app.clock.advance(60);
    cancel_order(&app.services, &anna.member.principal, order).await.unwrap();
    assert_eq!((book(&app, "BREAKAGE").await, available(&app, anna.number).await), (299_900, 0));
}

async fn of_fifty_rivals_for_a_pin_one_wins(app: App) {
    let treasurer = treasurer(&app).await;
    let issued = issue(&app, &treasurer, u32::try_from(rounds(4)).unwrap(), "10", None).await;
    let mut rivals = Vec::new();
    for index in 0..50 {
        rivals.push(app.join(&format!("rival{index}"), None, None).await.unwrap());
    }
    for (pin, code) in &issued.codes {
        let acts = rivals.iter().map(|rival| {
            let (services, who, act) = (app.services.clone(), rival.member.principal.clone(), redeem(code, None));
            async move { redeem_epin(&services, &who, &act).await }
        });
        let (won, lost) = all_at_once(acts).await;
        assert_eq!((won.len(), lost.len(), remaining(&app, *pin).await), (1, 49, (0, "USED".to_owned())));
        assert!(lost.iter().all(|refusal| *refusal == Refusal::EpinNotUsable { why: "is used up" }), "{lost:?}");
    }
}

async fn a_pin_is_drained_by_rivals_to_its_last_cent(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    for round in 1..=rounds(1) {
        let issued = issue(&app, &treasurer, 1, "32", None).await;
        let acts = (0..50).map(|_| {
            let (services, who, act) = (app.services.clone(), anna.member.principal.clone(), redeem(&issued.codes[0].1, Some("1")));
            async move { redeem_epin(&services, &who, &act).await }
        });
        let (won, lost) = all_at_once(acts).await;
        assert_eq!((won.len(), lost.len(), available(&app, anna.number).await), (32, 18, 320_000 * round));
        assert_eq!(book(&app, "EPIN_LIABILITY").await, 0);
    }
}

async fn guesses_lock_the_guesser_and_nobody_else(app: App) {
    let treasurer = treasurer(&app).await;
    let issued = issue(&app, &treasurer, 1, "10", None).await;
    let (anna, bert) = (app.join("anna", None, None).await.unwrap(), app.join("bert", None, None).await.unwrap());
    let code = &issued.codes[0].1;
    let guess =
        async |text: &str| refusal(redeem_epin(&app.services, &anna.member.principal, &redeem(&Secret::new(text.to_owned()), None)).await);
    for text in ["0000-0000-0000-0000", "", "no code at all", "1111-1111-1111-1111"] {
        assert_eq!(guess(text).await, Refusal::EpinUnknown, "{text}");
    }
    // A known code does not make up for wrong ones.
    let half = redeem_epin(&app.services, &anna.member.principal, &redeem(code, Some("5"))).await;
    assert!(half.is_ok());
    assert_eq!(guess("2222-2222-2222-2222").await, Refusal::EpinUnknown);
    assert_eq!(guess("3333-3333-3333-3333").await, Refusal::TooManyTries { minutes: 15 });
    assert_eq!(guess(code.expose()).await, Refusal::TooManyTries { minutes: 15 }, "also for the right one");
    redeem_epin(&app.services, &bert.member.principal, &redeem(code, Some("1"))).await.unwrap();
    app.clock.advance(16 * 60);
    redeem_epin(&app.services, &anna.member.principal, &redeem(code, Some("1"))).await.unwrap();
}

async fn a_pin_belongs_to_whom_it_was_passed_on(app: App) {
    let treasurer = treasurer(&app).await;
    let (anna, bert, carl) = (
        app.join("anna", None, None).await.unwrap(),
        app.join("bert", None, None).await.unwrap(),
        app.join("carl", None, None).await.unwrap(),
    );
    secret(&app, &anna).await;
    secret(&app, &bert).await;
    let issued = issue(&app, &treasurer, 2, "10", Some(anna.number)).await;
    let (pin, code) = issued.codes[0].clone();
    let take =
        async |who: &TestPartner, code: &Secret<String>| redeem_epin(&app.services, &who.member.principal, &redeem(code, Some("1"))).await;
    take(&anna, &code).await.unwrap();
    assert_eq!(refusal(take(&bert, &code).await), Refusal::EpinUnknown);
    // Of two transfers at once, one wins.
    let acts = [&bert, &carl].map(|to| {
        let (services, who, act) = (app.services.clone(), anna.member.principal.clone(), pass(pin, to));
        async move { transfer_epin(&services, &who, &act).await }
    });
    let (won, lost) = all_at_once(acts).await;
    assert_eq!((won.len(), lost), (1, vec![Refusal::EpinUnknown]));
    assert_eq!(refusal(take(&anna, &code).await), Refusal::EpinUnknown, "worth nothing to the former owner");
    // A new code makes the old one worth nothing.
    let second = issued.codes[1].clone();
    transfer_epin(&app.services, &anna.member.principal, &pass(second.0, &bert)).await.unwrap();
    assert_eq!(refusal(take(&bert, &second.1).await), Refusal::EpinUnknown, "passed on, it has a code that nobody knows");
    let renew = renewal(second.0, None);
    let new = renew_epin_code(&app.services, &bert.member.principal, &renew).await.unwrap();
    assert_eq!(refusal(take(&bert, &second.1).await), Refusal::EpinUnknown);
    take(&bert, &new).await.unwrap();
    assert_eq!(refusal(renew_epin_code(&app.services, &anna.member.principal, &renew).await), Refusal::EpinUnknown);
    let off = app.with(&["epin.transfers=false", "epin.redemption=false"]);
    let refused = transfer_epin(&off.services, &bert.member.principal, &pass(second.0, &carl)).await;
    assert_eq!(refusal(refused), Refusal::EpinUseOff { used: "passed on by partners" });
    transfer_epin(&off.services, &treasurer, &TransferEpin { transaction_password: None, ..pass(second.0, &carl) }).await.unwrap();
    assert_eq!(
        refusal(redeem_epin(&off.services, &carl.member.principal, &redeem(&new, None)).await),
        Refusal::EpinUseOff { used: "paid into wallets" }
    );
}

async fn what_is_left_on_an_expired_pin_falls_to_the_company(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let ends = app.services.now().plus_seconds(60);
    let issued = issue_epins(&app.services, &treasurer, &IssueEpins { expires_at: Some(ends), ..wish(3, "10", None) }).await.unwrap();
    issue(&app, &treasurer, 1, "10", None).await;
    redeem_epin(&app.services, &anna.member.principal, &redeem(&issued.codes[0].1, Some("4"))).await.unwrap();
    assert_eq!(retire_epins(&app.services).await.unwrap(), 0);
    app.clock.advance(60);
    let late = redeem_epin(&app.services, &anna.member.principal, &redeem(&issued.codes[0].1, None)).await;
    assert_eq!(refusal(late), Refusal::EpinNotUsable { why: "has expired" });
    let rivals = (0..2).map(|_| {
        let services = app.services.clone();
        async move { retire_epins(&services).await }
    });
    assert_eq!(all_at_once(rivals).await.0.iter().sum::<u64>(), 3);
    assert_eq!((book(&app, "BREAKAGE").await, book(&app, "EPIN_LIABILITY").await), (260_000, 100_000));
    assert_eq!(remaining(&app, issued.codes[0].0).await, (0, "EXPIRED".to_owned()));
}

async fn a_repeated_issue_gives_the_same_codes(app: App) {
    let treasurer = treasurer(&app).await;
    let act = IssueEpins { idempotency_key: Some("k1".to_owned()), ..wish(3, "10", None) };
    let acts = (0..8).map(|_| {
        let (services, who, act) = (app.services.clone(), treasurer.clone(), act.clone());
        async move { issue_epins(&services, &who, &act).await }
    });
    let (won, lost) = all_at_once(acts).await;
    assert_eq!((won.len(), lost.len(), app.count("epins").await, app.count("epin_batches").await), (8, 0, 3, 1));
    assert!(won.iter().all(|issued| {
        issued.codes.iter().map(|(pin, code)| (pin, code.expose())).eq(won[0].codes.iter().map(|(pin, code)| (pin, code.expose())))
    }));
    let other = IssueEpins { count: 4, ..act };
    assert_eq!(refusal(issue_epins(&app.services, &treasurer, &other).await), Refusal::IdempotencyConflict);
}

async fn what_cannot_be_issued(app: App) {
    let treasurer = treasurer(&app).await;
    let refused = async |act: IssueEpins| refusal(issue_epins(&app.services, &treasurer, &act).await);
    for count in [0, 501] {
        assert!(matches!(refused(wish(count, "10", None)).await, Refusal::InvalidEpinBatch { .. }), "{count}");
    }
    let over = IssueEpins { expires_at: Some(app.services.now()), ..wish(1, "10", None) };
    assert!(matches!(refused(over).await, Refusal::InvalidEpinBatch { .. }));
    for amount in ["0", "-1", "1e400", "0.00000000000000000001", "922337203685477.5808", "10.005", ""] {
        assert!(matches!(refused(wish(1, amount, None)).await, Refusal::InvalidAmount { .. }), "{amount}");
    }
    assert!(matches!(refused(wish(500, "99999999999999.99", None)).await, Refusal::InvalidAmount { .. }), "the sum is too large");
    assert_eq!(refused(wish(1, "10", Some(999))).await, Refusal::PartnerUnknown);
    assert_eq!(refused(IssueEpins { reason: " ".to_owned(), ..wish(1, "10", None) }).await, Refusal::InvalidReason);
    assert_eq!((app.count("epins").await, app.count("journals").await), (0, 0));
}

async fn every_act_on_pins_knows_who_may_do_it(app: App) {
    let treasurer = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    for partner in [&root, &anna, &other] {
        secret(&app, partner).await;
    }
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Payouts).collect();
    let (unscoped, member) = (app.operator("unscoped", &scopes).await, app.member("member").await.principal);
    let (pin, code) = issue(&app, &treasurer, 1, "10", Some(anna.number)).await.codes[0].clone();
    let missing = Refusal::ScopeMissing { scope: "payouts" };
    let run = async |act: usize, who: &Principal| match act {
        0 => issue_epins(&app.services, who, &wish(1, "10", None)).await.map(|issued| issued.batch),
        1 => set_epin_blocked(&app.services, who, &barred(pin)).await,
        2 => set_epin_blocked(&app.services, who, &SetEpinBlocked { epin: pin, blocked: false, reason: "found".to_owned() }).await,
        3 => transfer_epin(&app.services, who, &pass(pin, &other)).await,
        4 => renew_epin_code(&app.services, who, &renewal(pin, None)).await.map(|_| 0),
        _ => redeem_epin(&app.services, who, &redeem(&code, Some("1"))).await,
    };
    for act in 0..6 {
        assert!(matches!(run(act, &Principal::Anonymous).await, Err(Error::Unauthenticated)), "{act}");
        for (who, principal) in [("upline", &root.member.principal), ("another", &other.member.principal)] {
            let expected = if act < 3 { &missing } else { &Refusal::EpinUnknown };
            assert_eq!(&refusal(run(act, principal).await), expected, "{act} by {who}");
        }
        for (who, principal) in [("no partner", &member), ("another operator", &unscoped)] {
            let expected = if act < 3 { &missing } else { &Refusal::NotPartner };
            assert_eq!(&refusal(run(act, principal).await), expected, "{act} by {who}");
        }
    }
    assert_eq!(refusal(run(1, &anna.member.principal).await), missing, "the owner does not block");
    run(1, &treasurer).await.unwrap();
    assert_eq!(refusal(run(5, &anna.member.principal).await), Refusal::EpinNotUsable { why: "is blocked: ask the company" });
    assert_eq!(refusal(run(3, &anna.member.principal).await), Refusal::EpinNotUsable { why: "is blocked: ask the company" });
    run(2, &treasurer).await.unwrap();
    run(5, &anna.member.principal).await.unwrap();
    run(3, &treasurer).await.unwrap();
    let audited: i64 = app.count("audit_entries WHERE action IN ('issueEpins', 'blockEpin', 'unblockEpin', 'transferEpin')").await;
    assert_eq!(audited, 4);
}

async fn codes_stand_nowhere(app: App) {
    let treasurer = treasurer(&app).await;
    let act = IssueEpins { idempotency_key: Some("k1".to_owned()), ..wish(1, "10", None) };
    let issued = issue_epins(&app.services, &treasurer, &act).await.unwrap();
    let bare = issued.codes[0].1.expose().replace('-', "");
    for (table, text) in
        [("idempotency_keys", "outcome"), ("events", "payload"), ("audit_entries", "detail"), ("journals", "coalesce(memo, '')")]
    {
        let found: i64 = app.count(&format!("{table} WHERE replace({text}, '-', '') LIKE '%{bare}%'")).await;
        assert_eq!(found, 0, "{table}");
    }
    assert!(format!("{issued:?}").contains("***"));
    let ending: String = app.value("SELECT ending FROM epins", []).await;
    assert_eq!((ending.len(), bare.ends_with(&ending)), (4, true));
}

async fn pins_over_graphql(app: App) {
    let served = Served::start(&app).await;
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    let (anna, other) = (app.join("anna", None, None).await.unwrap(), app.join("other", None, None).await.unwrap());
    credit(&app, &finance.principal, anna.number, "5").await;
    let ask = async |token: &str, document: &str, input: serde_json::Value| {
        served.answer(Some(token), document, json!({ "input": input })).await["data"].clone()
    };
    let issue = "mutation ($input: IssueEpinsInput!) { issueEpins(input: $input) { batchNumber issued { number code } userErrors { code field } } }";
    let input = json!({ "count": 2, "amount": { "amount": "12.50" }, "funding": "GIFT", "ownerNumber": anna.number.to_string(), "reason": "welcome" });
    let made = ask(finance.token(), issue, input).await["issueEpins"].clone();
    assert_eq!((made["issued"].as_array().map(Vec::len), &made["userErrors"]), (Some(2), &json!([])), "{made}");
    let redeem = "mutation ($input: RedeemEpinInput!) { redeemEpin(input: $input) { journalNumber wallet { available { amount } } userErrors { code field } } }";
    let code = made["issued"][0]["code"].as_str().unwrap().to_lowercase().replace('-', " ");
    let stolen = ask(other.member.token(), redeem, json!({ "code": code })).await["redeemEpin"].clone();
    assert_eq!(stolen["userErrors"], json!([{ "code": "EPIN_UNKNOWN", "field": ["input", "code"] }]));
    let paid = ask(anna.member.token(), redeem, json!({ "code": code, "amount": { "amount": "2.50" } })).await["redeemEpin"].clone();
    assert_eq!((&paid["wallet"]["available"]["amount"], &paid["userErrors"]), (&json!("7.5"), &json!([])), "{paid}");
    let list = "{ viewer { partner { epins(first: 5) { totalCount nodes { ending remaining { amount } status owner { number } } } } } }";
    let seen = served.ask(anna.member.token(), list).await["viewer"]["partner"]["epins"].clone();
    assert_eq!(
        (&seen["totalCount"], &seen["nodes"][1]["remaining"]["amount"], &seen["nodes"][1]["status"]),
        (&json!("2"), &json!("10"), &json!("ACTIVE"))
    );
    let operators = "{ operator { epins(first: 1, filter: { statuses: [ACTIVE] }) { totalCount nodes { id number } } } }";
    let all = served.ask(finance.token(), operators).await["operator"]["epins"].clone();
    assert_eq!(all["totalCount"], "2");
    let node = format!("{{ node(id: {}) {{ ... on Epin {{ ending }} }} }}", all["nodes"][0]["id"]);
    assert_eq!(served.ask(other.member.token(), &node).await["node"], json!(null), "hidden like absent");
    assert!(served.ask(anna.member.token(), &node).await["node"]["ending"].is_string());
}
