//! Payouts: where partners want their money, what they asked for, and what became of it.

use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        dialect::append_only(manager, &APPEND_ONLY).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop_tables(manager, &["payout_history", "payouts", "payout_batches", "payout_methods"]).await?;
        dialect::drop_guards(manager, &[], &APPEND_ONLY).await
    }
}

const APPEND_ONLY: [&str; 1] = ["payout_history"];

const UP: &[&str] = &[
    "CREATE TABLE payout_methods (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT payout_methods_partner_fk REFERENCES partners (id),
        kind TEXT NOT NULL CONSTRAINT payout_methods_kind_known CHECK (kind IN ('BANK_CARD', 'BANK_TRANSFER', 'EWALLET')),
        masked TEXT NOT NULL,
        details {bytes} NOT NULL,
        updated_at BIGINT NOT NULL,
        CONSTRAINT payout_methods_kind_unique UNIQUE (partner_id, kind)
    )",
    "CREATE TABLE payout_batches (
        id {id},
        started_at BIGINT NOT NULL
    )",
    "CREATE TABLE payouts (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT payouts_partner_fk REFERENCES partners (id),
        currency TEXT NOT NULL,
        amount BIGINT NOT NULL CONSTRAINT payouts_amount_positive CHECK (amount > 0),
        fee BIGINT NOT NULL CONSTRAINT payouts_fee_not_negative CHECK (fee >= 0),
        method_kind TEXT NOT NULL CONSTRAINT payouts_kind_known CHECK (method_kind IN ('BANK_CARD', 'BANK_TRANSFER', 'EWALLET')),
        masked TEXT NOT NULL,
        details {bytes} NOT NULL,
        status TEXT NOT NULL
            CONSTRAINT payouts_status_known CHECK (status IN ('PENDING', 'APPROVED', 'PROCESSING', 'COMPLETED', 'REJECTED', 'CANCELLED')),
        first_approver_id BIGINT CONSTRAINT payouts_first_approver_fk REFERENCES accounts (id),
        batch_id BIGINT CONSTRAINT payouts_batch_fk REFERENCES payout_batches (id),
        external_reference TEXT,
        rejection_reason TEXT,
        created_at BIGINT NOT NULL,
        processed_at BIGINT,
        completed_at BIGINT
    )",
    "CREATE UNIQUE INDEX payouts_one_open ON payouts (partner_id) WHERE status IN ('PENDING', 'APPROVED', 'PROCESSING')",
    "CREATE INDEX payouts_partner ON payouts (partner_id, created_at, id)",
    "CREATE INDEX payouts_status ON payouts (status, created_at, id)",
    "CREATE INDEX payouts_created ON payouts (created_at, id)",
    "CREATE INDEX payouts_batch ON payouts (batch_id)",
    "CREATE TABLE payout_history (
        id {id},
        payout_id BIGINT NOT NULL CONSTRAINT payout_history_payout_fk REFERENCES payouts (id),
        status TEXT NOT NULL,
        actor_id BIGINT CONSTRAINT payout_history_actor_fk REFERENCES accounts (id),
        note TEXT,
        at BIGINT NOT NULL
    )",
    "CREATE INDEX payout_history_payout ON payout_history (payout_id, id)",
];
