//! Something that can be ordered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub sku: String,
    pub name: String,
    pub price: i64,
    pub pv: i64,
    pub cv: i64,
    pub active: bool,
    pub kind: String,
    pub category: String,
    pub description: String,
    pub image_url: Option<String>,
    pub shippable: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
