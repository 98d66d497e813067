//! What sort of problem a payout has: a silence passes, everything else waits for an operator.

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

const UP: &[&str] = &[
    "ALTER TABLE payouts ADD COLUMN problem_kind TEXT",
    // Problems were sentences alone until now. What is not known is taken for a silence, which opens nothing;
    // so is what the rail knew nothing of any more, as a share that was away knew nothing either: the next question tells.
    "UPDATE payouts SET problem_kind = CASE
        WHEN problem LIKE 'the bank says COMPLETED, which cannot be booked%' THEN 'PAID_NOT_BOOKED'
        WHEN problem LIKE 'the bank says FAILED, which cannot be booked%' THEN 'UNPAID_NOT_BOOKED'
        WHEN problem LIKE 'the bank says %' THEN 'CONTRADICTED'
        WHEN status = 'APPROVED' THEN 'UNREADABLE'
        ELSE 'SILENT' END
        WHERE problem IS NOT NULL",
];

const DOWN: &[&str] = &["ALTER TABLE payouts DROP COLUMN problem_kind"];
