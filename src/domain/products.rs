//! What the company sells.

use super::amount::Amount;
use super::coded::coded_enum;
use super::refusal::Refusal;

coded_enum! {
    /// What kind of thing is sold.
    ProductKind, "a kind of product", {
        /// Joining the network; bought at sign-up.
        Membership = "MEMBERSHIP",
        /// Goods and services; bought by the cart.
        Product = "PRODUCT",
    }
}

/// Something that is sold, as it is offered now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Surrogate key.
    pub id: i64,
    /// The company's own code, unique.
    pub sku: String,
    /// As people read it.
    pub name: String,
    /// What kind.
    pub kind: ProductKind,
    /// Words to sort by; may be empty.
    pub category: String,
    /// In words; may be empty.
    pub description: String,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// Whether it is sent somewhere.
    pub shippable: bool,
    /// For one.
    pub price: Amount,
    /// Personal volume of one.
    pub pv: Amount,
    /// Commissionable volume of one.
    pub cv: Amount,
    /// Whether it is offered.
    pub active: bool,
}

/// Checks the words of a product: SKU 1 to 64, name 1 to 200, category up to 100, description up to 5,000 characters, picture an `http` address.
///
/// # Errors
/// [`Refusal::InvalidProduct`]
pub fn check_product(product: &Product) -> Result<(), Refusal> {
    let length = |text: &str| text.chars().count();
    let plain = |text: &str| !text.chars().any(char::is_control);
    let picture = product.image_url.as_deref().is_none_or(|url| {
        (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= 500 && url.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let reason = if !(1..=64).contains(&length(product.sku.trim())) || !plain(&product.sku) {
        "the SKU must have 1 to 64 characters"
    } else if !(1..=200).contains(&length(product.name.trim())) || !plain(&product.name) {
        "the name must have 1 to 200 characters"
    } else if length(&product.category) > 100 || !plain(&product.category) {
        "the category has 100 characters at most"
    } else if length(&product.description) > 5_000 {
        "the description has 5000 characters at most"
    } else if !picture {
        "the picture must be an address that begins with https:// or http://, of 500 characters at most"
    } else {
        return Ok(());
    };
    Err(Refusal::InvalidProduct { reason })
}
