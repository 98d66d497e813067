//! checkout, payOrder, cancelOrder, completeOrder, refundOrder, recordPayment, recordOrder

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::Epoch;
use super::super::scalars::{BigInt, Decimal};
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::super::wallets::inputs::MoneyInput;
use super::inputs::{Buyer, OrderKind};
use super::objects::Order;
use super::payments::{PAYMENT, PaymentInput, RecordPaymentPayload};
use super::query::order;
use crate::auth::principal::Principal;
use crate::commands::orders::{
    Checkout, PayOrder, RecordOrder, RecordPayment, RefundLine, RefundOrder, cancel_order, checkout, complete_order, pay_order,
    record_order, record_payment, refund_order,
};
use crate::commands::{self, Services};
use crate::domain::amount::Amount;
use crate::domain::refusal::Refusal;

/// Ordering what is in the cart.
#[derive(InputObject)]
pub struct CheckoutInput {
    /// The number of the cart that the caller saw: once it is ordered, its order is the answer.
    cart_number: Option<BigInt>,
    /// Where it goes; the default address when left out.
    address_number: Option<BigInt>,
    /// Paid at once; without it the order waits for its payment.
    payment: Option<PaymentInput>,
    /// Makes the act repeatable: the same key with the same input orders once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Paying for an order of the own.
#[derive(InputObject)]
pub struct PayOrderInput {
    /// Which.
    order_number: BigInt,
    /// By what.
    payment: PaymentInput,
    /// Makes the act repeatable: the same key with the same input pays once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Giving an order up that is not paid.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// Which.
    order_number: BigInt,
}

/// Recording money that came in outside.
#[derive(InputObject)]
pub struct RecordPaymentInput {
    /// For which order.
    order_number: BigInt,
    /// What the payment is called outside, 1 to 100 characters. The same reference for the same order counts once, whoever records it; for other
    /// orders each application has references of its own.
    reference: String,
    /// How much; what is due when left out.
    amount: Option<MoneyInput>,
}

/// An order that another shop has taken and finished.
#[derive(InputObject)]
pub struct RecordOrderInput {
    /// The number that the other shop gave it, 1 to 100 characters. The same reference with the same content is the same order; each application has
    /// references of its own.
    reference: String,
    /// The number of the partner who is credited.
    partner_number: BigInt,
    /// Who bought.
    #[graphql(default_with = "Buyer::Partner")]
    buyer: Buyer,
    /// What was bought.
    #[graphql(default_with = "OrderKind::Order")]
    kind: OrderKind,
    /// What was paid there; may be 0.
    amount: MoneyInput,
    /// Personal volume.
    personal_volume: Decimal,
    /// Commissionable volume.
    commissionable_volume: Decimal,
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
    /// How much of an order that has no lines, because another shop took it; everything that is left when left out.
    amount: Option<MoneyInput>,
    /// Why, in 1 to 200 characters.
    reason: String,
    /// Makes the act repeatable: the same key with the same input gives back once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Declares payloads that show an order.
macro_rules! order_payloads {
    ($($(#[$doc:meta])* $name:ident, $places:expr;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The order after the act; null when there are user errors, and when it is hidden from the caller.
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
                        Self { order: order(ctx, number).await?, user_errors: Vec::new() }
                    }
                    Err(user_errors) => {
                        let user_errors = user_errors.into_iter().map(|error| error.within($places)).collect();
                        Self { order: None, user_errors }
                    }
                }))
            }
        })+
    };
}

order_payloads! {
    /// Outcome of checkout.
    CheckoutPayload, PAYMENT;
    /// Outcome of payOrder.
    PayOrderPayload, PAYMENT;
    /// Outcome of cancelOrder.
    CancelOrderPayload, &[];
    /// Outcome of recordOrder.
    RecordOrderPayload, &[];
    /// Outcome of completeOrder.
    CompleteOrderPayload, &[];
    /// Outcome of refundOrder.
    RefundOrderPayload, &[];
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
            payment: input.payment.map(Into::into),
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
            payment: input.payment.into(),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        PayOrderPayload::of(ctx, pay_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Gives an order up that is not wholly paid: one of the caller's own, or any with the scope `catalog`, which is recorded in the audit trail. What was
    /// paid of it goes back.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CancelOrderInput,
    ) -> Result<Option<CancelOrderPayload>> {
        let outcome = cancel_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.order_number.0).await;
        CancelOrderPayload::of(ctx, outcome).await
    }

    /// Records a payment of an order that came in outside, by bank, card or cash. Needs the scope `orders` or `payouts`, or an application with `orders`;
    /// recorded in the audit trail.
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which order, and how much.")] input: RecordPaymentInput,
    ) -> Result<Option<RecordPaymentPayload>> {
        let act = RecordPayment { order: input.order_number.0, reference: input.reference, sum: input.amount.map(Into::into) };
        let outcome = record_payment(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        RecordPaymentPayload::of(ctx, &act, outcome).await.map(Some)
    }

    /// Takes over an order that another shop has taken and finished: its volume counts from now on. Needs the scope `orders` or `catalog`, or an
    /// application with `orders`; recorded in the audit trail.
    async fn record_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and what it came to.")] input: RecordOrderInput,
    ) -> Result<Option<RecordOrderPayload>> {
        let volume = |volume: &Decimal| Amount::parse(&volume.0).map_err(|error| Refusal::InvalidAmount { reason: error.to_string() });
        let act = match (volume(&input.personal_volume), volume(&input.commissionable_volume)) {
            (Ok(pv), Ok(cv)) => RecordOrder {
                reference: input.reference,
                partner: input.partner_number.0,
                buyer: input.buyer.into(),
                kind: input.kind.into(),
                sum: input.amount.into(),
                pv,
                cv,
            },
            (Err(refusal), _) | (_, Err(refusal)) => return RecordOrderPayload::of(ctx, Err(refusal.into())).await,
        };
        RecordOrderPayload::of(ctx, record_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Finishes a paid order: its volume counts from now on. Needs the scope `orders` or `catalog`, or an application with `orders`; recorded in the audit
    /// trail.
    async fn complete_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CompleteOrderInput,
    ) -> Result<Option<CompleteOrderPayload>> {
        let outcome = complete_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, input.order_number.0).await;
        CompleteOrderPayload::of(ctx, outcome).await
    }

    /// Gives an order back, wholly or in part: the money goes where it came from, and the volume is taken back. Needs the scope `payouts`, or an application
    /// with `orders` that recorded it itself; recorded in the audit trail.
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
            sum: input.amount.map(Into::into),
            reason: input.reason,
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        RefundOrderPayload::of(ctx, refund_order(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
