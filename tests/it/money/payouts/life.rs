//! The life of a payout: its states, its money, its history.

use upline::auth::principal::Principal;
use upline::commands::payouts::request_payout;
use upline::domain::accounts::Scope;
use upline::domain::amount::Amount;
use upline::domain::ledger::Pocket;
use upline::domain::pages::Page;
use upline::domain::payouts::PayoutStatus;
use upline::domain::refusal::Refusal;
use upline::domain::wallets::{Balance, MovementFilter};
use upline::store::wallets::{self, movements};

use super::super::{available, credit, sum, treasurer};
use super::{Act, held, request, status, walk, wish};
use crate::app::{App, TestPartner, on_both_databases, refusal};

on_both_databases!(
    a_payout_leaves_the_wallet_when_it_has_arrived,
    the_money_is_available_again_however_a_payout_ends,
    every_act_is_refused_in_every_other_state,
    large_payouts_need_two_operators,
    what_a_request_lacks_is_told_in_the_order_of_the_contract,
    only_one_payout_is_open_at_a_time,
);

async fn rich(app: &App, amount: &str) -> (Principal, TestPartner) {
    let (operator, anna) = (treasurer(app).await, app.join("anna", None, None).await.unwrap());
    credit(app, &operator, anna.number, amount).await;
    (operator, anna)
}

async fn wallet(app: &App, partner: i64) -> (Balance, Amount) {
    let (reader, currency) = (app.services.database.reader(), "USD".parse().unwrap());
    let balance = wallets::balances(reader, &[partner], currency).await.unwrap().remove(&partner).unwrap_or_default();
    let turnover = wallets::turnovers(reader, &[partner], currency).await.unwrap().remove(&partner).unwrap_or_default();
    (balance, turnover.withdrawn)
}

/// Kind, subject and amount of each movement on a pocket, the oldest first.
async fn statement(app: &App, partner: i64, pocket: Pocket) -> Vec<(String, String, String)> {
    let filter = MovementFilter { pocket, kinds: Vec::new(), from: None, before: None };
    let page = Page { limit: 50, after: None, before: None, from_end: false };
    let reader = app.services.database.reader();
    let found = movements(reader, &[partner], "USD".parse().unwrap(), &filter, &page).await.unwrap().remove(&partner).unwrap_or_default();
    found.rows.into_iter().rev().map(|row| (row.kind.to_string(), row.subject, row.amount.to_string())).collect()
}

fn line(kind: &str, subject: &str, amount: &str) -> (String, String, String) {
    (kind.to_owned(), subject.to_owned(), amount.to_owned())
}

async fn a_payout_leaves_the_wallet_when_it_has_arrived(app: App) {
    let (operator, anna) = rich(&app, "500").await;
    let app = app.with(&["payout.fee=1.50"]);
    let payout = request(&app, &anna.member.principal, "200").await;
    let subject = format!("payout:{payout}");
    let amounts = |available: i64, held: i64, withdrawn: i64| {
        let [available, held, withdrawn] = [available, held, withdrawn].map(Amount::from_units);
        (Balance { available, held, ..Balance::default() }, withdrawn)
    };
    assert_eq!(wallet(&app, anna.number).await, amounts(2_985_000, 2_015_000, 0));
    walk(&app, &operator, payout, &[Act::Approve, Act::Start]).await;
    assert_eq!(wallet(&app, anna.number).await, amounts(2_985_000, 2_015_000, 0), "on its way it is the partner's still");
    walk(&app, &operator, payout, &[Act::Complete]).await;
    assert_eq!(wallet(&app, anna.number).await, amounts(2_985_000, 0, 2_015_000));

    let expected = [line("WALLET_CREDIT", &format!("partner:{}", anna.number), "500"), line("PAYOUT_REQUEST", &subject, "-201.5")];
    assert_eq!(statement(&app, anna.number, Pocket::Available).await, expected);
    let expected = [line("PAYOUT_REQUEST", &subject, "201.5"), line("PAYOUT_COMPLETION", &subject, "-201.5")];
    assert_eq!(statement(&app, anna.number, Pocket::Held).await, expected);
    for (book, sum) in [("CASH", 2_000_000), ("FEES", 15_000)] {
        let sql =
            "SELECT CAST(sum(p.amount) AS BIGINT) FROM postings AS p JOIN ledger_accounts AS a ON a.id = p.account_id WHERE a.kind = $1";
        assert_eq!(app.value::<i64>(sql, [book.into()]).await, sum, "{book}");
    }
    let hold: String = app.value("SELECT state FROM holds WHERE subject = $1", [subject.clone().into()]).await;
    assert_eq!((hold.as_str(), status(&app, payout).await.as_str()), ("POSTED", "COMPLETED"));
    let told: Vec<_> = app.events().await.into_iter().filter(|(kind, _)| kind == "PAYOUT_STATUS_CHANGED").map(|event| event.1).collect();
    let payload = |status: &str| format!(r#"{{"payout":{payout},"partner":{},"status":"{status}"}}"#, anna.number);
    assert_eq!(told, ["PENDING", "APPROVED", "PROCESSING", "COMPLETED"].map(payload));
    for action in ["approvePayout", "startPayout", "completePayout"] {
        let sql = "SELECT count(*) FROM audit_entries WHERE action = $1 AND subject = $2 AND account_id = $3";
        let actor = operator.caller().unwrap().account_id;
        assert_eq!(app.value::<i64>(sql, [action.into(), subject.clone().into(), actor.into()]).await, 1, "{action}");
    }
    assert_eq!((app.count("payout_history").await, app.count("audit_entries WHERE action LIKE '%Payout'").await), (4, 3));
}

async fn the_money_is_available_again_however_a_payout_ends(app: App) {
    let (operator, anna) = rich(&app, "500").await;
    let app = app.with(&["payout.fee=0.01"]);
    let ends: [(&[Act], Act, &str); 4] = [
        (&[], Act::Cancel, "CANCELLED"),
        (&[], Act::Reject, "REJECTED"),
        (&[Act::Approve], Act::Reject, "REJECTED"),
        (&[Act::Approve, Act::Start], Act::Fail, "REJECTED"),
    ];
    for (acts, end, expected) in ends {
        let payout = request(&app, &anna.member.principal, "499.99").await;
        assert_eq!((available(&app, anna.number).await, held(&app, anna.number).await), (0, 5_000_000));
        walk(&app, &operator, payout, acts).await;
        let who = if end == Act::Cancel { &anna.member.principal } else { &operator };
        end.run(&app, who, payout).await.unwrap();
        assert_eq!((available(&app, anna.number).await, held(&app, anna.number).await), (5_000_000, 0));
        assert_eq!(status(&app, payout).await, expected);
        let hold: String = app.value("SELECT state FROM holds WHERE subject = $1", [format!("payout:{payout}").into()]).await;
        let reason: Option<String> = app.value("SELECT rejection_reason FROM payouts WHERE id = $1", [payout.into()]).await;
        assert_eq!((hold.as_str(), reason.is_some()), ("VOIDED", expected == "REJECTED"));
    }
    assert_eq!(wallet(&app, anna.number).await.1, Amount::ZERO);
}

async fn every_act_is_refused_in_every_other_state(app: App) {
    let (operator, anna) = rich(&app, "5000").await;
    let states: [(&[Act], PayoutStatus, &[Act]); 6] = [
        (&[], PayoutStatus::Pending, &[Act::Cancel, Act::Approve, Act::Reject]),
        (&[Act::Approve], PayoutStatus::Approved, &[Act::Reject, Act::Start]),
        (&[Act::Approve, Act::Start], PayoutStatus::Processing, &[Act::Complete, Act::Fail]),
        (&[Act::Approve, Act::Start, Act::Complete], PayoutStatus::Completed, &[]),
        (&[Act::Approve, Act::Start, Act::Fail], PayoutStatus::Rejected, &[]),
        (&[Act::Reject], PayoutStatus::Rejected, &[]),
    ];
    for (acts, stands, allowed) in states {
        let payout = request(&app, &anna.member.principal, "100").await;
        walk(&app, &operator, payout, acts).await;
        let journals = app.count("journals").await;
        // A problem is looked into in any state.
        for act in Act::ALL.into_iter().filter(|act| *act != Act::Clear && !allowed.contains(act)) {
            let who = if act == Act::Cancel { &anna.member.principal } else { &operator };
            assert_eq!(refusal(act.run(&app, who, payout).await), Refusal::PayoutMovedOn { status: stands }, "{act:?} when {stands}");
        }
        assert_eq!((app.count("journals").await, status(&app, payout).await), (journals, stands.to_string()));
        // The way is free for the next one.
        match stands {
            PayoutStatus::Pending | PayoutStatus::Approved => walk(&app, &operator, payout, &[Act::Reject]).await,
            PayoutStatus::Processing => walk(&app, &operator, payout, &[Act::Fail]).await,
            _ => {}
        }
    }
    for act in Act::ALL {
        let who = if act == Act::Cancel { &anna.member.principal } else { &operator };
        assert_eq!(refusal(act.run(&app, who, 999).await), Refusal::PayoutUnknown, "{act:?}");
    }
}

async fn large_payouts_need_two_operators(app: App) {
    let (first, anna) = rich(&app, "5000").await;
    let second = app.operator("second", &[Scope::Payouts]).await;
    let payout = request(&app, &anna.member.principal, "1000").await;
    walk(&app, &first, payout, &[Act::Approve]).await;
    assert_eq!(status(&app, payout).await, "PENDING");
    assert_eq!(refusal(Act::Approve.run(&app, &first, payout).await), Refusal::SecondApproverNeeded);
    assert_eq!(refusal(Act::Start.run(&app, &second, payout).await), Refusal::PayoutMovedOn { status: PayoutStatus::Pending });
    walk(&app, &second, payout, &[Act::Approve]).await;
    assert_eq!((status(&app, payout).await.as_str(), app.count("payout_history").await), ("APPROVED", 3));
    assert_eq!(app.count("audit_entries WHERE action = 'approvePayout'").await, 2);
    let told: Vec<_> = app.events().await.into_iter().filter(|(kind, _)| kind.starts_with("PAYOUT_")).map(|event| event.0).collect();
    assert_eq!(told, ["PAYOUT_STATUS_CHANGED", "PAYOUT_FIRST_APPROVED", "PAYOUT_STATUS_CHANGED"]);
    walk(&app, &first, payout, &[Act::Start, Act::Complete]).await;
    // Just below, one is enough; and what one has approved, the partner may take back.
    let payout = request(&app, &anna.member.principal, "999.99").await;
    walk(&app, &first, payout, &[Act::Approve, Act::Reject]).await;
    let payout = request(&app, &anna.member.principal, "1000").await;
    walk(&app, &first, payout, &[Act::Approve]).await;
    Act::Cancel.run(&app, &anna.member.principal, payout).await.unwrap();
    // With 0 in the configuration every payout needs two.
    let strict = app.with(&["payout.four_eyes_from=0"]);
    let payout = request(&strict, &anna.member.principal, "100").await;
    walk(&strict, &first, payout, &[Act::Approve]).await;
    assert_eq!(status(&app, payout).await, "PENDING");
}

async fn what_a_request_lacks_is_told_in_the_order_of_the_contract(app: App) {
    let (operator, anna) = rich(&app, "50").await;
    let app = app.with(&["payout.fee=2"]);
    let who = &anna.member.principal;
    let ask = async |amount: &str, bare: bool| {
        let mut act = wish(amount);
        act.details = act.details.filter(|_| !bare);
        refusal(request_payout(&app.services, who, &act).await)
    };
    let minimum = Refusal::BelowPayoutMinimum { minimum: Amount::from_units(1_000_000) };
    assert_eq!(ask("99.99", true).await, minimum);
    assert_eq!(ask("100", true).await, Refusal::InsufficientFunds);
    credit(&app, &operator, anna.number, "51.99").await;
    assert_eq!(ask("100", true).await, Refusal::InsufficientFunds, "the fee counts");
    credit(&app, &operator, anna.number, "0.01").await;
    assert_eq!(ask("100", true).await, Refusal::PayoutDetailsRequired);
    for amount in ["0", "-5", "1e3", "100.001", "NaN", "", "922337203685477.5807"] {
        assert!(matches!(ask(amount, false).await, Refusal::InvalidAmount { .. }), "{amount}");
    }
    let mut euros = wish("100");
    euros.sum.currency = Some("EUR".to_owned());
    let known = Refusal::CurrencyUnknown { named: "EUR".to_owned(), known: "USD" };
    assert_eq!(refusal(request_payout(&app.services, who, &euros).await), known);
    let mut wrong = wish("100");
    wrong.details = Some(super::card("1234"));
    assert!(matches!(refusal(request_payout(&app.services, who, &wrong).await), Refusal::InvalidPayoutDetails { field: "cardNumber", .. }));
    let payout = request(&app, who, "100").await;
    assert_eq!(ask("1", true).await, Refusal::PayoutAlreadyPending);
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(ask("1", true).await, Refusal::PartnerNotActive);
    Act::Cancel.run(&app, who, payout).await.unwrap();
    assert_eq!((sum("100").currency, available(&app, anna.number).await), (None, 1_020_000));
}

async fn only_one_payout_is_open_at_a_time(app: App) {
    let (operator, anna) = rich(&app, "5000").await;
    let who = &anna.member.principal;
    let payout = request(&app, who, "100").await;
    for act in [Act::Approve, Act::Start, Act::Complete] {
        assert_eq!(refusal(request_payout(&app.services, who, &wish("100")).await), Refusal::PayoutAlreadyPending, "before {act:?}");
        walk(&app, &operator, payout, &[act]).await;
    }
    request(&app, who, "100").await;
    assert_eq!((app.count("payouts").await, held(&app, anna.number).await), (2, 1_000_000));
}
