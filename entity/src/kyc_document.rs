//! A document of a submission; the content is sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kyc_documents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub submission_id: i64,
    pub kind: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::kyc_submission::Entity", from = "Column::SubmissionId", to = "super::kyc_submission::Column::Id")]
    Submission,
}

impl ActiveModelBehavior for ActiveModel {}
