//! Applications and their keys; what they record has references of its own.

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
        dialect::run(manager, DOWN).await?;
        dialect::drop_tables(manager, &["application_keys", "applications"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE applications (
        id {id},
        account_id BIGINT NOT NULL CONSTRAINT applications_account_fk REFERENCES accounts (id) CONSTRAINT applications_account_unique UNIQUE,
        kind TEXT NOT NULL CONSTRAINT applications_kind_known CHECK (kind IN ('SERVER', 'WEB', 'MOBILE')),
        state TEXT NOT NULL CONSTRAINT applications_state_known CHECK (state IN ('ACTIVE', 'INACTIVE', 'MAINTENANCE')),
        networks TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    "CREATE TABLE application_keys (
        id {id},
        application_id BIGINT NOT NULL CONSTRAINT application_keys_application_fk REFERENCES applications (id),
        key_hash {bytes} NOT NULL CONSTRAINT application_keys_hash_unique UNIQUE,
        ending TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        ends_at BIGINT
    )",
    "CREATE INDEX application_keys_application ON application_keys (application_id, id)",
    "ALTER TABLE orders ADD COLUMN application_id BIGINT CONSTRAINT orders_application_fk REFERENCES applications (id)",
    "CREATE INDEX orders_application ON orders (application_id) WHERE application_id IS NOT NULL",
    "DROP INDEX orders_reference_unique",
    "CREATE UNIQUE INDEX orders_reference_unique ON orders (reference, coalesce(application_id, 0))",
    "ALTER TABLE payments ADD COLUMN application_id BIGINT CONSTRAINT payments_application_fk REFERENCES applications (id)",
    "CREATE INDEX payments_application ON payments (application_id) WHERE application_id IS NOT NULL",
    "DROP INDEX payments_reference_unique",
    "CREATE UNIQUE INDEX payments_reference_unique ON payments (reference, coalesce(application_id, 0))",
];

/// Without their applications, some references no longer tell orders and payments apart.
const DOWN: &[&str] = &[
    "UPDATE payments SET reference = NULL WHERE application_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM payments AS other WHERE other.reference = payments.reference AND other.id <> payments.id)",
    "UPDATE orders SET reference = NULL WHERE application_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM orders AS other WHERE other.reference = orders.reference AND other.id <> orders.id)",
    "DROP INDEX payments_reference_unique",
    "DROP INDEX payments_application",
    "ALTER TABLE payments DROP COLUMN application_id",
    "CREATE UNIQUE INDEX payments_reference_unique ON payments (reference)",
    "DROP INDEX orders_reference_unique",
    "DROP INDEX orders_application",
    "ALTER TABLE orders DROP COLUMN application_id",
    "CREATE UNIQUE INDEX orders_reference_unique ON orders (reference)",
];
