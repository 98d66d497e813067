//! By what something is paid.

use async_graphql::{Enum, InputObject, OneofObject};

use super::super::scalars::BigInt;
use super::super::wallets::inputs::MoneyInput;
use crate::commands::orders::{FromEpin, FromWallet, Means};
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
