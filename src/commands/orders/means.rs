//! By what an order is paid: a wallet, or an e-pin.

use serde_json::{Value, json};

use super::complete::complete;
use crate::commands::epins::{self, Guesser, KnownCode};
use crate::commands::money::Sum;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services, money};
use crate::config::secrets::Secret;
use crate::domain::amount::Amount;
use crate::domain::carts::{MOST_PAYMENTS, OrderState, OrderStatus, PaymentMethod};
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::refusal::Refusal;
use crate::events::{EpinChanged, OrderPaid, PartnerActivated};
use crate::store::database::Transaction;
use crate::store::order_changes::{self, Payment};
use crate::store::{events, partner_changes};

/// A payment from a wallet.
#[derive(Clone, Debug)]
pub struct FromWallet {
    /// The number of the partner whose wallet it is; the caller's own when left out.
    pub owner: Option<i64>,
    /// That partner's.
    pub transaction_password: Secret<String>,
}

/// A payment by an e-pin.
#[derive(Clone, Debug)]
pub struct FromEpin {
    /// As it was given.
    pub code: Secret<String>,
    /// How much; what is due when left out. The pin must hold as much, and what it holds beyond stays on it.
    pub sum: Option<Sum>,
}

/// By what something is paid.
#[derive(Clone, Debug)]
pub enum Means {
    /// From a wallet.
    Wallet(FromWallet),
    /// By an e-pin.
    Epin(FromEpin),
}

impl Means {
    /// What makes one request differ from another; passwords do not, as a repetition need not pass them again.
    pub(in crate::commands) fn request(&self) -> Value {
        match self {
            Self::Wallet(wallet) => json!({ "wallet": wallet.owner }),
            Self::Epin(epin) => json!({ "epin": epin.code.expose(), "sum": &epin.sum }),
        }
    }
}

/// Money that is at hand: the secret was right. It is opened before the transaction begins, because secrets take long to check.
#[derive(Clone, Debug)]
pub(in crate::commands) enum Purse {
    /// A wallet.
    Wallet(Spender),
    /// The pin with this code, for those pins of which `user` may use.
    Epin { code: KnownCode, user: Option<i64>, sum: Option<Sum> },
}

impl Purse {
    /// Opens what somebody pays by; the wallet of `partner` where no other is named.
    pub async fn open(services: &Services, who: Guesser<'_>, partner: Option<i64>, means: &Means) -> Result<Self, Error> {
        Ok(match means {
            Means::Wallet(wallet) => {
                let owner = wallet.owner.or(partner).ok_or(Refusal::PartnerUnknown)?;
                Self::Wallet(unlock(services, who.account_id(), owner, &wallet.transaction_password).await?)
            }
            Means::Epin(epin) => {
                let code = epins::known(services, who, &epin.code).await?;
                Self::Epin { code, user: partner, sum: epin.sum.clone() }
            }
        })
    }

    /// The same, opened for somebody who may use the pins of `user`.
    pub fn used_by(self, user: Option<i64>) -> Self {
        match self {
            Self::Epin { code, sum, .. } => Self::Epin { code, user, sum },
            wallet @ Self::Wallet(_) => wallet,
        }
    }
}

/// Pays what is due for an order, or by an e-pin as much of it as was said.
pub(in crate::commands) async fn pay(
    services: &Services,
    transaction: &Transaction,
    order: &mut OrderState,
    purse: &Purse,
) -> Result<(), Error> {
    let (due, now) = (order.due(), services.now());
    if due == Amount::ZERO {
        return Ok(());
    }
    let currency = money::currency(services, transaction).await?;
    let (source, payment) = match purse {
        Purse::Wallet(spender) => {
            spender.still_may(transaction).await?;
            let payer = spender.partner_id();
            let payment = Payment { payer_id: Some(payer), amount: due, ..Payment::new(order.id, PaymentMethod::Wallet) };
            (Account::Partner(payer, Pocket::Available), payment)
        }
        Purse::Epin { code, user, sum } => {
            let wanted = sum.as_ref().map(|sum| sum.read(currency)).transpose()?.unwrap_or(due);
            if wanted > due {
                return Err(Refusal::InvalidAmount { reason: format!("is more than the {due} that are due") }.into());
            }
            let (pin, amount) = epins::take(services, transaction, *code, *user, Some(wanted)).await?;
            events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
            let (payer_id, epin_id) = (pin.owner_id, Some(pin.id));
            (Account::Company(Book::EpinLiability), Payment { payer_id, epin_id, amount, ..Payment::new(order.id, PaymentMethod::Epin) })
        }
    };
    book(transaction, order, (source, payment), Journal::new(JournalKind::OrderPayment, currency, format!("order:{}", order.id)), now).await
}

/// Writes a payment of an order and the money that it moves.
pub(super) async fn book(
    transaction: &Transaction,
    order: &mut OrderState,
    (source, payment): (Account, Payment),
    journal: Journal,
    now: Instant,
) -> Result<(), Error> {
    let is_a_part = payment.amount < order.due();
    if is_a_part && order_changes::payments(transaction, order.id).await?.len() + 1 >= MOST_PAYMENTS as usize {
        return Err(Refusal::InvalidAmount { reason: "must be all that is due: this order was paid in too many parts".to_owned() }.into());
    }
    let actor = journal.actor_id.or(order.account_id);
    let journal = journal.by(actor, payment.reference.clone()).transfer(source, Account::Company(Book::Sales), payment.amount);
    let journal = money::post(transaction, journal, now).await?;
    if !order_changes::insert_payment(transaction, &payment, journal, now).await? {
        return Err(Refusal::ReferenceTaken { reference: payment.reference.unwrap_or_default() }.into());
    }
    order.paid = order.paid.checked_add(payment.amount).ok_or_else(|| Error::Internal(format!("order {} was paid too much", order.id)))?;
    Ok(())
}

/// Moves an order on that is wholly paid: to PAID, which makes a partner ACTIVE who waited for it, and to COMPLETED where the company finishes orders
/// by themselves.
pub(in crate::commands) async fn settle(
    services: &Services,
    transaction: &Transaction,
    order: &mut OrderState,
    now: Instant,
) -> Result<(), Error> {
    if order.status == OrderStatus::PendingPayment && order.due() == Amount::ZERO {
        order.status = OrderStatus::Paid;
        events::append(transaction, &OrderPaid { order: order.id, partner: order.partner_id }.into(), now).await?;
        if partner_changes::activate(transaction, order.partner_id).await? {
            events::append(transaction, &PartnerActivated { partner: order.partner_id }.into(), now).await?;
        }
    }
    order_changes::set_state(transaction, order).await?;
    if order.status == OrderStatus::Paid && services.shop.complete_when_paid {
        complete(transaction, order, now).await?;
    }
    Ok(())
}
