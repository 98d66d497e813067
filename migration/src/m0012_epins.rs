//! E-pins: codes that are worth money, the payments made by them, fees and memberships of sign-ups, and what an order was told from outside.

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
        dialect::drop_tables(manager, &["epins", "epin_batches"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE epin_batches (
        id {id},
        journal_id BIGINT NOT NULL CONSTRAINT epin_batches_journal_fk REFERENCES journals (id),
        reason TEXT NOT NULL,
        issued_at BIGINT NOT NULL
    )",
    "CREATE INDEX epin_batches_journal ON epin_batches (journal_id)",
    "CREATE TABLE epins (
        id {id},
        batch_id BIGINT NOT NULL CONSTRAINT epins_batch_fk REFERENCES epin_batches (id),
        code_hash {bytes} NOT NULL,
        ending TEXT NOT NULL,
        currency TEXT NOT NULL,
        amount BIGINT NOT NULL CONSTRAINT epins_amount_positive CHECK (amount > 0),
        remaining BIGINT NOT NULL,
        owner_id BIGINT CONSTRAINT epins_owner_fk REFERENCES partners (id),
        status TEXT NOT NULL CONSTRAINT epins_status_known CHECK (status IN ('ACTIVE', 'USED', 'BLOCKED', 'EXPIRED')),
        expires_at BIGINT,
        CONSTRAINT epins_code_unique UNIQUE (code_hash),
        CONSTRAINT epins_covered CHECK (remaining BETWEEN 0 AND amount)
    )",
    "CREATE INDEX epins_owner ON epins (owner_id, id)",
    "CREATE INDEX epins_batch ON epins (batch_id, id)",
    "CREATE INDEX epins_expiring ON epins (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL",
    "CREATE INDEX payments_epin ON payments (epin_id) WHERE epin_id IS NOT NULL",
    "CREATE UNIQUE INDEX payments_reference_unique ON payments (reference)",
    "ALTER TABLE orders ADD COLUMN fee BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_fee_not_negative CHECK (fee >= 0)",
    "ALTER TABLE partners ADD COLUMN membership_id BIGINT CONSTRAINT partners_membership_fk REFERENCES products (id)",
    "CREATE INDEX partners_membership ON partners (membership_id) WHERE membership_id IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX partners_membership",
    "ALTER TABLE partners DROP COLUMN membership_id",
    "ALTER TABLE orders DROP COLUMN fee",
    "DROP INDEX payments_reference_unique",
    "DROP INDEX payments_epin",
];
