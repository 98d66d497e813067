//! What a journal does to one account, and its balance then.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "postings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub journal_id: i64,
    pub account_id: i64,
    pub amount: i64,
    pub balance: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::journal::Entity", from = "Column::JournalId", to = "super::journal::Column::Id")]
    Journal,
    #[sea_orm(belongs_to = "super::ledger_account::Entity", from = "Column::AccountId", to = "super::ledger_account::Column::Id")]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
