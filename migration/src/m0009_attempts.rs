//! Wrong tries of passwords, and the second password that spending needs.

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
        dialect::run(manager, &["ALTER TABLE accounts DROP COLUMN transaction_password_hash"]).await?;
        dialect::drop_tables(manager, &["attempts"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE attempts (
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        failures BIGINT NOT NULL,
        running BIGINT NOT NULL,
        last_at BIGINT NOT NULL,
        CONSTRAINT attempts_pk PRIMARY KEY (kind, subject)
    )",
    "CREATE INDEX attempts_last ON attempts (last_at)",
    "ALTER TABLE accounts ADD COLUMN transaction_password_hash TEXT",
];
