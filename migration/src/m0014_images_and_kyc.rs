//! Profile images, and the documents by which partners show who they are.

use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop_tables(manager, &["kyc_documents", "kyc_submissions", "images"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE images (
        id {id},
        account_id BIGINT NOT NULL CONSTRAINT images_account_fk REFERENCES accounts (id),
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        content {bytes} NOT NULL,
        stored_at BIGINT NOT NULL,
        CONSTRAINT images_account_unique UNIQUE (account_id),
        CONSTRAINT images_name_unique UNIQUE (name)
    )",
    "CREATE TABLE kyc_submissions (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT kyc_submissions_partner_fk REFERENCES partners (id),
        status TEXT NOT NULL CONSTRAINT kyc_submissions_status_known CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
        reason TEXT,
        decided_by BIGINT CONSTRAINT kyc_submissions_decided_by_fk REFERENCES accounts (id),
        submitted_at BIGINT NOT NULL,
        decided_at BIGINT
    )",
    "CREATE UNIQUE INDEX kyc_submissions_one_live ON kyc_submissions (partner_id) WHERE status IN ('PENDING', 'APPROVED')",
    "CREATE INDEX kyc_submissions_partner ON kyc_submissions (partner_id, id)",
    "CREATE INDEX kyc_submissions_queue ON kyc_submissions (status, submitted_at, id)",
    "CREATE TABLE kyc_documents (
        id {id},
        submission_id BIGINT NOT NULL CONSTRAINT kyc_documents_submission_fk REFERENCES kyc_submissions (id),
        kind TEXT NOT NULL
            CONSTRAINT kyc_documents_kind_known CHECK (kind IN ('PASSPORT', 'ID_CARD', 'DRIVING_LICENCE', 'PROOF_OF_ADDRESS', 'TAX_ID')),
        media_type TEXT NOT NULL,
        content {bytes} NOT NULL,
        CONSTRAINT kyc_documents_kind_unique UNIQUE (submission_id, kind)
    )",
];
