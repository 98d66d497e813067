//! addToCart, setCartQuantity, removeFromCart, clearCart, addShippingAddress, removeShippingAddress, setDefaultShippingAddress

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::objects::{Cart, ShippingAddress, addresses};
use crate::auth::principal::Principal;
use crate::commands::carts::{
    add_shipping_address_once, add_to_cart_once, clear_cart, remove_from_cart, remove_shipping_address, set_cart_quantity,
    set_default_shipping_address,
};
use crate::commands::{self, Services};
use crate::domain::carts;

/// Putting a product into the cart.
#[derive(InputObject)]
pub struct AddToCartInput {
    /// Which.
    product_number: BigInt,
    /// How many more; 1 when left out.
    #[graphql(default = 1)]
    quantity: i32,
    /// Makes the act repeatable: the same key with the same input adds once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// How many of a product the cart holds.
#[derive(InputObject)]
pub struct SetCartQuantityInput {
    /// Which.
    product_number: BigInt,
    /// How many; 0 takes it out.
    quantity: i32,
}

/// Taking a product out of the cart.
#[derive(InputObject)]
pub struct RemoveFromCartInput {
    /// Which.
    product_number: BigInt,
}

/// Emptying the cart.
#[derive(InputObject)]
pub struct ClearCartInput {
    /// Given back as it is.
    client_mutation_id: Option<String>,
}

/// A new address.
#[derive(InputObject)]
pub struct AddShippingAddressInput {
    /// To whom, up to 255 characters.
    name: String,
    /// Street and number, up to 255 characters.
    address: String,
    /// Postal code, up to 20 characters.
    zip_code: String,
    /// Town, up to 100 characters.
    city: String,
    /// To be called, up to 20 characters.
    phone: String,
    /// Whether it becomes the default; the first one does so anyway.
    #[graphql(default)]
    is_default: bool,
    /// Makes the act repeatable: the same key with the same input adds one address. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Removing an address.
#[derive(InputObject)]
pub struct RemoveShippingAddressInput {
    /// Which.
    address_number: BigInt,
}

/// Choosing the default address.
#[derive(InputObject)]
pub struct SetDefaultShippingAddressInput {
    /// Which.
    address_number: BigInt,
}

/// Declares payloads that show the caller's cart, or the caller's addresses.
macro_rules! own_payloads {
    ($($(#[$doc:meta])* $name:ident, $field:ident: $shown:ty = $read:expr, $field_doc:literal;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            #[doc = $field_doc]
            $field: Option<$shown>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of<T>(ctx: &Context<'_>, outcome: Result<T, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(_) => Self { $field: Some($read(ctx).await?), user_errors: Vec::new() },
                    Err(user_errors) => Self { $field: None, user_errors },
                }))
            }
        })+
    };
}

own_payloads! {
    /// Outcome of addToCart.
    AddToCartPayload, cart: Cart = Cart::of_caller, "The cart after the act; null when there are user errors.";
    /// Outcome of setCartQuantity.
    SetCartQuantityPayload, cart: Cart = Cart::of_caller, "The cart after the act; null when there are user errors.";
    /// Outcome of removeFromCart.
    RemoveFromCartPayload, cart: Cart = Cart::of_caller, "The cart after the act; null when there are user errors.";
    /// Outcome of addShippingAddress.
    AddShippingAddressPayload, shipping_addresses: Vec<ShippingAddress> = addresses, "All addresses, the default one first; null when there are user errors.";
    /// Outcome of removeShippingAddress.
    RemoveShippingAddressPayload, shipping_addresses: Vec<ShippingAddress> = addresses, "All addresses, the default one first; null when there are user errors.";
    /// Outcome of setDefaultShippingAddress.
    SetDefaultShippingAddressPayload, shipping_addresses: Vec<ShippingAddress> = addresses, "All addresses, the default one first; null when there are user errors.";
}

/// Outcome of clearCart.
#[derive(SimpleObject)]
pub struct ClearCartPayload {
    /// As it was given.
    client_mutation_id: Option<String>,
    /// The cart after the act; null when there are user errors.
    cart: Option<Cart>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// A number below zero is none that is offered.
fn quantity(asked: i32) -> u32 {
    u32::try_from(asked).unwrap_or(u32::MAX)
}

/// Acts on the caller's own cart and addresses.
#[derive(Default)]
pub struct CartMutation;

#[Object]
impl CartMutation {
    /// Puts so many more of a product into the caller's cart.
    async fn add_to_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and how many.")] input: AddToCartInput,
    ) -> Result<Option<AddToCartPayload>> {
        let (services, principal) = (ctx.data::<Services>()?, ctx.data::<Principal>()?);
        let key = idempotency_key(ctx, input.idempotency_key);
        let more = (input.product_number.0, quantity(input.quantity));
        AddToCartPayload::of(ctx, add_to_cart_once(services, principal, more, key.as_deref()).await).await
    }

    /// Sets how many of a product are in the caller's cart; 0 takes it out.
    async fn set_cart_quantity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and how many.")] input: SetCartQuantityInput,
    ) -> Result<Option<SetCartQuantityPayload>> {
        let (services, principal) = (ctx.data::<Services>()?, ctx.data::<Principal>()?);
        SetCartQuantityPayload::of(ctx, set_cart_quantity(services, principal, input.product_number.0, quantity(input.quantity)).await)
            .await
    }

    /// Takes a product out of the caller's cart.
    async fn remove_from_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: RemoveFromCartInput,
    ) -> Result<Option<RemoveFromCartPayload>> {
        let (services, principal) = (ctx.data::<Services>()?, ctx.data::<Principal>()?);
        RemoveFromCartPayload::of(ctx, remove_from_cart(services, principal, input.product_number.0).await).await
    }

    /// Empties the caller's cart.
    async fn clear_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing is needed.")] input: ClearCartInput,
    ) -> Result<Option<ClearCartPayload>> {
        let user_errors = sort(clear_cart(ctx.data::<Services>()?, ctx.data::<Principal>()?).await)?.err().unwrap_or_default();
        let cart = if user_errors.is_empty() { Some(Cart::of_caller(ctx).await?) } else { None };
        Ok(Some(ClearCartPayload { client_mutation_id: input.client_mutation_id, cart, user_errors }))
    }

    /// Adds an address to the caller's.
    async fn add_shipping_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: AddShippingAddressInput,
    ) -> Result<Option<AddShippingAddressPayload>> {
        let AddShippingAddressInput { name, address, zip_code, city, phone, is_default, idempotency_key: key } = input;
        let address = carts::ShippingAddress { id: 0, name, address, zip_code, city, phone, is_default };
        let (services, principal, key) = (ctx.data::<Services>()?, ctx.data::<Principal>()?, idempotency_key(ctx, key));
        AddShippingAddressPayload::of(ctx, add_shipping_address_once(services, principal, &address, key.as_deref()).await).await
    }

    /// Removes an address of the caller's.
    async fn remove_shipping_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RemoveShippingAddressInput,
    ) -> Result<Option<RemoveShippingAddressPayload>> {
        let (services, principal) = (ctx.data::<Services>()?, ctx.data::<Principal>()?);
        RemoveShippingAddressPayload::of(ctx, remove_shipping_address(services, principal, input.address_number.0).await).await
    }

    /// Makes an address of the caller's the default one.
    async fn set_default_shipping_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: SetDefaultShippingAddressInput,
    ) -> Result<Option<SetDefaultShippingAddressPayload>> {
        let (services, principal) = (ctx.data::<Services>()?, ctx.data::<Principal>()?);
        SetDefaultShippingAddressPayload::of(ctx, set_default_shipping_address(services, principal, input.address_number.0).await).await
    }
}
