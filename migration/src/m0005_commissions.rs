//! Commission lines.

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
        dialect::drop_tables(manager, &["commissions"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE commissions (
        id {id},
        period_id BIGINT NOT NULL CONSTRAINT commissions_period_fk REFERENCES periods (id),
        bonus TEXT NOT NULL,
        beneficiary_id BIGINT NOT NULL CONSTRAINT commissions_beneficiary_fk REFERENCES partners (id) {deferred},
        order_id BIGINT CONSTRAINT commissions_order_fk REFERENCES orders (id) {deferred},
        source_id BIGINT NOT NULL CONSTRAINT commissions_source_fk REFERENCES partners (id) {deferred},
        source_type TEXT NOT NULL
            CONSTRAINT commissions_source_type_known CHECK (source_type IN ('ORDER', 'INVESTMENT', 'BONUS', 'RANK_BONUS', 'CLAWBACK')),
        level INTEGER NOT NULL,
        base BIGINT NOT NULL,
        base_rest BIGINT NOT NULL,
        rate BIGINT NOT NULL,
        rate_rest BIGINT NOT NULL,
        amount BIGINT NOT NULL,
        points BIGINT NOT NULL,
        status TEXT NOT NULL CONSTRAINT commissions_status_known
            CHECK (status IN ('PENDING', 'APPROVED', 'PAID', 'HELD', 'REVERSED', 'CLAWBACK', 'CANCELLED')),
        created_at BIGINT NOT NULL,
        processed_at BIGINT
    )",
    "CREATE UNIQUE INDEX commissions_line_unique ON commissions (period_id, beneficiary_id, bonus, coalesce(order_id, 0), source_id, level)",
    "CREATE INDEX commissions_beneficiary ON commissions (beneficiary_id, created_at, id)",
    "CREATE INDEX commissions_order ON commissions (order_id)",
    "CREATE INDEX commissions_source ON commissions (source_id)",
];
