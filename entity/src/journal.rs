//! A balanced movement of money. Never changed, never deleted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journals")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    pub subject: String,
    pub memo: Option<String>,
    pub reverses_id: Option<i64>,
    pub actor_id: Option<i64>,
    pub occurred_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::ActorId", to = "super::account::Column::Id")]
    Actor,
}

impl ActiveModelBehavior for ActiveModel {}
