//! An order; `id` is the order number.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub partner_id: i64,
    pub period_id: i64,
    pub buyer: String,
    pub kind: String,
    pub placed_at: i64,
    pub cv: i64,
    pub pv: i64,
    pub amount: i64,
    pub status: String,
    pub account_id: Option<i64>,
    pub cart_id: Option<i64>,
    pub reference: Option<String>,
    pub ship_to: Option<String>,
    pub ordered_at: Option<i64>,
    pub paid: i64,
    pub refunded: i64,
    pub fee: i64,
    pub application_id: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::period::Entity", from = "Column::PeriodId", to = "super::period::Column::Id")]
    Period,
}

impl ActiveModelBehavior for ActiveModel {}
