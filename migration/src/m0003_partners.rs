//! The network: partners in the sponsor tree and the placement tree, and the ranks they held.

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
        dialect::drop_tables(manager, &["rank_history", "partners"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE partners (
        id {id},
        account_id BIGINT NOT NULL CONSTRAINT partners_account_unique UNIQUE CONSTRAINT partners_account_fk REFERENCES accounts (id),
        display_name TEXT NOT NULL,
        search_name TEXT NOT NULL,
        referral_code TEXT NOT NULL CONSTRAINT partners_referral_code_unique UNIQUE,
        sponsor_id BIGINT CONSTRAINT partners_sponsor_fk REFERENCES partners (id) {deferred},
        placement_parent_id BIGINT CONSTRAINT partners_placement_parent_fk REFERENCES partners (id) {deferred},
        position TEXT,
        placement_preference TEXT NOT NULL
            CONSTRAINT partners_preference_known CHECK (placement_preference IN ('WEAK_LEG', 'LEFT', 'RIGHT', 'BALANCED')),
        status TEXT NOT NULL CONSTRAINT partners_status_known CHECK (status IN ('ACTIVE', 'PENDING_PAYMENT', 'SUSPENDED', 'TERMINATED')),
        shares_contact BOOLEAN NOT NULL,
        rank_id BIGINT CONSTRAINT partners_rank_fk REFERENCES ranks (id),
        highest_rank_id BIGINT CONSTRAINT partners_highest_rank_fk REFERENCES ranks (id),
        career_points BIGINT NOT NULL,
        carry_left BIGINT NOT NULL,
        carry_right BIGINT NOT NULL,
        joined_at BIGINT NOT NULL,
        CONSTRAINT partners_position_with_parent CHECK ((placement_parent_id IS NULL) = (position IS NULL)),
        CONSTRAINT partners_not_own_sponsor CHECK (sponsor_id <> id),
        CONSTRAINT partners_not_own_placement_parent CHECK (placement_parent_id <> id),
        CONSTRAINT partners_amounts_not_negative CHECK (career_points >= 0 AND carry_left >= 0 AND carry_right >= 0)
    )",
    "CREATE INDEX partners_sponsor ON partners (sponsor_id, id)",
    "CREATE UNIQUE INDEX partners_slot_unique ON partners (placement_parent_id, position)",
    "CREATE INDEX partners_rank ON partners (rank_id)",
    "CREATE INDEX partners_highest_rank ON partners (highest_rank_id)",
    "CREATE TABLE rank_history (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT rank_history_partner_fk REFERENCES partners (id) {deferred},
        period_id BIGINT NOT NULL CONSTRAINT rank_history_period_fk REFERENCES periods (id),
        rank_id BIGINT NOT NULL CONSTRAINT rank_history_rank_fk REFERENCES ranks (id),
        previous_rank_id BIGINT NOT NULL CONSTRAINT rank_history_previous_rank_fk REFERENCES ranks (id),
        pv BIGINT NOT NULL,
        cv BIGINT NOT NULL,
        gv BIGINT NOT NULL,
        pgv BIGINT NOT NULL,
        direct_active BIGINT NOT NULL,
        left_volume BIGINT NOT NULL,
        right_volume BIGINT NOT NULL,
        CONSTRAINT rank_history_partner_period_unique UNIQUE (partner_id, period_id)
    )",
    "CREATE INDEX rank_history_period ON rank_history (period_id)",
    "CREATE INDEX rank_history_rank ON rank_history (rank_id)",
    "CREATE INDEX rank_history_previous_rank ON rank_history (previous_rank_id)",
];
