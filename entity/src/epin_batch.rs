//! E-pins made together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epin_batches")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub journal_id: i64,
    pub reason: String,
    pub issued_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::journal::Entity", from = "Column::JournalId", to = "super::journal::Column::Id")]
    Journal,
}

impl ActiveModelBehavior for ActiveModel {}
