//! What a partner showed to prove who they are, and what was decided.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kyc_submissions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub partner_id: i64,
    pub status: String,
    pub reason: Option<String>,
    pub decided_by: Option<i64>,
    pub submitted_at: i64,
    pub decided_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::DecidedBy", to = "super::account::Column::Id")]
    DecidedBy,
}

impl ActiveModelBehavior for ActiveModel {}
