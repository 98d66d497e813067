//! recordPayment

use serde_json::json;

use super::means::{book, settle};
use crate::auth::principal::{Caller, Principal};
use crate::commands::money::{self, Sum};
use crate::commands::powers::{empowered, forbid_own};
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::carts::{OrderStatus, PaymentMethod};
use crate::domain::ledger::{Account, Book, Journal, JournalKind};
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::order_changes::{self, Lookup, Payment};

/// Money for an order came in outside: by bank, card or cash.
#[derive(Clone, Debug)]
pub struct RecordPayment {
    /// For which order.
    pub order: i64,
    /// What the payment is called outside, 1 to 100 characters; it makes the act repeatable.
    pub reference: String,
    /// How much; what is due when left out.
    pub sum: Option<Sum>,
}

/// The scopes of operators any of which is enough.
const MAY: [Scope; 2] = [Scope::Orders, Scope::Payouts];

/// Records a payment that came in outside; gives the order's number. The same reference for the same order counts once, whoever
/// records it; for other orders each application has references of its own. For applications and operators with the scope `orders`, and operators with `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReference`, `OrderUnknown`, `OwnMoney`, `ReferenceTaken` (for
/// another order, or for another sum), `OrderNotPayable`, `InvalidAmount` (also for more than is due), `CurrencyUnknown`.
pub async fn record_payment(services: &Services, principal: &Principal, input: &RecordPayment) -> Result<i64, Error> {
    let caller = empowered(principal, Scope::Orders, &MAY)?;
    let reference = money::check_reference(&input.reference)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, (caller, principal.application()), (reference, input))
        .await)?;
    services.wake();
    Ok(input.order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, application): (&Caller, Option<i64>),
    (reference, input): (&str, &RecordPayment),
) -> Result<(), Error> {
    let now = services.now();
    let mut order = order_changes::hold(transaction, Lookup::Number(input.order)).await?.ok_or(Refusal::OrderUnknown)?;
    forbid_own(transaction, caller, (order.partner_id, &MAY)).await?;
    let currency = money::currency(services, transaction).await?;
    let wanted = input.sum.as_ref().map(|sum| sum.read(currency)).transpose()?;
    let known = order_changes::payments(transaction, order.id).await?;
    if let Some(known) = known.into_iter().find(|payment| payment.reference.as_deref() == Some(reference)) {
        // The same money, if whoever recorded it says the same sum, or is the same and says nothing.
        let is_same = wanted.map_or(known.application_id == application, |wanted| wanted == known.amount);
        return if is_same { Ok(()) } else { Err(Refusal::ReferenceTaken { reference: reference.to_owned() }.into()) };
    }
    if order.status != OrderStatus::PendingPayment {
        return Err(Refusal::OrderNotPayable { status: order.status.code() }.into());
    }
    let amount = wanted.unwrap_or_else(|| order.due());
    if amount > order.due() {
        return Err(Refusal::InvalidAmount { reason: format!("is more than the {} that are due", order.due()) }.into());
    }
    let payment = Payment {
        reference: Some(reference.to_owned()),
        application_id: application,
        amount,
        ..Payment::new(order.id, PaymentMethod::External)
    };
    let journal = Journal::new(JournalKind::OrderPayment, currency, format!("order:{}", order.id)).by(Some(caller.account_id), None);
    book(transaction, &mut order, (Account::Company(Book::Cash), payment), journal, now).await?;
    settle(services, transaction, &mut order, now).await?;
    let detail = json!({ "amount": amount.to_string(), "reference": reference });
    let (subject, detail) = (format!("order:{}", order.id), detail.to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: "recordPayment", subject: &subject, detail: &detail, at: now };
    Ok(audit::append(transaction, &entry).await?)
}
