//! Payouts that a rail carries: how often it was turned to, when again, and what an operator should look into.

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
    "ALTER TABLE payouts ADD COLUMN rail_attempts BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE payouts ADD COLUMN rail_due_at BIGINT CONSTRAINT payouts_rail_under_way CHECK (rail_due_at IS NULL OR status = 'PROCESSING')",
    "ALTER TABLE payouts ADD COLUMN rail_carried_at BIGINT",
    "ALTER TABLE payouts ADD COLUMN problem TEXT",
    "CREATE INDEX payouts_rail_due ON payouts (rail_due_at) WHERE rail_due_at IS NOT NULL",
    "CREATE INDEX payouts_problem ON payouts (created_at, id) WHERE problem IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX payouts_problem",
    "DROP INDEX payouts_rail_due",
    "ALTER TABLE payouts DROP COLUMN problem",
    "ALTER TABLE payouts DROP COLUMN rail_carried_at",
    "ALTER TABLE payouts DROP COLUMN rail_due_at",
    "ALTER TABLE payouts DROP COLUMN rail_attempts",
];
