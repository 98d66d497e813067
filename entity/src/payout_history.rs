//! What became of a payout, step by step.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout_history")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub payout_id: i64,
    pub status: String,
    pub actor_id: Option<i64>,
    pub note: Option<String>,
    pub at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::payout::Entity", from = "Column::PayoutId", to = "super::payout::Column::Id")]
    Payout,
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::ActorId", to = "super::account::Column::Id")]
    Actor,
}

impl ActiveModelBehavior for ActiveModel {}
