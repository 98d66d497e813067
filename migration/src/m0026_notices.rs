//! Mails that tell something and carry no link: where a partner is paid was changed.

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
        dialect::run(manager, DOWN).await
    }
}

// SQLite changes no constraint of a column, but drops it with the column; every row names its kind, so the default is for the moment between.
const UP: &[&str] = &[
    "ALTER TABLE mails ADD COLUMN kind_next TEXT NOT NULL DEFAULT 'EMAIL_VERIFICATION'
        CONSTRAINT mails_kind_listed CHECK (kind_next IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'TRANSACTION_PASSWORD_RESET',
            'PAYOUT_METHOD_ADDED', 'PAYOUT_METHOD_CHANGED', 'PAYOUT_METHOD_REMOVED'))",
    "UPDATE mails SET kind_next = kind",
    "ALTER TABLE mails DROP COLUMN kind",
    "ALTER TABLE mails RENAME COLUMN kind_next TO kind",
];

const DOWN: &[&str] = &[
    "DELETE FROM mails WHERE kind IN ('PAYOUT_METHOD_ADDED', 'PAYOUT_METHOD_CHANGED', 'PAYOUT_METHOD_REMOVED')",
    "ALTER TABLE mails ADD COLUMN kind_next TEXT NOT NULL DEFAULT 'EMAIL_VERIFICATION'
        CONSTRAINT mails_kind_known CHECK (kind_next IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'TRANSACTION_PASSWORD_RESET'))",
    "UPDATE mails SET kind_next = kind",
    "ALTER TABLE mails DROP COLUMN kind",
    "ALTER TABLE mails RENAME COLUMN kind_next TO kind",
];
