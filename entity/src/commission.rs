//! A commission line. `base_rest` counts 10^-10, `rate_rest` counts 10^-12 beyond the four digits of `base` and `rate`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commissions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub period_id: i64,
    pub bonus: String,
    pub beneficiary_id: i64,
    pub order_id: Option<i64>,
    pub source_id: i64,
    pub source_type: String,
    pub level: i32,
    pub base: i64,
    pub base_rest: i64,
    pub rate: i64,
    pub rate_rest: i64,
    pub amount: i64,
    pub points: i64,
    pub status: String,
    pub created_at: i64,
    pub processed_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::BeneficiaryId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::period::Entity", from = "Column::PeriodId", to = "super::period::Column::Id")]
    Period,
    #[sea_orm(belongs_to = "super::order::Entity", from = "Column::OrderId", to = "super::order::Column::Id")]
    Order,
}

impl ActiveModelBehavior for ActiveModel {}
