//! checkout, payOrder, completeOrder, refundOrder

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::{Epoch, load};
use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::loader::Orders;
use super::objects::Order;
use crate::auth::principal::Principal;
use crate::commands::orders::{Checkout, FromWallet, PayOrder, RefundLine, RefundOrder, checkout, complete_order, pay_order, refund_order};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// A payment from a wallet.
#[derive(InputObject)]
pub struct WalletPaymentInput {
    /// The number of the partner whose wallet it is; the caller's own when left out.
    owner_number: Option<BigInt>,
    /// That partner's transaction password.
    transaction_password: String,
}

impl From<WalletPaymentInput> for FromWallet {
    fn from(input: WalletPaymentInput) -> Self {
        Self { owner: input.owner_number.map(|number| number.0), transaction_password: Secret::new(input.transaction_password) }
    }
}

/// Ordering what is in the cart.
#[derive(InputObject)]
pub struct CheckoutInput {
    /// The number of the cart that the caller saw: once it is ordered, its order is the answer.
    cart_number: Option<BigInt>,
    /// Where it goes; the default address when left out.
    address_number: Option<BigInt>,
    /// Paid at once from a wallet; without it the order waits for its payment.
    wallet: Option<WalletPaymentInput>,
    /// Makes the act repeatable: the same key with the same input orders once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Paying for an order of the own.
#[derive(InputObject)]
pub struct PayOrderInput {
    /// Which.
    order_number: BigInt,
    /// From which wallet.
    wallet: WalletPaymentInput,
    /// Makes the act repeatable: the same key with the same input pays once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Finishing a paid order.
#[derive(InputObject)]
pub struct CompleteOrderInput {
    /// Which.
    order_number: BigInt,
}

/// So many of a line of an order.
#[derive(InputObject)]
pub struct RefundLineInput {
    /// The number of the line.
    line_number: BigInt,
    /// How many go back.
    quantity: i32,
}

/// Giving an order back.
#[derive(InputObject)]
pub struct RefundOrderInput {
    /// Which.
    order_number: BigInt,
    /// What of it; everything that is left when empty.
    #[graphql(default, validator(max_items = 100))]
    lines: Vec<RefundLineInput>,
    /// Why, in 1 to 200 characters.
    reason: String,
    /// Makes the act repeatable: the same key with the same input gives back once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Declares payloads that show an order.
macro_rules! order_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The order after the act; null when there are user errors.
            order: Option<Order>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(number) => {
                        // What was loaded before the act is forgotten.
                        ctx.data::<Epoch>()?.advance();
                        Self { order: load::<Orders>(ctx, (), number).await?.map(Order), user_errors: Vec::new() }
                    }
                    Err(user_errors) => Self { order: None, user_errors },
                }))
            }
        })+
    };
}

order_payloads! {
    /// Outcome of checkout.
    CheckoutPayload;
    /// Outcome of payOrder.
    PayOrderPayload;
    /// Outcome of completeOrder.
    CompleteOrderPayload;
    /// Outcome of refundOrder.
    RefundOrderPayload;
}

/// Acts on orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Orders what is in the caller's cart, at the prices of now.
    async fn checkout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is paid and where it goes.")] input: CheckoutInput,
    ) -> Result<Option<CheckoutPayload>> {
        let act = Checkout {
            cart: input.cart_number.map(|number| number.0),
            address: input.address_number.map(|number| number.0),
            payment: input.wallet.map(Into::into),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        CheckoutPayload::of(ctx, checkout(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Pays what is due for an order of the caller's.
    async fn pay_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and from where.")] input: PayOrderInput,
    ) -> Result<Option<PayOrderPayload>> {
        let act = PayOrder {
            order: input.order_number.0,
            payment: input.wallet.into(),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        PayOrderPayload::of(ctx, pay_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Finishes a paid order: its volume counts from now on. Needs the scope `catalog`; recorded in the audit trail.
    async fn complete_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CompleteOrderInput,
    ) -> Result<Option<CompleteOrderPayload>> {
        let outcome = complete_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.order_number.0).await;
        CompleteOrderPayload::of(ctx, outcome).await
    }

    /// Gives an order back, wholly or in part: the money goes where it came from, and the volume is taken back. Needs the scope `payouts`; recorded in the
    /// audit trail.
    async fn refund_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what of it.")] input: RefundOrderInput,
    ) -> Result<Option<RefundOrderPayload>> {
        let line =
            |line: RefundLineInput| RefundLine { line: line.line_number.0, quantity: u32::try_from(line.quantity).unwrap_or_default() };
        let act = RefundOrder {
            order: input.order_number.0,
            lines: input.lines.into_iter().map(line).collect(),
            reason: input.reason,
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        RefundOrderPayload::of(ctx, refund_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
