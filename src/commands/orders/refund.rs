//! refundOrder

use std::collections::BTreeSet;

use serde_json::json;

use super::open_period;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, Sum};
use crate::commands::powers::{empowered, forbid_own};
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::carts::{OrderLine, OrderState, OrderStatus, PaymentMethod, Totals};
use crate::domain::currency::Currency;
use crate::domain::epins::EpinStatus;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::events::{EpinChanged, OrderRefunded};
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::folding::{self, VolumeEvent};
use crate::store::order_changes::{self, Lookup, Payment};
use crate::store::partners::{self, Lookup as Partner};
use crate::store::{epin_changes, epins, events, ledger};

/// So many of a line go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RefundLine {
    /// The line's key.
    pub line: i64,
    /// How many.
    pub quantity: u32,
}

/// An order is given back, wholly or in part.
#[derive(Clone, Debug)]
pub struct RefundOrder {
    /// Which.
    pub order: i64,
    /// What of it; everything that is left when empty.
    pub lines: Vec<RefundLine>,
    /// How much of an order that has no lines, because another shop took it; everything that is left when left out.
    pub sum: Option<Sum>,
    /// Why, in words.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Gives money back to where it came from, the latest payment first, and takes the volume back: in the order's own period while
/// that is open, else in the open one; gives the order's number. What comes off an order without lines takes the same share of its volume along.
/// What was paid in part for a membership goes back wholly, as where an unpaid order is given up, and its order waits as before.
/// For operators with the scope `payouts`, and for applications with `orders`, which give back what they have recorded themselves.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `OrderUnknown` (also, to an application, for what others recorded), `OwnMoney`, `OrderNotPaid`, `InvalidAmount`, `CurrencyUnknown`, `NothingToRefund` (unknown lines, more than is left, a sum of an order with lines).
pub async fn refund_order(services: &Services, principal: &Principal, input: &RefundOrder) -> Result<i64, Error> {
    let caller = empowered(principal, Scope::Orders, &[Scope::Payouts])?;
    money::check_reason(&input.reason)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "refundOrder", key, &(input.order, &input.lines, &input.sum, &input.reason))?;
    let order = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, principal.application()), input, &repeatable).await
    })?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, application): (&Caller, Option<i64>),
    input: &RefundOrder,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(order) = repeatable.claim(transaction, now).await? {
        return Ok(order);
    }
    let found = order_changes::hold(transaction, Lookup::Number(input.order)).await?;
    let is_theirs = |order: &OrderState| application.is_none() || order.application_id == application;
    let mut order = found.filter(is_theirs).ok_or(Refusal::OrderUnknown)?;
    let payers = order_changes::payments(transaction, order.id).await?.into_iter().filter_map(|payment| payment.payer_id);
    for party in payers.chain([order.partner_id]).collect::<BTreeSet<_>>() {
        forbid_own(transaction, caller, (party, &[Scope::Payouts])).await?;
    }
    if is_membership_in_part(transaction, &order).await? && input.lines.is_empty() && input.sum.is_none() {
        let parts = order.paid;
        give_back(services, transaction, &order, (parts, caller, &input.reason)).await?;
        order.paid = Amount::ZERO;
        order_changes::set_state(transaction, &order).await?;
        return told(transaction, &order, (Totals { amount: parts, ..Totals::default() }, caller, input), repeatable, now).await;
    }
    if !matches!(order.status, OrderStatus::Paid | OrderStatus::Completed) {
        return Err(Refusal::OrderNotPaid.into());
    }
    let lines: Vec<OrderLine> = order_changes::lines(transaction, &[order.id]).await?.into_iter().map(|(_, line)| line).collect();
    let back = match (&input.sum, order.reference.is_some()) {
        (sum, true) if input.lines.is_empty() => {
            let currency = money::currency(services, transaction).await?;
            portion(&order, sum.as_ref().map(|sum| sum.read(currency)).transpose()?)?
        }
        (None, false) => take_back(transaction, &lines, &input.lines).await?,
        _ => return Err(Refusal::NothingToRefund.into()),
    };
    give_back(services, transaction, &order, (back.amount, caller, &input.reason)).await?;
    let was_counted = order.status == OrderStatus::Completed;
    order.refunded = order.refunded.checked_add(back.amount).ok_or(Refusal::NothingToRefund)?;
    let left = order_changes::lines(transaction, &[order.id]).await?.iter().any(|(_, line)| line.refunded_quantity < line.quantity);
    if !left && (order.reference.is_none() || order.refunded == order.amount) {
        order.status = OrderStatus::Refunded;
    }
    order_changes::set_state(transaction, &order).await?;
    if was_counted {
        uncount(transaction, &order, back, now).await?;
    }
    told(transaction, &order, (back, caller, input), repeatable, now).await
}

/// Whether a membership waits for this order, and it is paid in part. It is not given up, as its partner could not pay for another one: it stays to be paid.
async fn is_membership_in_part(transaction: &Transaction, order: &OrderState) -> Result<bool, Error> {
    if order.status != OrderStatus::PendingPayment || order.paid == Amount::ZERO {
        return Ok(false);
    }
    let partner = partners::find(transaction, &Partner::Number(order.partner_id)).await?;
    Ok(partner.is_some_and(|partner| partner.status == PartnerStatus::PendingPayment))
}

/// Writes down what was given back, for operators, readers of events and repetitions.
async fn told(
    transaction: &Transaction,
    order: &OrderState,
    (back, caller, input): (Totals, &Caller, &RefundOrder),
    repeatable: &Repeatable,
    now: Instant,
) -> Result<i64, Error> {
    let detail =
        json!({ "amount": back.amount.to_string(), "pv": back.pv.to_string(), "cv": back.cv.to_string(), "reason": input.reason.trim() });
    let (subject, detail) = (format!("order:{}", order.id), detail.to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: "refundOrder", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &OrderRefunded { order: order.id, partner: order.partner_id }.into(), now).await?;
    repeatable.settle(transaction, &order.id).await?;
    Ok(order.id)
}

/// What comes off an order without lines: the sum, everything that is left where none is named, and the volume in proportion. The volume of all that has
/// come off is rounded down, never that of a part: so the parts of a whole order come to its whole volume.
fn portion(order: &OrderState, sum: Option<Amount>) -> Result<Totals, Error> {
    let left = order.amount.checked_sub(order.refunded).unwrap_or_default();
    let amount = sum.unwrap_or(left);
    if amount > left {
        return Err(Refusal::NothingToRefund.into());
    }
    let off = order.refunded.checked_add(amount).unwrap_or(order.amount);
    let share = |whole: Amount, part: Amount| {
        let share = if part == order.amount {
            i128::from(whole.units())
        } else {
            i128::from(whole.units()) * i128::from(part.units()) / i128::from(order.amount.units())
        };
        i64::try_from(share).map(Amount::from_units).map_err(|_| Error::Internal(format!("order {} is larger than an amount", order.id)))
    };
    let back = |whole: Amount| {
        let before = if order.refunded == Amount::ZERO { Amount::ZERO } else { share(whole, order.refunded)? };
        Ok::<_, Error>(share(whole, off)?.checked_sub(before).unwrap_or_default())
    };
    Ok(Totals { amount, pv: back(order.pv)?, cv: back(order.cv)? })
}

/// Marks what goes back, and adds it up.
async fn take_back(transaction: &Transaction, lines: &[OrderLine], asked: &[RefundLine]) -> Result<Totals, Error> {
    let whole: Vec<RefundLine> =
        lines.iter().map(|line| RefundLine { line: line.id, quantity: line.quantity - line.refunded_quantity }).collect();
    let mut wanted: Vec<RefundLine> = if asked.is_empty() { whole } else { asked.to_vec() };
    wanted.retain(|line| line.quantity > 0 || !asked.is_empty());
    wanted.sort_by_key(|line| line.line);
    if wanted.is_empty() || wanted.windows(2).any(|pair| pair[0].line == pair[1].line) {
        return Err(Refusal::NothingToRefund.into());
    }
    let mut back = Totals::default();
    for RefundLine { line, quantity } in wanted {
        let found = lines.iter().find(|known| known.id == line).ok_or(Refusal::NothingToRefund)?;
        let refunded = found.refunded_quantity.checked_add(quantity).filter(|refunded| *refunded <= found.quantity && quantity > 0);
        order_changes::set_refunded(transaction, line, refunded.ok_or(Refusal::NothingToRefund)?).await?;
        let add = |sum: Amount, one: Amount| {
            let all = one.units().checked_mul(quantity.into()).and_then(|all| sum.units().checked_add(all));
            all.map(Amount::from_units).ok_or(Refusal::NothingToRefund)
        };
        back = Totals { amount: add(back.amount, found.price)?, pv: add(back.pv, found.pv)?, cv: add(back.cv, found.cv)? };
    }
    Ok(back)
}

/// Money goes back to the wallets and e-pins it came from, the latest payment first; what was paid outside is owed outside. A pin whose time is over, even
/// where it is blocked, or that was passed on since, takes nothing back: the wallet of its owner of then does. Where an unpaid order is given up, a pin is not turned into money that
/// could not have been: the company takes what a pin that ran out has paid, and a pin that was passed on takes it back where pins are not redeemed. What is owed
/// to somebody who was erased is owed outside.
pub(super) async fn give_back(
    services: &Services,
    transaction: &Transaction,
    order: &OrderState,
    (amount, caller, reason): (Amount, &Caller, &str),
) -> Result<(), Error> {
    let currency = money::currency(services, transaction).await?;
    let mut left = amount;
    let mut journal = Journal::new(JournalKind::OrderRefund, currency, format!("order:{}", order.id))
        .by(Some(caller.account_id), Some(reason.trim().to_owned()));
    let payments = order_changes::payments(transaction, order.id).await?;
    let closed = hold_sources(transaction, order, &payments, currency).await?;
    for payment in payments {
        let part = left.min(payment.amount.checked_sub(payment.refunded).unwrap_or_default());
        if part <= Amount::ZERO {
            continue;
        }
        let target = match (payment.method, payment.payer_id, payment.epin_id) {
            (PaymentMethod::Wallet, Some(payer), _) => closed.wallet(payer),
            (PaymentMethod::Epin, owner, Some(pin)) => onto_pin(services, transaction, (order, &closed), (pin, owner, part)).await?,
            _ => Account::Company(Book::Cash),
        };
        journal = journal.transfer(Account::Company(Book::Sales), target, part)?;
        let refunded = payment.refunded.checked_add(part).unwrap_or(payment.amount);
        order_changes::refund_payment(transaction, payment.id, refunded).await?;
        left = left.checked_sub(part).unwrap_or_default();
    }
    if left > Amount::ZERO {
        return Err(Error::Internal(format!("order {} was paid less than its lines come to", order.id)));
    }
    if amount > Amount::ZERO {
        money::post(transaction, Ok(journal), services.now()).await?;
    }
    Ok(())
}

/// Partners who were erased: what is owed to them is paid outside.
struct Closed(BTreeSet<i64>);

impl Closed {
    fn wallet(&self, partner: i64) -> Account {
        if self.0.contains(&partner) { Account::Company(Book::Cash) } else { Account::Partner(partner, Pocket::Available) }
    }
}

/// Holds the pins and wallets that an order was paid from, pins first and each kind by number: so do all acts, and none waits for one that waits for it.
async fn hold_sources(transaction: &Transaction, order: &OrderState, payments: &[Payment], currency: Currency) -> Result<Closed, Error> {
    let mut partners: BTreeSet<i64> = payments.iter().filter_map(|payment| payment.payer_id).collect();
    for pin in payments.iter().filter_map(|payment| payment.epin_id).collect::<BTreeSet<_>>() {
        let held = epins::hold(transaction, pin).await?;
        partners.insert(order.partner_id);
        partners.extend(held.and_then(|pin| pin.owner_id));
    }
    let mut closed = BTreeSet::new();
    for partner in partners {
        if ledger::hold_closed(transaction, partner, currency).await? {
            closed.insert(partner);
        }
    }
    Ok(Closed(closed))
}

/// Puts money back on a pin; the account that it stands in then.
async fn onto_pin(
    services: &Services,
    transaction: &Transaction,
    (order, closed): (&OrderState, &Closed),
    (number, owner, part): (i64, Option<i64>, Amount),
) -> Result<Account, Error> {
    let now = services.now();
    let pin =
        epins::hold(transaction, number).await?.ok_or_else(|| Error::Internal(format!("e-pin {number} has paid and is not there")))?;
    let wallet = closed.wallet(owner.unwrap_or(order.partner_id));
    let gave_up = order.status == OrderStatus::PendingPayment;
    // Giving an order up is no way to turn a pin into money where the company does not redeem pins.
    if pin.owner_id != owner && (services.epin.redemption || !gave_up) {
        return Ok(wallet);
    }
    // Nobody can open a pin whose time is over, blocked or not; and what has run out is not turned into money by giving an order up.
    if pin.is_over(now) {
        return Ok(if gave_up { Account::Company(Book::Breakage) } else { wallet });
    }
    // Nobody else may use an open pin of somebody who was erased.
    if pin.status != EpinStatus::Blocked && pin.owner_id.is_some_and(|owner| closed.0.contains(&owner)) {
        return Ok(Account::Company(Book::Cash));
    }
    let more = Amount::from_units(part.units().saturating_neg());
    if !epin_changes::take(transaction, pin.id, more).await? {
        return Err(Error::Internal(format!("e-pin {number} was held and changed all the same")));
    }
    events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
    Ok(Account::Company(Book::EpinLiability))
}

/// The volume is taken back in the order's own period while that is open, else in that of now.
async fn uncount(transaction: &Transaction, order: &OrderState, back: Totals, now: Instant) -> Result<(), Error> {
    let own = order_changes::open_period_of(transaction, order.id).await?;
    let period_id = match own {
        Some(period_id) => period_id,
        None => open_period(transaction, now).await?,
    };
    let negative = |amount: Amount| Amount::from_units(amount.units().saturating_neg());
    let event =
        VolumeEvent { partner_id: order.partner_id, period_id, order_id: order.id, pv: negative(back.pv), cv: negative(back.cv), at: now };
    Ok(folding::append(transaction, &event).await?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::order_kind::{Buyer, OrderKind};

    fn order(amount: i64, pv: i64, cv: i64) -> OrderState {
        let (id, partner_id, status, zero) = (1, 1, OrderStatus::Completed, Amount::ZERO);
        let [amount, pv, cv] = [amount, pv, cv].map(Amount::from_units);
        let (buyer, kind) = (Buyer::default(), OrderKind::default());
        OrderState {
            id,
            partner_id,
            account_id: None,
            status,
            amount,
            paid: amount,
            refunded: zero,
            pv,
            cv,
            reference: Some("W-1".to_owned()),
            application_id: None,
            ordered_at: None,
            fee: zero,
            buyer,
            kind,
            ship_to: None,
        }
    }

    const MOST: i64 = Amount::MAX_INPUT.units();

    proptest! {
        #[test]
        fn parts_of_an_order_come_to_its_whole_volume_and_none_is_negative(
            (amount, pv, cv) in (1..=MOST, 0..=MOST, 0..=MOST),
            cuts in proptest::collection::vec(1..=100_u8, 0..8),
        ) {
            let mut order = order(amount, pv, cv);
            let mut back = [0_i64; 3];
            for cut in cuts.into_iter().map(Some).chain([None]) {
                let left = order.amount.checked_sub(order.refunded).unwrap().units();
                let sum = cut.map(|cut| Amount::from_units(left / i64::from(cut)));
                let part = portion(&order, sum).unwrap();
                for (sum, part) in back.iter_mut().zip([part.amount, part.pv, part.cv]) {
                    prop_assert!(part >= Amount::ZERO);
                    *sum += part.units();
                }
                order.refunded = order.refunded.checked_add(part.amount).unwrap();
            }
            prop_assert_eq!(back, [amount, pv, cv]);
        }
    }
}
