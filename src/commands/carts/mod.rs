//! Acts on the caller's own cart and addresses.

mod addresses;
mod lines;

pub use addresses::{add_shipping_address, remove_shipping_address, set_default_shipping_address};
pub use lines::{add_to_cart, clear_cart, remove_from_cart, set_cart_quantity};
