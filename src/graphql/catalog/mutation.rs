//! createProduct, updateProduct

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::fault;
use super::super::network::network;
use super::super::scalars::{BigInt, Decimal};
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::objects::{Product, ProductKind};
use crate::auth::principal::Principal;
use crate::commands::catalog::save_product_once;
use crate::commands::{self, Services};
use crate::domain::amount::Amount;
use crate::domain::products;
use crate::domain::refusal::Refusal;
use crate::store;

/// How a product is offered.
#[derive(Clone, Debug, InputObject)]
pub struct OfferInput {
    /// The company's own code, unique, 1 to 64 characters.
    sku: String,
    /// As people read it, 1 to 200 characters.
    name: String,
    /// What kind.
    kind: ProductKind,
    /// Words to sort by, up to 100 characters.
    #[graphql(default)]
    category: String,
    /// In words, up to 5000 characters.
    #[graphql(default)]
    description: String,
    /// Where its picture is: an address that begins with https:// or http://.
    image_url: Option<String>,
    /// Whether it is sent somewhere.
    #[graphql(default)]
    shippable: bool,
    /// For one, in the network's currency.
    price: Decimal,
    /// Personal volume of one.
    personal_volume: Decimal,
    /// Commissionable volume of one.
    commissionable_volume: Decimal,
    /// Whether it is offered.
    #[graphql(default = true)]
    active: bool,
}

impl OfferInput {
    fn into_product(self, id: i64) -> Result<products::Product, Refusal> {
        let amount = |decimal: Decimal| Amount::parse(&decimal.0).map_err(|error| Refusal::InvalidAmount { reason: error.to_string() });
        Ok(products::Product {
            id,
            sku: self.sku,
            name: self.name,
            kind: self.kind.into(),
            category: self.category,
            description: self.description,
            image_url: self.image_url,
            shippable: self.shippable,
            price: amount(self.price)?,
            pv: amount(self.personal_volume)?,
            cv: amount(self.commissionable_volume)?,
            active: self.active,
        })
    }
}

/// A new product.
#[derive(InputObject)]
pub struct CreateProductInput {
    /// How it is offered.
    offer: OfferInput,
    /// Makes the act repeatable: the same key with the same input makes one product. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// A product that is offered otherwise.
#[derive(InputObject)]
pub struct UpdateProductInput {
    /// Its number.
    product_number: BigInt,
    /// How it is offered from now on.
    offer: OfferInput,
}

/// Declares payloads that show a product.
macro_rules! product_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The product after the act; null when there are user errors.
            product: Option<Product>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(id) => {
                        let found = store::products::by_ids(network(ctx)?.database.reader(), &[id]).await.map_err(fault)?;
                        Self { product: found.into_iter().next().map(Product), user_errors: Vec::new() }
                    }
                    Err(user_errors) => Self { product: None, user_errors },
                }))
            }
        })+
    };
}

product_payloads! {
    /// Outcome of createProduct.
    CreateProductPayload;
    /// Outcome of updateProduct.
    UpdateProductPayload;
}

async fn save(ctx: &Context<'_>, id: i64, offer: OfferInput, key: Option<String>) -> Result<Result<i64, commands::Error>> {
    let product = match offer.into_product(id) {
        Ok(product) => product,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    Ok(save_product_once(ctx.data::<Services>()?, ctx.data::<Principal>()?, &product, key.as_deref()).await)
}

/// Acts on the catalogue.
#[derive(Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Offers a new product. Needs the scope `catalog`; recorded in the audit trail.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is offered.")] input: CreateProductInput,
    ) -> Result<Option<CreateProductPayload>> {
        CreateProductPayload::of(ctx, save(ctx, 0, input.offer, idempotency_key(ctx, input.idempotency_key)).await?).await
    }

    /// Offers a product otherwise; orders keep the prices of then. Needs the scope `catalog`; recorded in the audit trail.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how it is offered.")] input: UpdateProductInput,
    ) -> Result<Option<UpdateProductPayload>> {
        // No product has a number below 1; 0 would make a new one.
        UpdateProductPayload::of(ctx, save(ctx, input.product_number.0.max(1), input.offer, None).await?).await
    }
}
