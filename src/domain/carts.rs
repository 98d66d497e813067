//! Carts, addresses, and what an order goes through.

use super::amount::Amount;
use super::coded::coded_enum;
use super::instant::Instant;
use super::order_kind::{Buyer, OrderKind};
use super::products::Product;
use super::refusal::Refusal;

/// The most of one product in a cart.
pub const MOST_OF_ONE: u32 = 9_999;
/// The most personal and the most commissionable volume of one order: nine hundred thousand such orders below one partner still fit into a sum.
pub const MOST_VOLUME: Amount = Amount::from_units(1_000_000_000 * Amount::SCALE);
/// The most products in a cart.
pub const MOST_LINES: u32 = 100;
/// The most payments of an order: the last one must pay all that is due.
pub const MOST_PAYMENTS: u32 = 50;
/// The most addresses of an account.
pub const MOST_ADDRESSES: u32 = 20;

/// What somebody is about to order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    /// Surrogate key; none before something was put in.
    pub id: Option<i64>,
    /// In the order in which they were put in.
    pub lines: Vec<CartLine>,
}

/// So many of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// As it is offered now.
    pub product: Product,
    /// How many.
    pub quantity: u32,
}

/// What a cart or an order comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// To be paid.
    pub amount: Amount,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
}

impl Cart {
    /// What it comes to at the prices of now.
    ///
    /// # Errors
    /// [`Refusal::CartTooLarge`], [`Refusal::OrderVolumeTooLarge`]
    pub fn totals(&self) -> Result<Totals, Refusal> {
        let times = |sum: Amount, one: Amount, quantity: u32| {
            let all = one.units().checked_mul(quantity.into()).map(Amount::from_units);
            all.and_then(|all| sum.checked_add(all)).filter(|sum| *sum <= Amount::MAX_INPUT).ok_or(Refusal::CartTooLarge)
        };
        let totals: Totals = self.lines.iter().try_fold(Totals::default(), |totals, line| {
            let CartLine { product, quantity } = line;
            Ok::<_, Refusal>(Totals {
                amount: times(totals.amount, product.price, *quantity)?,
                pv: times(totals.pv, product.pv, *quantity)?,
                cv: times(totals.cv, product.cv, *quantity)?,
            })
        })?;
        check_volume(totals.pv, totals.cv)?;
        Ok(totals)
    }
}

/// Checks what one order brings: [`MOST_VOLUME`] at most, of either kind.
///
/// # Errors
/// [`Refusal::OrderVolumeTooLarge`]
pub fn check_volume(pv: Amount, cv: Amount) -> Result<(), Refusal> {
    if pv.max(cv) > MOST_VOLUME { Err(Refusal::OrderVolumeTooLarge) } else { Ok(()) }
}

/// Where an order goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingAddress {
    /// Surrogate key.
    pub id: i64,
    /// To whom.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub zip_code: String,
    /// Town.
    pub city: String,
    /// To be called.
    pub phone: String,
    /// Taken where none is named.
    pub is_default: bool,
}

/// Checks the parts of an address: all are needed; 255, 255, 20, 100 and 20 characters at most.
///
/// # Errors
/// [`Refusal::InvalidAddress`]
pub fn check_address(address: &ShippingAddress) -> Result<(), Refusal> {
    let ShippingAddress { name, address, zip_code, city, phone, .. } = address;
    for (part, text, most) in
        [("name", name, 255), ("address", address, 255), ("zip code", zip_code, 20), ("city", city, 100), ("phone number", phone, 20)]
    {
        if !(1..=most).contains(&text.trim().chars().count()) || text.chars().any(char::is_control) {
            return Err(Refusal::InvalidAddress { part, most });
        }
    }
    Ok(())
}

coded_enum! {
    /// Where an order stands.
    OrderStatus, "a status of an order", {
        /// Not paid, or not wholly.
        PendingPayment = "PENDING_PAYMENT",
        /// Paid, not finished: its volume does not count yet.
        Paid = "PAID",
        /// Finished: its volume counts.
        Completed = "COMPLETED",
        /// Wholly given back.
        Refunded = "REFUNDED",
        /// Given up before it was paid.
        Cancelled = "CANCELLED",
    }
}

coded_enum! {
    /// By which means something was paid.
    PaymentMethod, "a means of payment", {
        /// From a partner's wallet.
        Wallet = "WALLET",
        /// By an e-pin.
        Epin = "EPIN",
        /// Outside, recorded here.
        External = "EXTERNAL",
    }
}

/// Where an order stands, beside what was ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderState {
    /// The order's number.
    pub id: i64,
    /// Who is credited.
    pub partner_id: i64,
    /// Who ordered; none for orders that were imported or reported.
    pub account_id: Option<i64>,
    /// Where it stands.
    pub status: OrderStatus,
    /// To be paid in all.
    pub amount: Amount,
    /// Paid so far.
    pub paid: Amount,
    /// Given back so far.
    pub refunded: Amount,
    /// Personal volume.
    pub pv: Amount,
    /// Commissionable volume.
    pub cv: Amount,
    /// The number that another shop gave it.
    pub reference: Option<String>,
    /// The application that recorded it.
    pub application_id: Option<i64>,
    /// When it was ordered; none for orders that were imported.
    pub ordered_at: Option<Instant>,
    /// What of the amount is a fee, which no line holds and which is not given back.
    pub fee: Amount,
    /// Who bought.
    pub buyer: Buyer,
    /// What was bought.
    pub kind: OrderKind,
    /// Where it goes; none where nothing is sent.
    pub ship_to: Option<ShipTo>,
}

/// Where an order goes, as the address was when it was ordered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShipTo {
    /// To whom.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub zip_code: String,
    /// Town.
    pub city: String,
    /// To be called.
    pub phone: String,
}

impl OrderState {
    /// What is still to be paid.
    #[must_use]
    pub fn due(&self) -> Amount {
        self.amount.checked_sub(self.paid).unwrap_or_default()
    }
}

/// A product within an order, at the price of then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// Surrogate key.
    pub id: i64,
    /// The product's key.
    pub product_id: i64,
    /// The product's name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// How many of them were given back.
    pub refunded_quantity: u32,
    /// For one.
    pub price: Amount,
    /// Personal volume of one.
    pub pv: Amount,
    /// Commissionable volume of one.
    pub cv: Amount,
}
