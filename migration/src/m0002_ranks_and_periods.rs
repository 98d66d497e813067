//! The plan in force, its ranks, and the periods that commissions are computed for.

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
        dialect::drop_tables(manager, &["periods", "ranks", "plan_versions"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE plan_versions (
        id {id},
        code TEXT NOT NULL,
        currency TEXT NOT NULL,
        source TEXT NOT NULL,
        activated_at BIGINT NOT NULL
    )",
    "CREATE TABLE ranks (
        id {id},
        code TEXT NOT NULL CONSTRAINT ranks_code_unique UNIQUE,
        name TEXT NOT NULL,
        level INTEGER NOT NULL CONSTRAINT ranks_level_unique UNIQUE
    )",
    "CREATE TABLE periods (
        id {id},
        code TEXT NOT NULL CONSTRAINT periods_code_unique UNIQUE,
        starts_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        state TEXT NOT NULL CONSTRAINT periods_state_known CHECK (state IN ('OPEN', 'CLOSED')),
        CONSTRAINT periods_not_empty CHECK (starts_at < ends_at)
    )",
    "CREATE INDEX periods_start ON periods (starts_at)",
];
