//! Payouts handed to the bank together, and what the bank says of them.

use upline::commands::payouts::{Taken, read_batch, start_batch, take_result};
use upline::domain::payouts::{BankResult, BankWord, PayoutStatus};
use upline::domain::refusal::Refusal;

use super::super::{available, credit, treasurer};
use super::{Act, held, request, status, walk};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(a_batch_is_started_once_and_can_be_read_again, the_bank_may_say_the_same_twice, rival_batches_share_no_payout);

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
    assert_eq!(start_batch(&app.services).await.unwrap(), None);
    let made = approved(&app, &["anna", "bert", "carl"]).await;
    let small = app.with(&["payout.batch_payouts=2"]);
    let batch = start_batch(&small.services).await.unwrap().unwrap();
    let numbers: Vec<_> = batch.instructions.iter().map(|instruction| instruction.payout.id).collect();
    assert_eq!(numbers, [made[0].1, made[1].1], "those first that wait the longest");
    assert_eq!((status(&app, made[0].1).await.as_str(), status(&app, made[2].1).await.as_str()), ("PROCESSING", "APPROVED"));
    let (history, journals) = (app.count("payout_history").await, app.count("journals").await);
    assert_eq!(read_batch(&app.services, batch.number).await.unwrap(), Some(batch.clone()));
    assert_eq!(read_batch(&app.services, batch.number + 100).await.unwrap(), None);
    assert_eq!((app.count("payout_history").await, app.count("journals").await), (history, journals));
    let next = start_batch(&small.services).await.unwrap().unwrap();
    assert_eq!((next.instructions.len(), start_batch(&small.services).await.unwrap()), (1, None));
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'startPayout' AND account_id IS NULL";
    assert_eq!(app.value::<i64>(sql, []).await, 3);
}

async fn the_bank_may_say_the_same_twice(app: App) {
    let made = approved(&app, &["anna", "bert"]).await;
    let word = |payout: i64, result: BankResult, reference: &str| BankWord { payout, result, reference: Some(reference.to_owned()) };
    let early = take_result(&app.services, &word(made[0].1, BankResult::Completed, "b-1")).await;
    assert_eq!(refusal(early), Refusal::PayoutMovedOn { status: PayoutStatus::Approved });
    start_batch(&app.services).await.unwrap().unwrap();
    let words = [word(made[0].1, BankResult::Completed, "b-1"), word(made[1].1, BankResult::Failed, "b-2")];
    for expected in [Taken::Now, Taken::Before, Taken::Before] {
        for word in &words {
            assert_eq!(take_result(&app.services, word).await.unwrap(), expected);
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
        assert!(matches!(refusal(take_result(&app.services, &word).await), Refusal::PayoutMovedOn { .. }), "{word:?}");
    }
    assert_eq!(refusal(take_result(&app.services, &word(999, BankResult::Failed, "x")).await), Refusal::PayoutUnknown);
    assert_eq!(refusal(take_result(&app.services, &word(made[0].1, BankResult::Completed, " ")).await), Refusal::InvalidReference);
}

async fn rival_batches_share_no_payout(app: App) {
    let made = approved(&app, &["anna", "bert", "carl", "dora"]).await;
    let small = app.with(&["payout.batch_payouts=2"]);
    let starts = (0..6).map(|_| {
        let app = small.clone();
        tokio::spawn(async move { start_batch(&app.services).await.unwrap() })
    });
    let mut paid = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        let batch = start.await.unwrap();
        paid.extend(batch.into_iter().flat_map(|batch| batch.instructions).map(|instruction| instruction.payout.id));
    }
    paid.sort_unstable();
    assert_eq!(paid, made.iter().map(|made| made.1).collect::<Vec<_>>());
}
