//! Files that were imported, so that a repeated import passes over them, and settings of the network.

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
        dialect::drop_tables(manager, &["settings", "imports"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE imports (
        id {id},
        kind TEXT NOT NULL,
        digest TEXT NOT NULL,
        period TEXT NOT NULL,
        file TEXT NOT NULL,
        file_rows BIGINT NOT NULL,
        imported_at BIGINT NOT NULL,
        CONSTRAINT imports_digest_unique UNIQUE (kind, digest, period)
    )",
    "CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    )",
];
