//! Money on its way from a wallet to its owner; the details are sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payouts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub partner_id: i64,
    pub currency: String,
    pub amount: i64,
    pub fee: i64,
    pub method_kind: String,
    pub masked: String,
    pub details: Vec<u8>,
    pub status: String,
    pub first_approver_id: Option<i64>,
    pub batch_id: Option<i64>,
    pub external_reference: Option<String>,
    pub rejection_reason: Option<String>,
    pub created_at: i64,
    pub processed_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub rail_attempts: i64,
    pub rail_due_at: Option<i64>,
    pub rail_carried_at: Option<i64>,
    pub problem: Option<String>,
    pub problem_kind: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::FirstApproverId", to = "super::account::Column::Id")]
    FirstApprover,
    #[sea_orm(belongs_to = "super::payout_batch::Entity", from = "Column::BatchId", to = "super::payout_batch::Column::Id")]
    Batch,
}

impl ActiveModelBehavior for ActiveModel {}
