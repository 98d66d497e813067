//! Rivals, and requests that are repeated (promises P05, P07).

use upline::commands::payouts::request_payout;
use upline::domain::accounts::Scope;
use upline::domain::payouts::PayoutStatus;
use upline::domain::refusal::Refusal;

use super::super::{available, credit, sum, treasurer};
use super::{Act, held, request, status, walk, wish};
use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    of_rival_requests_one_wins,
    two_operators_complete_a_payout_once,
    a_payout_is_cancelled_or_approved_never_both,
    two_first_approvals_at_once_are_one_of_each,
    one_key_has_one_effect,
);

async fn of_rival_requests_one_wins(app: App) {
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "5000").await;
    for round in 1..=3 {
        let acts = (0..30).map(|_| {
            let (app, who) = (app.clone(), anna.member.principal.clone());
            async move { request_payout(&app.services, &who, &wish("100")).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (1, vec![Refusal::PayoutAlreadyPending; 29]));
        assert_eq!((app.count("payouts").await, held(&app, anna.number).await), (round, 1_000_000));
        walk(&app, &operator, done[0], &[Act::Reject]).await;
    }
    assert_eq!(available(&app, anna.number).await, 50_000_000);
}

async fn two_operators_complete_a_payout_once(app: App) {
    let (first, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    let second = app.operator("second", &[Scope::Payouts]).await;
    credit(&app, &first, anna.number, "5000").await;
    for _ in 0..5 {
        let payout = request(&app, &anna.member.principal, "100").await;
        walk(&app, &first, payout, &[Act::Approve, Act::Start]).await;
        let journals = app.count("journals").await;
        let acts = (0..8).map(|index| {
            let (app, who) = (app.clone(), [&first, &second][index % 2].clone());
            let act = if index < 6 { Act::Complete } else { Act::Fail };
            async move { act.run(&app, &who, payout).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals.len(), app.count("journals").await), (1, 7, journals + 1));
        assert!(refusals.iter().all(|refusal| matches!(refusal, Refusal::PayoutMovedOn { .. })), "{refusals:?}");
        assert_eq!(held(&app, anna.number).await, 0);
    }
}

async fn a_payout_is_cancelled_or_approved_never_both(app: App) {
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "5000").await;
    for _ in 0..10 {
        let payout = request(&app, &anna.member.principal, "100").await;
        let acts = [(Act::Cancel, anna.member.principal.clone()), (Act::Approve, operator.clone())].map(|(act, who)| {
            let app = app.clone();
            async move { act.run(&app, &who, payout).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals.len()), (1, 1));
        match status(&app, payout).await.as_str() {
            "CANCELLED" => assert_eq!(refusals, [Refusal::PayoutMovedOn { status: PayoutStatus::Cancelled }]),
            "APPROVED" => {
                assert_eq!(refusals, [Refusal::PayoutMovedOn { status: PayoutStatus::Approved }]);
                walk(&app, &operator, payout, &[Act::Reject]).await;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((available(&app, anna.number).await, held(&app, anna.number).await), (50_000_000, 0));
}

async fn two_first_approvals_at_once_are_one_of_each(app: App) {
    let (first, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    let second = app.operator("second", &[Scope::Payouts]).await;
    credit(&app, &first, anna.number, "5000").await;
    let payout = request(&app, &anna.member.principal, "2000").await;
    let acts = [&first, &first, &first].map(|who| {
        let (app, who) = (app.clone(), who.clone());
        async move { Act::Approve.run(&app, &who, payout).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals, status(&app, payout).await.as_str()), (1, vec![Refusal::SecondApproverNeeded; 2], "PENDING"));
    walk(&app, &second, payout, &[Act::Approve]).await;
    assert_eq!(status(&app, payout).await, "APPROVED");
}

async fn one_key_has_one_effect(app: App) {
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "5000").await;
    let mut act = wish("100");
    act.idempotency_key = Some("key-1".to_owned());
    let acts = (0..20).map(|_| {
        let (app, who, act) = (app.clone(), anna.member.principal.clone(), act.clone());
        async move { request_payout(&app.services, &who, &act).await }
    });
    let (mut payouts, refusals) = all_at_once(acts).await;
    assert_eq!((payouts.len(), refusals.len()), (20, 0));
    payouts.dedup();
    assert_eq!((payouts.len(), app.count("payouts").await, held(&app, anna.number).await), (1, 1, 1_000_000));
    let payout = payouts[0];
    for other in [
        upline::commands::payouts::RequestPayout { sum: sum("101"), ..act.clone() },
        upline::commands::payouts::RequestPayout { details: Some(super::card("5200000000007313")), ..act.clone() },
    ] {
        assert_eq!(refusal(request_payout(&app.services, &anna.member.principal, &other).await), Refusal::IdempotencyConflict);
    }
    for step in [Act::Approve, Act::Start, Act::Complete] {
        let history = app.count("payout_history").await;
        let acts = (0..20).map(|_| {
            let (app, who) = (app.clone(), operator.clone());
            async move { step.keyed(&app, &who, payout, Some("once")).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done, refusals), (vec![payout; 20], Vec::new()), "{step:?}");
        assert_eq!(app.count("payout_history").await, history + 1, "{step:?}");
        assert_eq!(refusal(step.keyed(&app, &operator, payout + 1, Some("once")).await), Refusal::IdempotencyConflict);
    }
    assert_eq!(app.count("journals").await, 3);
    // The answer outlives the state.
    assert_eq!(request_payout(&app.services, &anna.member.principal, &act).await.unwrap(), payout);
    assert_eq!(app.count("payouts").await, 1);
}
