//! Volume events that do not fit are set aside, so that the others are folded; what operators look for in orders.

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
    "ALTER TABLE unfolded_volumes ADD COLUMN set_aside_at BIGINT",
    "CREATE INDEX unfolded_volumes_set_aside ON unfolded_volumes (set_aside_at, event_id) WHERE set_aside_at IS NOT NULL",
    "CREATE INDEX unfolded_volumes_waiting ON unfolded_volumes (event_id) WHERE set_aside_at IS NULL",
    "CREATE INDEX orders_placed ON orders (placed_at, id)",
    "CREATE INDEX orders_status ON orders (status, placed_at, id)",
];

const DOWN: &[&str] = &[
    "DROP INDEX orders_status",
    "DROP INDEX orders_placed",
    "DROP INDEX unfolded_volumes_waiting",
    "DROP INDEX unfolded_volumes_set_aside",
    "ALTER TABLE unfolded_volumes DROP COLUMN set_aside_at",
];
