//! What the bank says and the books do not take (promise P07).

use std::collections::BTreeMap;
use std::fs;

use upline::commands::payouts::{Taken, rail, take_result};
use upline::domain::accounts::Scope;
use upline::domain::payouts::{BankResult, PayoutStatus, ProblemKind};
use upline::domain::refusal::Refusal;
use upline::jobs::payouts::carry;

use super::super::super::available;
use super::super::{Act, answer_for_the_bank, held, status, walk};
use super::by_hand::{kind, nobody_fails};
use super::folder::{Place, known};
use super::provider::{Mood, Provider, word};
use super::{approved, problem};
use crate::app::{App, all_at_once, on_both_databases};

on_both_databases!(
    what_the_bank_said_and_nobody_could_book_stays_until_it_is,
    a_refusal_that_could_not_be_booked_is_failed_by_hand,
    a_refusal_after_a_payment_that_could_not_be_booked_gives_nothing_back,
    a_problem_without_a_kind_is_a_silence,
);

fn hold(payout: i64, state: &str, was: &str) -> String {
    format!("UPDATE holds SET state = '{state}' WHERE subject = 'payout:{payout}' AND state = '{was}'")
}

async fn what_the_bank_said_and_nobody_could_book_stays_until_it_is(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let (rail, (partner, payout)) = (place.rail(&app).await, made[0]);
    carry(&app.services, &rail).await.unwrap();
    app.execute(&hold(payout, "VOIDED", "OPEN"), []).await;
    place.write("results/a.csv", &format!("payout,result,reference\n{payout},COMPLETED,b-1\n"));
    for _ in 0..3 {
        carry(&app.services, &rail).await.unwrap();
        assert_eq!(kind(&app, payout).await.as_deref(), Some("PAID_NOT_BOOKED"));
        assert!(problem(&app, payout).await.unwrap().starts_with("the bank says COMPLETED (b-1), which cannot be booked: "));
        // The rail says that it has it, and later that it does not answer.
        app.clock.advance(6 * 3600);
    }
    let away = place.path.with_extension("away");
    fs::rename(&place.path, &away).unwrap();
    carry(&app.services, &rail).await.unwrap();
    fs::rename(&away, &place.path).unwrap();
    assert_eq!((status(&app, payout).await.as_str(), kind(&app, payout).await.as_deref()), ("PROCESSING", Some("PAID_NOT_BOOKED")));
    assert_eq!(app.count("audit_entries WHERE action = 'leaveResultUnbooked'").await, 1);
    nobody_fails(&app, payout, "paid").await;
    app.execute(&hold(payout, "OPEN", "VOIDED"), []).await;
    let operator = app.operator("second", &[Scope::Payouts]).await;
    walk(&app, &operator, payout, &[Act::Complete]).await;
    assert_eq!(
        (status(&app, payout).await.as_str(), kind(&app, payout).await, available(&app, partner).await),
        ("COMPLETED", None, 4_000_000)
    );
}

async fn a_refusal_that_could_not_be_booked_is_failed_by_hand(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    provider.treat(payout, Mood::Deaf(1));
    carry(&app.services, &provider).await.unwrap();
    app.execute(&hold(payout, "VOIDED", "OPEN"), []).await;
    provider.say(vec![word(payout, BankResult::Failed, "x-1")]);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(kind(&app, payout).await.as_deref(), Some("UNPAID_NOT_BOOKED"));
    // The bank has spoken of it: it is not handed over again, though the rail knows nothing of it.
    app.clock.advance(6 * 3600);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!((provider.seen(), kind(&app, payout).await.as_deref()), ((BTreeMap::new(), 0), Some("UNPAID_NOT_BOOKED")));
    app.execute(&hold(payout, "OPEN", "VOIDED"), []).await;
    let operator = app.operator("second", &[Scope::Payouts]).await;
    let acts = (0..4).map(|_| {
        let (app, who) = (app.clone(), operator.clone());
        async move { answer_for_the_bank(&app, &who, payout).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals), (1, vec![Refusal::PayoutMovedOn { status: PayoutStatus::Rejected }; 3]));
    assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("REJECTED", 5_000_000));
}

async fn a_refusal_after_a_payment_that_could_not_be_booked_gives_nothing_back(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    provider.treat(payout, Mood::Late(9));
    carry(&app.services, &provider).await.unwrap();
    app.execute(&hold(payout, "VOIDED", "OPEN"), []).await;
    provider.say(vec![word(payout, BankResult::Completed, "x-1")]);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(kind(&app, payout).await.as_deref(), Some("PAID_NOT_BOOKED"));
    let paid = problem(&app, payout).await.unwrap();
    // Neither while it could not be booked, nor when it could.
    rail::not_booked(&app.services, &word(payout, BankResult::Failed, "x-2"), "the books are shut").await.unwrap();
    app.execute(&hold(payout, "OPEN", "VOIDED"), []).await;
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    let contradiction = format!("the bank says FAILED (x-2); before that, {paid}");
    for round in 0..3 {
        provider.say(vec![word(payout, BankResult::Failed, "x-2")]);
        carry(&app.services, &provider).await.unwrap();
        let refused = take_result(&app.services, &clerk, &word(payout, BankResult::Failed, "x-3")).await.unwrap();
        assert_eq!((refused, kind(&app, payout).await.as_deref()), (Taken::Contradicts, Some("CONTRADICTED")), "{round}");
        assert_eq!(problem(&app, payout).await.as_ref(), Some(&contradiction), "{round}");
        assert_eq!((available(&app, partner).await, held(&app, partner).await), (4_000_000, 1_000_000), "{round}");
        app.clock.advance(6 * 3600);
    }
    assert_eq!((status(&app, payout).await.as_str(), provider.seen().1), ("PROCESSING", 0));
    assert_eq!(app.count("audit_entries WHERE action = 'contradictPayout'").await, 1);
    nobody_fails(&app, payout, "contradicted").await;
    // Somebody has asked the bank.
    walk(&app, &clerk, payout, &[Act::Clear]).await;
    assert_eq!(take_result(&app.services, &clerk, &word(payout, BankResult::Failed, "x-2")).await.unwrap(), Taken::Now);
    assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("REJECTED", 5_000_000));
}

async fn a_problem_without_a_kind_is_a_silence(app: App) {
    let payout = approved(&app, 1).await[0].1;
    app.execute("UPDATE payouts SET problem = 'gone', problem_kind = NULL WHERE id = $1", [payout.into()]).await;
    let problem = known(&app, payout).await.problem.unwrap();
    assert_eq!((problem.kind, problem.text.as_str()), (ProblemKind::Silent, "gone"));
}
