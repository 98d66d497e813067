//! What is the matter with a payout: noted on it, and told to whoever follows events.

use serde_json::json;

use super::steps::By;
use crate::commands::retries::pause;
use crate::commands::{Error, Services};
use crate::domain::instant::Instant;
use crate::domain::payouts::{BankResult, Payout, PayoutStatus, Problem, ProblemKind};
use crate::events::PayoutProblemChanged;
use crate::store::audit::{self, Entry};
use crate::store::database::Transaction;
use crate::store::{events, payout_changes};

/// Stores a payout with what is the matter with it, or nothing. An event says so, but for words that are chosen anew for the same sort of problem.
pub(super) async fn mark(transaction: &Transaction, mut payout: Payout, problem: Option<Problem>, now: Instant) -> Result<(), Error> {
    let is_news = payout.problem.as_ref().map(|problem| problem.kind) != problem.as_ref().map(|problem| problem.kind);
    payout.problem = problem;
    payout_changes::update(transaction, &payout).await?;
    if is_news {
        let problem = payout.problem.map(|problem| problem.kind);
        events::append(transaction, &PayoutProblemChanged { payout: payout.id, partner: payout.partner_id, problem }.into(), now).await?;
    }
    Ok(())
}

/// Whether the bank says that it has not paid a payout under way, after it spoke of it otherwise: booking that could give back what was paid.
pub(super) fn is_contradicted(payout: &Payout, result: BankResult) -> bool {
    let may_have_been_paid = payout.problem.as_ref().is_some_and(|problem| problem.kind.may_have_been_paid());
    payout.status == PayoutStatus::Processing && result == BankResult::Failed && may_have_been_paid
}

/// Notes for the operators, and in the audit trail, that the bank contradicts what is known of a payout, or what it said before. No money moves.
pub(super) async fn contradict(
    services: &Services,
    transaction: &Transaction,
    by: By<'_>,
    mut payout: Payout,
    (result, reference): (BankResult, Option<&str>),
) -> Result<(), Error> {
    let (now, status) = (services.now(), payout.status);
    let problem = contradiction(&payout, result, reference);
    if payout.problem.as_ref() != Some(&problem) {
        let detail =
            json!({ "partner": payout.partner_id, "status": status.code(), "result": result.code(), "reference": reference }).to_string();
        let entry = Entry { account_id: by.account_id(), action: "contradictPayout", subject: &payout.subject(), detail: &detail, at: now };
        audit::append(transaction, &entry).await?;
    }
    was_spoken_of(services, &mut payout, now);
    mark(transaction, payout, Some(problem), now).await
}

fn contradiction(payout: &Payout, result: BankResult, reference: Option<&str>) -> Problem {
    let (status, said) = (payout.status, format!("the bank says {result}{}", named(reference)));
    let text = match &payout.problem {
        // It stays as it was noted first, however often the bank says it.
        Some(known) if status == PayoutStatus::Processing && known.kind == ProblemKind::Contradicted => return known.clone(),
        Some(known) if status == PayoutStatus::Processing => format!("{said}; before that, {}", known.text),
        _ => format!("{said}, the payout was {status}{}", named(payout.external_reference.as_deref())),
    };
    Problem::new(ProblemKind::Contradicted, text)
}

/// A payout under way that the bank speaks of was carried: it is not handed over again, and asked for later.
pub(super) fn was_spoken_of(services: &Services, payout: &mut Payout, now: Instant) {
    if let Some(due_at) = ask_again_at(services, payout, now) {
        payout.rail_due_at = Some(due_at);
        payout.rail_carried_at = payout.rail_carried_at.or(Some(now));
    }
}

/// When what a rail carries, or may have, is asked for again.
pub(super) fn ask_again_at(services: &Services, payout: &Payout, now: Instant) -> Option<Instant> {
    payout.rail_due_at.map(|_| now.plus_seconds(pause(services.payout.rail_ask_seconds, payout.rail_attempts)))
}

/// The bank's word for a payout, in brackets.
pub(super) fn named(reference: Option<&str>) -> String {
    reference.map(|reference| format!(" ({reference})")).unwrap_or_default()
}
