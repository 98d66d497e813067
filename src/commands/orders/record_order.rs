//! recordOrder

use serde_json::json;

use super::complete::complete;
use super::means::book;
use super::open_period;
use crate::auth::principal::{Caller, Principal};
use crate::commands::money::{self, Sum};
use crate::commands::powers::{empowered, forbid_own};
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::carts::{OrderState, OrderStatus, PaymentMethod, Totals, check_volume};
use crate::domain::ledger::{Account, Book, Journal, JournalKind};
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::order_changes::{self, Lookup, NewOrder, Payment};
use crate::store::partners::{self, Lookup as Partner};

/// An order that another shop has taken and finished.
#[derive(Clone, Debug)]
pub struct RecordOrder {
    /// The number that the other shop gave it, 1 to 100 characters; it makes the act repeatable.
    pub reference: String,
    /// Who is credited.
    pub partner: i64,
    /// Who bought.
    pub buyer: Buyer,
    /// What was bought.
    pub kind: OrderKind,
    /// What was paid there; may be nothing.
    pub sum: Sum,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
}

/// The scopes of operators any of which is enough.
const MAY: [Scope; 2] = [Scope::Orders, Scope::Catalog];

/// Takes over an order of another shop, finished and paid: its volume counts from now on; gives its number here. The same reference with the same content
/// is the same order; each application has references of its own. For applications and operators with the scope `orders`, and operators with `catalog`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReference`, `InvalidAmount`,
/// `OrderVolumeTooLarge`, `CurrencyUnknown`, `PartnerUnknown`, `OwnMoney`, `ReferenceTaken` (for an order with another content).
pub async fn record_order(services: &Services, principal: &Principal, input: &RecordOrder) -> Result<i64, Error> {
    let caller = empowered(principal, Scope::Orders, &MAY)?;
    let reference = money::check_reference(&input.reference)?;
    if input.pv.min(input.cv) < Amount::ZERO {
        return Err(Refusal::InvalidAmount { reason: "of a volume is negative".to_owned() }.into());
    }
    check_volume(input.pv, input.cv)?;
    let order = in_transaction!(services.database, |transaction| write(
        services,
        &transaction,
        (caller, principal.application()),
        (reference, input)
    )
    .await)?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, application): (&Caller, Option<i64>),
    (reference, input): (&str, &RecordOrder),
) -> Result<i64, Error> {
    let now = services.now();
    let currency = money::currency(services, transaction).await?;
    let is_free = Amount::parse(&input.sum.amount).is_ok_and(|amount| amount == Amount::ZERO);
    let amount = if is_free { Amount::ZERO } else { input.sum.read(currency)? };
    partners::find(transaction, &Partner::Number(input.partner)).await?.ok_or(Refusal::PartnerUnknown)?;
    forbid_own(transaction, caller, (input.partner, &MAY)).await?;
    let new = NewOrder {
        partner_id: input.partner,
        application_id: application,
        reference: Some(reference),
        buyer: input.buyer,
        kind: input.kind,
        ..NewOrder::new(open_period(transaction, now).await?, Totals { amount, pv: input.pv, cv: input.cv }, now)
    };
    let Some(number) = order_changes::insert(transaction, &new).await? else {
        return known(transaction, application, (reference, input), amount).await;
    };
    let order = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let mut order: OrderState = order.ok_or_else(|| Error::Internal(format!("order {number} was made and is not there")))?;
    if amount > Amount::ZERO {
        let payment = Payment { amount, application_id: application, ..Payment::new(number, PaymentMethod::External) };
        let journal = Journal::new(JournalKind::OrderPayment, currency, format!("order:{number}"));
        book(transaction, &mut order, (Account::Company(Book::Cash), payment), journal.by(Some(caller.account_id), None), now).await?;
    }
    order.status = OrderStatus::Paid;
    order_changes::set_state(transaction, &order).await?;
    complete(transaction, &mut order, now).await?;
    let detail = json!({ "reference": reference, "partner": input.partner, "amount": amount.to_string(), "pv": input.pv.to_string(),
        "cv": input.cv.to_string() });
    let (subject, detail) = (format!("order:{number}"), detail.to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: "recordOrder", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    Ok(number)
}

/// The order that came under the reference before, if it is the same.
async fn known(
    transaction: &Transaction,
    application: Option<i64>,
    (reference, input): (&str, &RecordOrder),
    amount: Amount,
) -> Result<i64, Error> {
    let found = order_changes::hold(transaction, Lookup::Reference(reference, application)).await?;
    let order = found.ok_or_else(|| Error::Internal(format!("the order {reference:?} exists and is not there")))?;
    let is_same = (order.partner_id, order.amount, order.pv, order.cv) == (input.partner, amount, input.pv, input.cv)
        && (order.buyer, order.kind) == (input.buyer, input.kind);
    if is_same { Ok(order.id) } else { Err(Refusal::ReferenceTaken { reference: reference.to_owned() }.into()) }
}
