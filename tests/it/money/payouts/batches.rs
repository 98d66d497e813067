//! Payouts handed to the bank together, and what the bank says of them.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::at_machine;
use upline::commands::payouts::{Taken, read_batch, start_batch, take_result};
use upline::domain::accounts::Scope;
use upline::domain::payouts::{BankResult, BankWord, PayoutStatus};
use upline::domain::refusal::Refusal;

use super::super::{available, credit, treasurer};
use super::{Act, held, request, status, walk};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(
    a_batch_is_started_once_and_can_be_read_again,
    the_bank_may_say_the_same_twice,
    rival_batches_share_no_payout,
    only_operators_with_the_scope_start_batches_and_bring_results_and_not_of_their_own,
);

/// Approved payouts of 100 each, of partners with 500 each; partner and payout.
async fn approved(app: &App, names: &[&str]) -> Vec<(i64, i64)> {
    let operator = treasurer(app).await;
    let mut made = Vec::new();
    for name in names {
        let partner = app.join(name, None, None).await.unwrap();
        credit(app, &operator, partner.number, "500").await;
        let payout = request(app, &partner.member.principal, "100").await;
        walk(app, &operator, payout, &[Act::Approve]).await;
        made.push((partner.number, payout));
    }
    made
}

async fn a_batch_is_started_once_and_can_be_read_again(app: App) {
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    assert_eq!(start_batch(&app.services, &clerk).await.unwrap(), None);
    let made = approved(&app, &["anna", "bert", "carl"]).await;
    let small = app.with(&["payout.batch_payouts=2"]);
    let batch = start_batch(&small.services, &clerk).await.unwrap().unwrap();
    let numbers: Vec<_> = batch.instructions.iter().map(|instruction| instruction.payout.id).collect();
    assert_eq!(numbers, [made[0].1, made[1].1], "those first that wait the longest");
    assert_eq!((status(&app, made[0].1).await.as_str(), status(&app, made[2].1).await.as_str()), ("PROCESSING", "APPROVED"));
    let (history, journals) = (app.count("payout_history").await, app.count("journals").await);
    assert_eq!(read_batch(&app.services, &clerk, batch.number).await.unwrap(), Some(batch.clone()));
    assert_eq!(read_batch(&app.services, &clerk, batch.number + 100).await.unwrap(), None);
    assert_eq!((app.count("payout_history").await, app.count("journals").await), (history, journals));
    let next = start_batch(&small.services, &clerk).await.unwrap().unwrap();
    assert_eq!((next.instructions.len(), start_batch(&small.services, &clerk).await.unwrap()), (1, None));
    let by_clerk = async |action: &str| {
        let sql = "SELECT count(*) FROM audit_entries WHERE action = $1 AND account_id = $2";
        app.value::<i64>(sql, [action.into(), clerk.caller().unwrap().account_id.into()]).await
    };
    assert_eq!((by_clerk("startPayout").await, by_clerk("readPayoutBatch").await), (3, 1));
}

async fn the_bank_may_say_the_same_twice(app: App) {
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    let made = approved(&app, &["anna", "bert"]).await;
    let word = |payout: i64, result: BankResult, reference: &str| BankWord { payout, result, reference: Some(reference.to_owned()) };
    let early = take_result(&app.services, &clerk, &word(made[0].1, BankResult::Completed, "b-1")).await;
    assert_eq!(refusal(early), Refusal::PayoutMovedOn { status: PayoutStatus::Approved });
    start_batch(&app.services, &clerk).await.unwrap().unwrap();
    let words = [word(made[0].1, BankResult::Completed, "b-1"), word(made[1].1, BankResult::Failed, "b-2")];
    for expected in [Taken::Now, Taken::Before, Taken::Before] {
        for word in &words {
            assert_eq!(take_result(&app.services, &clerk, word).await.unwrap(), expected);
        }
        assert_eq!((available(&app, made[0].0).await, held(&app, made[0].0).await), (4_000_000, 0));
        assert_eq!((available(&app, made[1].0).await, held(&app, made[1].0).await), (5_000_000, 0));
    }
    // Another result, or another reference, is a contradiction.
    for word in [
        word(made[0].1, BankResult::Failed, "b-1"),
        word(made[0].1, BankResult::Completed, "b-3"),
        word(made[1].1, BankResult::Completed, "b-2"),
    ] {
        assert!(matches!(refusal(take_result(&app.services, &clerk, &word).await), Refusal::PayoutMovedOn { .. }), "{word:?}");
    }
    assert_eq!(refusal(take_result(&app.services, &clerk, &word(999, BankResult::Failed, "x")).await), Refusal::PayoutUnknown);
    assert_eq!(refusal(take_result(&app.services, &clerk, &word(made[0].1, BankResult::Completed, " ")).await), Refusal::InvalidReference);
}

async fn rival_batches_share_no_payout(app: App) {
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    let made = approved(&app, &["anna", "bert", "carl", "dora"]).await;
    let small = app.with(&["payout.batch_payouts=2"]);
    let starts = (0..6).map(|_| {
        let (app, clerk) = (small.clone(), clerk.clone());
        tokio::spawn(async move { start_batch(&app.services, &clerk).await.unwrap() })
    });
    let mut paid = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        let batch = start.await.unwrap();
        paid.extend(batch.into_iter().flat_map(|batch| batch.instructions).map(|instruction| instruction.payout.id));
    }
    paid.sort_unstable();
    assert_eq!(paid, made.iter().map(|made| made.1).collect::<Vec<_>>());
}

async fn only_operators_with_the_scope_start_batches_and_bring_results_and_not_of_their_own(app: App) {
    let made = approved(&app, &["anna", "both"]).await;
    let word = |payout: i64| BankWord { payout, result: BankResult::Completed, reference: None };
    let missing = Refusal::ScopeMissing { scope: "payouts" };
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Payouts).collect();
    let [unscoped, member] = [app.operator("unscoped", &others).await, app.member("member").await.principal];
    for who in [&unscoped, &member] {
        assert_eq!(refusal(start_batch(&app.services, who).await), missing);
        assert_eq!(refusal(read_batch(&app.services, who, 1).await), missing);
        assert_eq!(refusal(take_result(&app.services, who, &word(made[0].1)).await), missing);
    }
    assert!(matches!(start_batch(&app.services, &Principal::Anonymous).await, Err(Error::Unauthenticated)));
    assert!(matches!(take_result(&app.services, &Principal::Anonymous, &word(made[0].1)).await, Err(Error::Unauthenticated)));
    // An owner who is a partner too leaves the own payout to somebody else.
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'both'", []).await;
    let both = at_machine(&app.services.database, "BOTH").await.unwrap().unwrap();
    let batch = start_batch(&app.services, &both).await.unwrap().unwrap();
    assert_eq!(batch.instructions.iter().map(|instruction| instruction.payout.id).collect::<Vec<_>>(), [made[0].1]);
    let clerk = app.operator("clerk", &[Scope::Payouts]).await;
    assert_eq!(start_batch(&app.services, &clerk).await.unwrap().unwrap().instructions.len(), 1);
    assert_eq!(refusal(take_result(&app.services, &both, &word(made[1].1)).await), Refusal::OwnPayout);
    assert_eq!(take_result(&app.services, &both, &word(made[0].1)).await.unwrap(), Taken::Now);
    app.execute("UPDATE accounts SET status = 'BLOCKED' WHERE username = 'both'", []).await;
    for nobody in ["both", "nobody"] {
        assert_eq!(at_machine(&app.services.database, nobody).await.unwrap(), None);
    }
}
