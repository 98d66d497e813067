//! Paid orders that nobody has finished in time finish by themselves.

use super::complete::complete;
use crate::commands::{Error, Services};
use crate::domain::carts::OrderStatus;
use crate::store::database::{Transaction, in_transaction};
use crate::store::order_changes::{self, Lookup};

/// Orders looked up at a time; each is finished in a transaction of its own.
const BATCH: u32 = 100;

/// Finishes the orders that are paid for `shop.complete_after_hours`; gives how many. Any number of processes may do it at once: an order is finished once.
///
/// # Errors
/// The database's, the first of them: an order that cannot be finished does not keep the others from it.
pub async fn complete_due_orders(services: &Services) -> Result<u64, Error> {
    let Some(since) = services.shop.paid_before(services.now()) else { return Ok(0) };
    let (mut completed, mut after, mut failed) = (0, 0, None);
    loop {
        let due = order_changes::paid_since(services.database.reader(), since, (after, BATCH)).await?;
        for number in &due {
            match in_transaction!(services.database, |transaction| finish(services, &transaction, *number).await) {
                Ok(done) => completed += u64::from(done),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if completed > 0 {
            services.wake();
        }
        match due.last() {
            Some(last) if due.len() == BATCH as usize => after = *last,
            _ => return failed.map_or(Ok(completed), Err),
        }
    }
}

/// Whether it was still to be finished.
async fn finish(services: &Services, transaction: &Transaction, number: i64) -> Result<bool, Error> {
    let order = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let Some(mut order) = order.filter(|order| order.status == OrderStatus::Paid) else { return Ok(false) };
    complete(transaction, &mut order, services.now()).await?;
    Ok(true)
}
