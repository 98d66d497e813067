//! A code that is worth money. The code itself is stored nowhere.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub batch_id: i64,
    pub code_hash: Vec<u8>,
    pub ending: String,
    pub currency: String,
    pub amount: i64,
    pub remaining: i64,
    pub owner_id: Option<i64>,
    pub status: String,
    pub expires_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::epin_batch::Entity", from = "Column::BatchId", to = "super::epin_batch::Column::Id")]
    Batch,
}

impl ActiveModelBehavior for ActiveModel {}
