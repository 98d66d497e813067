//! Acts on orders.

mod cancel;
mod checkout;
mod complete;
mod complete_due;
mod means;
mod pay;
mod record_order;
mod record_payment;
mod refund;

pub use cancel::cancel_order;
pub use checkout::{Checkout, checkout};
pub use complete::complete_order;
pub use complete_due::complete_due_orders;
pub use means::{FromEpin, FromWallet, Means};
pub use pay::{PayOrder, pay_order};
pub use record_order::{RecordOrder, record_order};
pub use record_payment::{RecordPayment, record_payment};
pub use refund::{RefundLine, RefundOrder, refund_order};

pub(super) use means::{Purse, pay, settle};

use super::Error;
use crate::domain::instant::Instant;
use crate::domain::period::{Period, PeriodKind};
use crate::store::database::Transaction;
use crate::store::periods;

/// So many closed periods are passed over at most.
const MOST_CLOSED: usize = 24;

/// The open period in which something of now counts: the month, or where that is closed already the first open one behind it. It stays open until the
/// transaction ends.
pub(super) async fn open_period(transaction: &Transaction, now: Instant) -> Result<i64, Error> {
    let mut period = Period::containing(PeriodKind::Month, now).ok_or_else(|| Error::Internal(format!("{now} lies in no period")))?;
    for _ in 0..MOST_CLOSED {
        if let Some(id) = periods::take(transaction, period).await? {
            return Ok(id);
        }
        period = period.next();
    }
    Err(Error::Internal(format!("{MOST_CLOSED} periods from {now} on are closed")))
}
