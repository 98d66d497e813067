//! Volumes of a partner in a period; derived from the volume events and the trees.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "volumes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub period_id: i64,
    pub personal_pv: i64,
    pub personal_cv: i64,
    pub group_pv: i64,
    pub group_cv: i64,
    pub left_cv: i64,
    pub right_cv: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::period::Entity", from = "Column::PeriodId", to = "super::period::Column::Id")]
    Period,
}

impl ActiveModelBehavior for ActiveModel {}
