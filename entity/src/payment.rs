//! What was paid for an order, by which means, and how much of it went back.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub order_id: i64,
    pub method: String,
    pub payer_id: Option<i64>,
    pub epin_id: Option<i64>,
    pub reference: Option<String>,
    pub amount: i64,
    pub refunded: i64,
    pub journal_id: i64,
    pub paid_at: i64,
    pub application_id: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::order::Entity", from = "Column::OrderId", to = "super::order::Column::Id")]
    Order,
    #[sea_orm(belongs_to = "super::journal::Entity", from = "Column::JournalId", to = "super::journal::Column::Id")]
    Journal,
}

impl ActiveModelBehavior for ActiveModel {}
