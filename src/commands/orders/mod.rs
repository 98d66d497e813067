//! Acts on orders.

mod checkout;
mod complete;
mod pay;
mod refund;

pub use checkout::{Checkout, checkout};
pub use complete::complete_order;
pub use pay::{FromWallet, PayOrder, pay_order};
pub use refund::{RefundLine, RefundOrder, refund_order};

use super::Error;
use crate::domain::instant::Instant;
use crate::domain::period::{Period, PeriodKind};
use crate::store::database::Transaction;
use crate::store::periods;

/// So many closed periods are passed over at most.
const MOST_CLOSED: usize = 24;

/// The open period in which something of now counts: the month, or where that is closed already the first open one behind it. It stays open until the
/// transaction ends.
async fn open_period(transaction: &Transaction, now: Instant) -> Result<i64, Error> {
    let mut period = Period::containing(PeriodKind::Month, now).ok_or_else(|| Error::Internal(format!("{now} lies in no period")))?;
    for _ in 0..MOST_CLOSED {
        if let Some(id) = periods::take(transaction, period).await? {
            return Ok(id);
        }
        period = period.next();
    }
    Err(Error::Internal(format!("{MOST_CLOSED} periods from {now} on are closed")))
}
