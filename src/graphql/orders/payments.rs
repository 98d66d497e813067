//! By what something is paid.

use async_graphql::{Context, Enum, InputObject, OneofObject, Result, SimpleObject};

use super::super::loader::{Epoch, load};
use super::super::scalars::{BigInt, Money};
use super::super::user_errors::{UserError, sort};
use super::super::wallets::inputs::MoneyInput;
use super::loader::OrderPayments;
use super::objects::{Order, Payment, due};
use super::query::order;
use crate::auth::principal::Principal;
use crate::commands;
use crate::commands::orders::{FromEpin, FromWallet, Means, RecordPayment};
use crate::config::secrets::Secret;
use crate::domain::carts;

/// By what something is paid: one of these.
#[derive(OneofObject)]
pub enum PaymentInput {
    /// From a wallet.
    Wallet(WalletPaymentInput),
    /// By an e-pin.
    Epin(EpinPaymentInput),
}

/// A payment from a wallet.
#[derive(InputObject)]
pub struct WalletPaymentInput {
    /// The number of the partner whose wallet it is; the caller's own when left out.
    owner_number: Option<BigInt>,
    /// That partner's transaction password.
    #[graphql(secret)]
    transaction_password: String,
}

/// A payment by an e-pin. What the pin holds beyond it stays on it.
#[derive(InputObject)]
pub struct EpinPaymentInput {
    /// As it was given; dashes, blanks and the case do not matter.
    #[graphql(secret)]
    code: String,
    /// How much; what is due when left out.
    amount: Option<MoneyInput>,
}

impl From<PaymentInput> for Means {
    fn from(input: PaymentInput) -> Self {
        match input {
            PaymentInput::Wallet(WalletPaymentInput { owner_number, transaction_password }) => Self::Wallet(FromWallet {
                owner: owner_number.map(|number| number.0),
                transaction_password: Secret::new(transaction_password),
            }),
            PaymentInput::Epin(EpinPaymentInput { code, amount }) => {
                Self::Epin(FromEpin { code: Secret::new(code), sum: amount.map(Into::into) })
            }
        }
    }
}

/// Where the fields of [`PaymentInput`] stand in an input that holds it as `payment`.
pub const PAYMENT: &[(&str, &[&str])] = &[
    ("transactionPassword", &["payment", "wallet", "transactionPassword"]),
    ("code", &["payment", "epin", "code"]),
    ("amount", &["payment", "epin", "amount"]),
];

/// By which means something was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "carts::PaymentMethod")]
pub enum PaymentMethod {
    /// From a partner's wallet.
    Wallet,
    /// By an e-pin.
    Epin,
    /// Outside, recorded here.
    External,
}

/// Outcome of recordPayment.
#[derive(SimpleObject)]
pub struct RecordPaymentPayload {
    /// The order after the act; null when there are user errors, and when it is hidden from the caller: an application sees orders that it recorded.
    order: Option<Order>,
    /// The payment; null when there are user errors, and to an application where another one had recorded it.
    payment: Option<Payment>,
    /// What is still to be paid; null when there are user errors.
    due: Option<Money>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

impl RecordPaymentPayload {
    pub(super) async fn of(ctx: &Context<'_>, act: &RecordPayment, outcome: Result<i64, commands::Error>) -> Result<Self> {
        let number = match sort(outcome)? {
            Ok(number) => number,
            Err(user_errors) => return Ok(Self { order: None, payment: None, due: None, user_errors }),
        };
        // What was loaded before the act is forgotten.
        ctx.data::<Epoch>()?.advance();
        let application = ctx.data::<Principal>()?.application();
        let recorded = load::<OrderPayments>(ctx, (), number).await?.into_iter();
        let mut own = recorded.filter(|payment| application.is_none() || payment.application_id == application);
        let payment = own.find(|payment| payment.reference.as_deref() == Some(act.reference.trim())).map(Payment);
        Ok(Self { order: order(ctx, number).await?, payment, due: due(ctx, number).await?, user_errors: Vec::new() })
    }
}
