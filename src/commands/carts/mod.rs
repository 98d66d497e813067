//! Acts on the caller's own cart and addresses.

mod addresses;
mod lines;

pub use addresses::{add_shipping_address, add_shipping_address_once, remove_shipping_address, set_default_shipping_address};
pub use lines::{add_to_cart, add_to_cart_once, clear_cart, remove_from_cart, set_cart_quantity};
