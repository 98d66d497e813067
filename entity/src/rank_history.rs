//! The rank a partner held in a period, with the volumes it came from.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rank_history")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub partner_id: i64,
    pub period_id: i64,
    pub rank_id: i64,
    pub previous_rank_id: i64,
    pub pv: i64,
    pub cv: i64,
    pub gv: i64,
    pub pgv: i64,
    pub direct_active: i64,
    pub left_volume: i64,
    pub right_volume: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::period::Entity", from = "Column::PeriodId", to = "super::period::Column::Id")]
    Period,
    #[sea_orm(belongs_to = "super::rank::Entity", from = "Column::RankId", to = "super::rank::Column::Id")]
    Rank,
}

impl ActiveModelBehavior for ActiveModel {}
