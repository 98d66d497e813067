//! Referral links: the links themselves, their clicks and visitors by day, and who came by which.

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
        dialect::drop_tables(manager, &["referral_attributions", "referral_visitors", "referral_days", "referral_links"]).await
    }
}

/// Where `link_id` is null, the partner's own referral code was the link.
const UP: &[&str] = &[
    "CREATE TABLE referral_links (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT referral_links_partner_fk REFERENCES partners (id),
        code TEXT NOT NULL CONSTRAINT referral_links_code_unique UNIQUE CONSTRAINT referral_links_code_upper CHECK (code = upper(code)),
        name TEXT NOT NULL,
        target_url TEXT,
        utm_source TEXT,
        utm_medium TEXT,
        utm_campaign TEXT,
        utm_content TEXT,
        utm_term TEXT,
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        deleted_at BIGINT
    )",
    "CREATE INDEX referral_links_partner ON referral_links (partner_id, created_at, id)",
    "CREATE TABLE referral_days (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT referral_days_partner_fk REFERENCES partners (id),
        link_id BIGINT CONSTRAINT referral_days_link_fk REFERENCES referral_links (id),
        day BIGINT NOT NULL,
        clicks BIGINT NOT NULL CONSTRAINT referral_days_clicked CHECK (clicks > 0),
        visitors BIGINT NOT NULL CONSTRAINT referral_days_visitors_clicked CHECK (visitors BETWEEN 0 AND clicks)
    )",
    "CREATE UNIQUE INDEX referral_days_of_links ON referral_days (link_id, day) WHERE link_id IS NOT NULL",
    "CREATE UNIQUE INDEX referral_days_of_codes ON referral_days (partner_id, day) WHERE link_id IS NULL",
    "CREATE INDEX referral_days_day ON referral_days (day)",
    "CREATE TABLE referral_visitors (
        day_id BIGINT NOT NULL CONSTRAINT referral_visitors_day_fk REFERENCES referral_days (id),
        visitor {bytes} NOT NULL,
        CONSTRAINT referral_visitors_pk PRIMARY KEY (day_id, visitor)
    )",
    "CREATE TABLE referral_attributions (
        account_id BIGINT NOT NULL CONSTRAINT referral_attributions_pk PRIMARY KEY
            CONSTRAINT referral_attributions_account_fk REFERENCES accounts (id),
        partner_id BIGINT NOT NULL CONSTRAINT referral_attributions_partner_fk REFERENCES partners (id),
        link_id BIGINT CONSTRAINT referral_attributions_link_fk REFERENCES referral_links (id),
        registered_at BIGINT NOT NULL,
        converted_at BIGINT,
        order_id BIGINT CONSTRAINT referral_attributions_order_fk REFERENCES orders (id),
        CONSTRAINT referral_attributions_conversion_whole CHECK ((converted_at IS NULL) = (order_id IS NULL))
    )",
    "CREATE INDEX referral_attributions_link ON referral_attributions (link_id, registered_at)",
    "CREATE INDEX referral_attributions_link_converted ON referral_attributions (link_id, converted_at)",
    "CREATE INDEX referral_attributions_partner ON referral_attributions (partner_id, registered_at)",
    "CREATE INDEX referral_attributions_partner_converted ON referral_attributions (partner_id, converted_at)",
    "CREATE INDEX referral_attributions_order ON referral_attributions (order_id)",
];
