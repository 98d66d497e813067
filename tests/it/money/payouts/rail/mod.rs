//! What carries payouts by itself (promise P07).

mod by_hand;
mod folder;
pub mod provider;
mod shares;
mod unbooked;

use std::collections::BTreeMap;

use upline::commands::payouts::rail::{self, Heard, Told};
use upline::commands::payouts::start_batch;
use upline::domain::accounts::Scope;
use upline::domain::payouts::{BankResult, PayoutStatus};
use upline::domain::refusal::Refusal;
use upline::jobs::payouts::carry;
use upline::outbound::payouts::Rail as _;

use self::provider::{MOODS, Mood, Provider, word};
use super::super::{available, credit, rounds, treasurer};
use super::{Act, answer_for_the_bank, held, request, status, walk};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(
    whatever_the_provider_does_each_payout_is_charged_once_and_comes_to_its_end,
    a_worker_that_dies_at_any_step_leaves_nothing_unpaid_or_paid_twice,
    a_worker_that_wakes_up_late_charges_nothing_twice,
    of_rival_workers_one_hands_a_payout_over,
    what_contradicts_the_known_end_is_shown_and_changes_no_money,
    pauses_grow_while_nothing_is_known,
    what_nobody_approved_or_people_carry_is_left_alone,
    what_was_looked_into_may_leave,
    what_the_rail_has_forgotten_is_not_handed_over_again,
    what_the_bank_speaks_of_too_early_is_not_handed_over,
    what_cannot_be_done_keeps_nothing_else_back,
    nobody_fails_by_hand_what_the_bank_may_pay_yet,
);

/// Approved payouts of 100 each, of partners with 500 each; partner and payout.
pub async fn approved(app: &App, count: usize) -> Vec<(i64, i64)> {
    let operator = treasurer(app).await;
    let mut made = Vec::new();
    for index in 0..count {
        let partner = app.join(&format!("partner{index}"), None, None).await.unwrap();
        credit(app, &operator, partner.number, "500").await;
        let payout = request(app, &partner.member.principal, "100").await;
        walk(app, &operator, payout, &[Act::Approve]).await;
        made.push((partner.number, payout));
    }
    made
}

pub async fn problem(app: &App, payout: i64) -> Option<String> {
    app.value("SELECT problem FROM payouts WHERE id = $1", [payout.into()]).await
}

/// Rounds, six hours apart, until all payouts have ended; how many it took.
async fn settle(app: &App, provider: &Provider) -> u32 {
    for round in 1..=20 {
        carry(&app.services, provider).await.unwrap();
        if app.count("payouts WHERE status IN ('APPROVED', 'PROCESSING')").await == 0 {
            // What is still to be said is said.
            carry(&app.services, provider).await.unwrap();
            return round;
        }
        app.clock.advance(6 * 3600);
    }
    panic!("payouts are stuck");
}

async fn whatever_the_provider_does_each_payout_is_charged_once_and_comes_to_its_end(app: App) {
    let count = MOODS.len() * usize::try_from(rounds(1)).unwrap();
    let (made, provider) = (approved(&app, count).await, Provider::default());
    for ((_, payout), mood) in made.iter().zip(MOODS.into_iter().cycle()) {
        provider.treat(*payout, mood);
    }
    let rounds = settle(&app, &provider).await;
    let (charges, again) = provider.seen();
    eprintln!(
        "{count} payouts in {} moods: {} charges, {again} handed over again, none stuck after {rounds} rounds",
        MOODS.len(),
        charges.len()
    );
    assert_eq!((charges, again), (made.iter().map(|made| (made.1, 1)).collect::<BTreeMap<_, _>>(), 0));
    // A look takes a hundred.
    assert!(rounds as usize <= 6 + count / 50, "{rounds} rounds");
    for ((partner, payout), mood) in made.into_iter().zip(MOODS.into_iter().cycle()) {
        let (end, left) = if mood == Mood::Refuses { ("REJECTED", 5_000_000) } else { ("COMPLETED", 4_000_000) };
        assert_eq!(
            (status(&app, payout).await.as_str(), available(&app, partner).await, held(&app, partner).await),
            (end, left, 0),
            "{mood:?}"
        );
        assert_eq!(app.count(&format!("journals WHERE subject = 'payout:{payout}'")).await, 2, "{mood:?}");
    }
    assert_eq!(app.count("payouts WHERE rail_due_at IS NOT NULL").await, 0);
}

async fn a_worker_that_dies_at_any_step_leaves_nothing_unpaid_or_paid_twice(app: App) {
    let (made, provider) = (approved(&app, 4).await, Provider::default());
    let due = rail::due(&app.services).await.unwrap();
    // Before anything was handed over; after it was, but before the answer was noted; after the answer was noted; and never begun.
    let first = rail::take(&app.services, due[0]).await.unwrap().unwrap();
    let second = rail::take(&app.services, due[1]).await.unwrap().unwrap();
    provider.send(&second.instruction).await.unwrap();
    let third = rail::take(&app.services, due[2]).await.unwrap().unwrap();
    provider.treat(made[2].1, Mood::Late(1));
    provider.send(&third.instruction).await.unwrap();
    assert!(rail::tell(&app.services, &third, Told::Carried).await.unwrap());
    assert_eq!((first.attempt, second.attempt, third.attempt), (1, 1, 1));
    // Nobody else touches them before the lease is over.
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(provider.seen().0.keys().copied().collect::<Vec<_>>(), [made[1].1, made[2].1, made[3].1]);
    assert_eq!(status(&app, made[0].1).await, "PROCESSING");
    settle(&app, &provider).await;
    assert_eq!(provider.seen(), (made.iter().map(|made| (made.1, 1)).collect(), 0));
    for (partner, payout) in made {
        assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("COMPLETED", 4_000_000));
    }
}

async fn a_worker_that_wakes_up_late_charges_nothing_twice(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    provider.treat(made[0].1, Mood::Late(5));
    let due = rail::due(&app.services).await.unwrap();
    let stalled = rail::take(&app.services, due[0]).await.unwrap().unwrap();
    app.clock.advance(60);
    carry(&app.services, &provider).await.unwrap();
    // It hands over what it took; the number is the key.
    provider.send(&stalled.instruction).await.unwrap();
    assert!(!rail::tell(&app.services, &stalled, Told::Silent("late")).await.unwrap(), "another one has it");
    assert_eq!((provider.seen(), problem(&app, made[0].1).await), ((BTreeMap::from([(made[0].1, 1)]), 1), None));
    settle(&app, &provider).await;
    assert!(!rail::tell(&app.services, &stalled, Told::Carried).await.unwrap(), "it has ended");
    assert_eq!((status(&app, made[0].1).await.as_str(), available(&app, made[0].0).await), ("COMPLETED", 4_000_000));
}

async fn of_rival_workers_one_hands_a_payout_over(app: App) {
    let (made, provider) = (approved(&app, 12).await, Provider::default());
    let workers: Vec<_> = (0..6)
        .map(|_| {
            let (app, provider) = (app.clone(), provider.clone());
            tokio::spawn(async move { carry(&app.services, &provider).await.unwrap() })
        })
        .collect();
    let mut ended = 0;
    for worker in workers {
        ended += worker.await.unwrap();
    }
    assert_eq!((ended, provider.seen()), (12, (made.iter().map(|made| (made.1, 1)).collect(), 0)));
    assert_eq!(app.count("payouts WHERE status = 'COMPLETED' AND rail_attempts = 1").await, 12);
}

async fn what_contradicts_the_known_end_is_shown_and_changes_no_money(app: App) {
    let (made, provider) = (approved(&app, 3).await, Provider::default());
    let [(_, paid), (_, stopped), (_, mine)] = made[..] else { unreachable!() };
    provider.treat(stopped, Mood::Late(9));
    provider.treat(mine, Mood::Late(9));
    carry(&app.services, &provider).await.unwrap();
    provider.forget(stopped);
    app.clock.advance(6 * 3600);
    carry(&app.services, &provider).await.unwrap();
    // An operator has asked the bank, which pays all the same.
    let operator = app.operator("second", &[Scope::Payouts]).await;
    answer_for_the_bank(&app, &operator, stopped).await.unwrap();
    let journals = app.count("journals").await;
    for _ in 0..3 {
        provider.say(vec![
            word(paid, BankResult::Failed, "x-1"),
            word(stopped, BankResult::Completed, "x-2"),
            word(mine, BankResult::Completed, &"x".repeat(101)),
            word(9_999, BankResult::Completed, "x-3"),
        ]);
        carry(&app.services, &provider).await.unwrap();
    }
    let problems = [problem(&app, paid).await.unwrap(), problem(&app, stopped).await.unwrap()];
    let expected = [
        format!("the bank says FAILED (x-1), the payout was COMPLETED (charge-{paid})"),
        "the bank says COMPLETED (x-2), the payout was REJECTED".to_owned(),
    ];
    assert_eq!(problems, expected);
    assert_eq!(app.count("audit_entries WHERE action = 'contradictPayout'").await, 2, "each was written down once");
    // A reference that cannot be kept keeps no money from arriving.
    assert_eq!(app.count(&format!("payouts WHERE id = {mine} AND status = 'COMPLETED' AND external_reference IS NULL")).await, 1);
    assert_eq!(app.count("journals").await, journals + 1);
    let known = rail::hear(&app.services, &word(paid, BankResult::Completed, &format!("charge-{paid}"))).await.unwrap();
    let paid_twice = rail::hear(&app.services, &word(paid, BankResult::Completed, "charge-again")).await.unwrap();
    assert_eq!((known, paid_twice), (Heard::Before, Heard::Contradicts(PayoutStatus::Completed)));
}

async fn pauses_grow_while_nothing_is_known(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let payout = made[0].1;
    provider.treat(payout, Mood::Deaf(4));
    let app = app.with(&["payout.rail_ask_seconds=300"]);
    for pause in [300, 600, 1200] {
        carry(&app.services, &provider).await.unwrap();
        assert_eq!(problem(&app, payout).await.as_deref(), Some("the provider did not answer"));
        app.clock.advance(pause - 1);
        assert_eq!(rail::due(&app.services).await.unwrap(), []);
        app.clock.advance(1);
        assert_eq!(rail::due(&app.services).await.unwrap().len(), 1);
    }
    settle(&app, &provider).await;
    assert_eq!((status(&app, payout).await.as_str(), problem(&app, payout).await), ("COMPLETED", None));
}

async fn what_nobody_approved_or_people_carry_is_left_alone(app: App) {
    let (made, provider) = (approved(&app, 2).await, Provider::default());
    let operator = app.operator("second", &[Scope::Payouts]).await;
    walk(&app, &operator, made[0].1, &[Act::Start]).await;
    walk(&app, &operator, made[1].1, &[Act::Reject]).await;
    let carl = app.join("carl", None, None).await.unwrap();
    credit(&app, &operator, carl.number, "500").await;
    request(&app, &carl.member.principal, "100").await;
    app.clock.advance(24 * 3600);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(provider.seen(), (BTreeMap::new(), 0));
    assert_eq!(app.count("payouts WHERE rail_attempts > 0").await, 0);
}

async fn what_the_rail_has_forgotten_is_not_handed_over_again(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    provider.treat(payout, Mood::Late(9));
    carry(&app.services, &provider).await.unwrap();
    provider.forget(payout);
    for _ in 0..3 {
        app.clock.advance(6 * 3600);
        carry(&app.services, &provider).await.unwrap();
        assert_eq!((provider.seen(), status(&app, payout).await.as_str()), ((BTreeMap::new(), 0), "PROCESSING"));
    }
    assert!(problem(&app, payout).await.unwrap().contains("find out whether it was paid"));
    let operator = app.operator("second", &[Scope::Payouts]).await;
    assert_eq!(refusal(Act::Fail.run(&app, &operator, payout).await), Refusal::BankStatementNeeded);
    answer_for_the_bank(&app, &operator, payout).await.unwrap();
    assert_eq!(available(&app, partner).await, 5_000_000);
}

async fn what_the_bank_speaks_of_too_early_is_not_handed_over(app: App) {
    let (made, provider) = (approved(&app, 2).await, Provider::default());
    provider.say(vec![word(made[0].1, BankResult::Completed, "x-1")]);
    for _ in 0..2 {
        carry(&app.services, &provider).await.unwrap();
        assert_eq!(provider.seen().0, BTreeMap::from([(made[1].1, 1)]));
    }
    assert_eq!(problem(&app, made[0].1).await.as_deref(), Some("the bank says COMPLETED (x-1), the payout was APPROVED"));
    let operator = app.operator("second", &[Scope::Payouts]).await;
    assert_eq!(start_batch(&app.services, &operator).await.unwrap(), None, "nor by a file");
    walk(&app, &operator, made[0].1, &[Act::Reject]).await;
    assert_eq!(problem(&app, made[0].1).await, None);
}

async fn what_cannot_be_done_keeps_nothing_else_back(app: App) {
    let (made, provider) = (approved(&app, 3).await, Provider::default());
    let [(_, sealed), (_, unheld), (_, good)] = made[..] else { unreachable!() };
    app.execute("UPDATE payouts SET details = $1 WHERE id = $2", [vec![0_u8].into(), sealed.into()]).await;
    let hold = |state: &str, was: &str| format!("UPDATE holds SET state = '{state}' WHERE subject = 'payout:{unheld}' AND state = '{was}'");
    provider.treat(unheld, Mood::Late(9));
    carry(&app.services, &provider).await.unwrap();
    app.execute(&hold("VOIDED", "OPEN"), []).await;
    for _ in 0..2 {
        provider.say(vec![word(unheld, BankResult::Completed, "x-1")]);
        carry(&app.services, &provider).await.unwrap();
    }
    let statuses = [status(&app, sealed).await, status(&app, unheld).await, status(&app, good).await];
    assert_eq!(statuses, ["APPROVED", "PROCESSING", "COMPLETED"]);
    assert!(problem(&app, sealed).await.unwrap().contains("auth.signing_key"));
    assert!(problem(&app, unheld).await.unwrap().starts_with("the bank says COMPLETED (x-1), which cannot be booked"));
    app.execute(&hold("OPEN", "VOIDED"), []).await;
    provider.treat(unheld, Mood::Prompt);
    app.clock.advance(6 * 3600);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!((status(&app, unheld).await.as_str(), problem(&app, unheld).await), ("COMPLETED", None));
    assert_eq!(provider.seen(), (BTreeMap::from([(unheld, 1), (good, 1)]), 0));
}

async fn nobody_fails_by_hand_what_the_bank_may_pay_yet(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let payout = made[0].1;
    provider.treat(payout, Mood::Late(9));
    carry(&app.services, &provider).await.unwrap();
    let operator = app.operator("second", &[Scope::Payouts]).await;
    assert_eq!(refusal(Act::Fail.run(&app, &operator, payout).await), Refusal::PayoutUnderWay);
    provider.say(vec![word(payout, BankResult::Failed, "x-1")]);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), available(&app, made[0].0).await), ("REJECTED", 5_000_000));
}

async fn what_was_looked_into_may_leave(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let payout = made[0].1;
    provider.say(vec![word(payout, BankResult::Failed, "x-1")]);
    carry(&app.services, &provider).await.unwrap();
    let operator = app.operator("second", &[Scope::Payouts]).await;
    for _ in 0..2 {
        walk(&app, &operator, payout, &[Act::Clear]).await;
    }
    assert_eq!((problem(&app, payout).await, status(&app, payout).await.as_str()), (None, "APPROVED"));
    let detail: String = app.value("SELECT detail FROM audit_entries WHERE action = 'clearPayoutProblem'", []).await;
    assert_eq!(
        detail,
        r#"{"kind":"CONTRADICTED","problem":"the bank says FAILED (x-1), the payout was APPROVED","reason":"no such account"}"#
    );
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(status(&app, payout).await, "COMPLETED");
}
