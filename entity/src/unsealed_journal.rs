//! A journal that waits for its seal.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsealed_journals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub journal_id: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::journal::Entity", from = "Column::JournalId", to = "super::journal::Column::Id")]
    Journal,
}

impl ActiveModelBehavior for ActiveModel {}
