//! What people may do with payouts that a rail carries, or may have: nothing that gives money back while the bank may pay (promise P07).

use std::collections::BTreeMap;
use std::fs;

use upline::commands::payouts::rail::{self, Told};
use upline::commands::payouts::{FailPayout, fail_payout, take_result};
use upline::domain::accounts::Scope;
use upline::domain::payouts::BankResult;
use upline::domain::refusal::Refusal;
use upline::jobs::payouts::carry;
use upline::outbound::payouts::{Rail as _, Said};

use super::super::super::{available, credit};
use super::super::{Act, answer_for_the_bank, held, request, status, walk};
use super::folder::Place;
use super::provider::{Mood, Provider, word};
use super::{approved, problem, settle};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(
    no_silence_lets_a_payout_be_failed_by_hand,
    what_is_handed_over_late_was_not_failed_meanwhile,
    a_share_that_is_away_for_a_minute_lets_nobody_fail_what_the_bank_has_taken,
    a_write_that_outlives_its_timeout_is_not_failed_meanwhile,
    what_the_rail_has_lost_is_failed_by_who_answers_for_it,
    what_the_rail_finds_again_is_carried_on,
    a_large_payout_does_not_come_back_by_who_let_it_out,
    an_operator_and_the_bank_at_once_end_a_payout_once,
    a_file_of_the_bank_ends_what_the_rail_is_silent_about,
    problems_are_told_as_events_when_they_change,
    an_approval_does_not_hide_what_the_bank_said_too_early,
);

pub async fn kind(app: &App, payout: i64) -> Option<String> {
    app.value("SELECT problem_kind FROM payouts WHERE id = $1", [payout.into()]).await
}

/// Neither with the statement nor without.
pub async fn nobody_fails(app: &App, payout: i64, why: &str) {
    let username = format!("operator of {why}").replace(' ', "-");
    let operator = app.operator(&username, &[Scope::Payouts]).await;
    assert_eq!(refusal(Act::Fail.run(app, &operator, payout).await), Refusal::PayoutUnderWay, "{why}");
    assert_eq!(refusal(answer_for_the_bank(app, &operator, payout).await), Refusal::PayoutUnderWay, "{why}");
}

/// Brings a payout to where the provider has forgotten it.
async fn lose(app: &App, provider: &Provider, payout: i64) {
    provider.treat(payout, Mood::Late(9));
    carry(&app.services, provider).await.unwrap();
    provider.forget(payout);
    app.clock.advance(6 * 3600);
    carry(&app.services, provider).await.unwrap();
    assert_eq!(kind(app, payout).await.as_deref(), Some("LOST"));
}

async fn no_silence_lets_a_payout_be_failed_by_hand(app: App) {
    let moods = [Mood::Mute, Mood::Late(3), Mood::Deaf(2), Mood::FailsAfterTaking];
    let (made, provider) = (approved(&app, moods.len()).await, Provider::default());
    for ((_, payout), mood) in made.iter().zip(moods) {
        provider.treat(*payout, mood);
    }
    carry(&app.services, &provider).await.unwrap();
    for ((partner, payout), mood) in made.iter().zip(moods) {
        let silent = (mood != Mood::Late(3)).then_some("SILENT");
        assert_eq!(kind(&app, *payout).await.as_deref(), silent, "{mood:?}");
        nobody_fails(&app, *payout, &format!("{payout}")).await;
        assert_eq!((available(&app, *partner).await, held(&app, *partner).await), (4_000_000, 1_000_000), "{mood:?}");
    }
    settle(&app, &provider).await;
    assert_eq!(provider.seen(), (made.iter().map(|made| (made.1, 1)).collect(), 0));
    for (partner, payout) in made {
        let stands = (status(&app, payout).await, kind(&app, payout).await, available(&app, partner).await, held(&app, partner).await);
        assert_eq!(stands, ("COMPLETED".to_owned(), None, 4_000_000, 0));
    }
}

async fn what_is_handed_over_late_was_not_failed_meanwhile(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    let due = rail::due(&app.services).await.unwrap();
    let stalled = rail::take(&app.services, due[0]).await.unwrap().unwrap();
    nobody_fails(&app, payout, "taken").await;
    assert!(rail::tell(&app.services, &stalled, Told::Silent("it takes too long")).await.unwrap());
    nobody_fails(&app, payout, "silent").await;
    // What was given up waiting for comes to its end after all.
    provider.treat(payout, Mood::Late(1));
    provider.send(&stalled.instruction).await.unwrap();
    settle(&app, &provider).await;
    assert_eq!((provider.seen(), available(&app, partner).await), ((BTreeMap::from([(payout, 1)]), 0), 4_000_000));
}

async fn a_share_that_is_away_for_a_minute_lets_nobody_fail_what_the_bank_has_taken(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let (rail, (partner, payout)) = (place.rail(&app).await, made[0]);
    carry(&app.services, &rail).await.unwrap();
    let file = place.names("outgoing").remove(0);
    fs::rename(place.path.join("outgoing").join(&file), place.path.join("taken").join(&file)).unwrap();
    let away = place.unmount();
    for _ in 0..2 {
        app.clock.advance(6 * 3600);
        carry(&app.services, &rail).await.unwrap();
        assert_eq!(kind(&app, payout).await.as_deref(), Some("SILENT"));
    }
    nobody_fails(&app, payout, "away").await;
    place.mount(&away);
    app.clock.advance(6 * 3600);
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((kind(&app, payout).await, problem(&app, payout).await), (None, None));
    place.write("results/a.csv", &format!("payout,result\n{payout},COMPLETED\n"));
    carry(&app.services, &rail).await.unwrap();
    assert_eq!(
        (status(&app, payout).await.as_str(), available(&app, partner).await, held(&app, partner).await),
        ("COMPLETED", 4_000_000, 0)
    );
}

async fn a_write_that_outlives_its_timeout_is_not_failed_meanwhile(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let (settings, (partner, payout)) = ([place.settings(), vec!["payout.rail_lease_seconds=4"]].concat(), made[0]);
    let rail = upline::app::payout_rail(&crate::app::config(&settings), &app.services).await.unwrap().unwrap();
    // The share hangs: the first process waits for a lock that another machine has.
    let lock = fs::OpenOptions::new().create(true).append(true).open(place.path.join("lock")).unwrap();
    lock.lock().unwrap();
    carry(&app.services, &rail).await.unwrap();
    assert_eq!(problem(&app, payout).await.as_deref(), Some("payout.rail_folder cannot be used: it takes too long"));
    nobody_fails(&app, payout, "hanging").await;
    lock.unlock().unwrap();
    app.clock.advance(6 * 3600);
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((place.names("outgoing").len(), kind(&app, payout).await), (1, None));
    place.write("results/a.csv", &format!("payout,result\n{payout},COMPLETED\n"));
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("COMPLETED", 4_000_000));
}

async fn what_the_rail_has_lost_is_failed_by_who_answers_for_it(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    lose(&app, &provider, payout).await;
    let operator = app.operator("second", &[Scope::Payouts]).await;
    assert_eq!(refusal(Act::Fail.run(&app, &operator, payout).await), Refusal::BankStatementNeeded);
    let unscoped = app.operator("unscoped", &[Scope::Orders]).await;
    assert_eq!(refusal(answer_for_the_bank(&app, &unscoped, payout).await), Refusal::ScopeMissing { scope: "payouts" });
    let key = Some("once".to_owned());
    let act = FailPayout { payout, reason: "asked the bank".to_owned(), bank_will_not_pay: true, idempotency_key: key };
    for _ in 0..2 {
        assert_eq!(fail_payout(&app.services, &operator, &act).await.unwrap(), payout);
    }
    // What is answered for is part of the request.
    let other = FailPayout { bank_will_not_pay: false, ..act };
    assert_eq!(refusal(fail_payout(&app.services, &operator, &other).await), Refusal::IdempotencyConflict);
    assert_eq!(
        (status(&app, payout).await.as_str(), available(&app, partner).await, held(&app, partner).await),
        ("REJECTED", 5_000_000, 0)
    );
    let detail: String = app.value("SELECT detail FROM audit_entries WHERE action = 'failPayout'", []).await;
    assert!(detail.contains(r#""stated":"the bank has not paid and will not""#), "{detail}");
}

async fn what_the_rail_finds_again_is_carried_on(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    let due = rail::due(&app.services).await.unwrap();
    let errand = rail::take(&app.services, due[0]).await.unwrap().unwrap();
    assert!(rail::tell(&app.services, &errand, Told::Lost).await.unwrap());
    assert!(rail::tell(&app.services, &errand, Told::Silent("gone")).await.unwrap());
    assert_eq!(kind(&app, payout).await.as_deref(), Some("LOST"), "a silence makes up for nothing");
    assert_eq!(
        provider.send(&errand.instruction).await.unwrap(),
        Said::Ended { result: BankResult::Completed, reference: Some(format!("charge-{payout}")) }
    );
    assert!(rail::tell(&app.services, &errand, Told::Carried).await.unwrap());
    assert_eq!(kind(&app, payout).await, None);
    nobody_fails(&app, payout, "found").await;
    settle(&app, &provider).await;
    assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("COMPLETED", 4_000_000));
}

async fn a_large_payout_does_not_come_back_by_who_let_it_out(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let [first, second] = [app.operator("second", &[Scope::Payouts]).await, app.operator("third", &[Scope::Payouts]).await];
    settle(&app, &provider).await;
    let carl = app.join("carl", None, None).await.unwrap();
    credit(&app, &app.operator("purse", &[Scope::Payouts]).await, carl.number, "5000").await;
    let payout = request(&app, &carl.member.principal, "1000").await;
    walk(&app, &first, payout, &[Act::Approve]).await;
    walk(&app, &second, payout, &[Act::Approve]).await;
    lose(&app, &provider, payout).await;
    assert_eq!(refusal(answer_for_the_bank(&app, &second, payout).await), Refusal::AnotherOperatorNeeded);
    assert_eq!(held(&app, carl.number).await, 10_000_000);
    answer_for_the_bank(&app, &first, payout).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), available(&app, carl.number).await, made.len()), ("REJECTED", 50_000_000, 1));
}

async fn an_operator_and_the_bank_at_once_end_a_payout_once(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    settle(&app, &provider).await;
    let operator = app.operator("second", &[Scope::Payouts]).await;
    let member = app.join("carl", None, None).await.unwrap();
    credit(&app, &operator, member.number, "500").await;
    for round in 0..5 {
        let payout = request(&app, &member.member.principal, "100").await;
        walk(&app, &operator, payout, &[Act::Approve]).await;
        lose(&app, &provider, payout).await;
        let before = (app.count("journals").await, available(&app, member.number).await);
        let by_hand = (0..4).map(|_| {
            let (app, who) = (app.clone(), operator.clone());
            tokio::spawn(async move { answer_for_the_bank(&app, &who, payout).await.is_ok() })
        });
        let by_bank = (0..4).map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                rail::hear(&app.services, &word(payout, BankResult::Completed, "x-1")).await.unwrap() == rail::Heard::Now
            })
        });
        let mut won = [0, 0];
        for (index, task) in by_hand.chain(by_bank).collect::<Vec<_>>().into_iter().enumerate() {
            won[usize::from(index >= 4)] += u32::from(task.await.unwrap());
        }
        let expected = if won == [1, 0] { ("REJECTED", before.1 + 1_000_000) } else { ("COMPLETED", before.1) };
        assert_eq!(won.iter().sum::<u32>(), 1, "{round}");
        assert_eq!((status(&app, payout).await.as_str(), available(&app, member.number).await), expected, "{round}");
        assert_eq!((app.count("journals").await, held(&app, member.number).await), (before.0 + 1, 0), "{round}");
        assert_eq!(kind(&app, payout).await.as_deref(), (won == [1, 0]).then_some("CONTRADICTED"), "{round}");
        // The money was there: whoever loses leaves it for the next round.
        credit(&app, &operator, member.number, "100").await;
    }
    assert_eq!(made.len(), 1);
}

async fn a_file_of_the_bank_ends_what_the_rail_is_silent_about(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    provider.treat(payout, Mood::Deaf(99));
    carry(&app.services, &provider).await.unwrap();
    nobody_fails(&app, payout, "deaf").await;
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    take_result(&app.services, &clerk, &word(payout, BankResult::Failed, "x-1")).await.unwrap();
    assert_eq!(
        (status(&app, payout).await.as_str(), available(&app, partner).await, kind(&app, payout).await),
        ("REJECTED", 5_000_000, None)
    );
}

async fn problems_are_told_as_events_when_they_change(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (partner, payout) = made[0];
    let told = async || {
        let events = app.events().await.into_iter().filter(|(kind, _)| kind == "PAYOUT_PROBLEM_CHANGED");
        events.map(|event| event.1).collect::<Vec<_>>()
    };
    let changed = |kind: &str| format!(r#"{{"payout":{payout},"partner":{partner},"problem":"{kind}"}}"#);
    let cleared = format!(r#"{{"payout":{payout},"partner":{partner}}}"#);
    provider.treat(payout, Mood::Deaf(4));
    for _ in 0..2 {
        carry(&app.services, &provider).await.unwrap();
        app.clock.advance(6 * 3600);
    }
    assert_eq!(told().await, [changed("SILENT")]);
    let operator = app.operator("second", &[Scope::Payouts]).await;
    for _ in 0..2 {
        walk(&app, &operator, payout, &[Act::Clear]).await;
    }
    assert_eq!(told().await, [changed("SILENT"), cleared.clone()]);
    settle(&app, &provider).await;
    let before = told().await.len();
    provider.say(vec![word(payout, BankResult::Failed, "x-9")]);
    carry(&app.services, &provider).await.unwrap();
    assert_eq!(told().await[before..], [changed("CONTRADICTED")]);
}

async fn an_approval_does_not_hide_what_the_bank_said_too_early(app: App) {
    let (made, provider) = (approved(&app, 1).await, Provider::default());
    let (operator, carl) = (app.operator("second", &[Scope::Payouts]).await, app.join("carl", None, None).await.unwrap());
    credit(&app, &operator, carl.number, "500").await;
    let payout = request(&app, &carl.member.principal, "100").await;
    provider.say(vec![word(payout, BankResult::Completed, "x-1")]);
    carry(&app.services, &provider).await.unwrap();
    walk(&app, &operator, payout, &[Act::Approve]).await;
    carry(&app.services, &provider).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), kind(&app, payout).await.as_deref()), ("APPROVED", Some("CONTRADICTED")));
    assert_eq!(provider.seen().0, BTreeMap::from([(made[0].1, 1)]));
}
