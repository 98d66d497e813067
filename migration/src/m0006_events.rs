//! What happened: the outbox that subscriptions read.

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
        dialect::drop_tables(manager, &["events"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE events (
        id {id},
        transaction_id BIGINT NOT NULL DEFAULT {transaction},
        kind TEXT NOT NULL,
        subject_id BIGINT NOT NULL,
        payload TEXT NOT NULL,
        occurred_at BIGINT NOT NULL
    )",
    "CREATE INDEX events_order ON events (transaction_id, id)",
    "CREATE INDEX events_kind ON events (kind, transaction_id, id)",
    "CREATE INDEX events_occurred ON events (occurred_at)",
];
