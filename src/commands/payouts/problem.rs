//! What is the matter with a payout: noted on it, and told to whoever follows events.

use crate::commands::Error;
use crate::domain::instant::Instant;
use crate::domain::payouts::{Payout, Problem};
use crate::events::PayoutProblemChanged;
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
