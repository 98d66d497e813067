//! Mails that wait to be delivered, the links they carry, proven addresses, and what a session was opened with.

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
        dialect::drop_tables(manager, &["mailed_links", "mails"]).await?;
        dialect::run(manager, &["ALTER TABLE sessions DROP COLUMN user_agent", "ALTER TABLE accounts DROP COLUMN email_verified_at"]).await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE accounts ADD COLUMN email_verified_at BIGINT",
    "ALTER TABLE sessions ADD COLUMN user_agent TEXT",
    "CREATE TABLE mails (
        id {id},
        kind TEXT NOT NULL
            CONSTRAINT mails_kind_known CHECK (kind IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'TRANSACTION_PASSWORD_RESET')),
        account_id BIGINT NOT NULL CONSTRAINT mails_account_fk REFERENCES accounts (id),
        data {bytes},
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        due_at BIGINT NOT NULL,
        attempts BIGINT NOT NULL DEFAULT 0,
        sent_at BIGINT,
        given_up_at BIGINT,
        failure TEXT,
        CONSTRAINT mails_one_end CHECK (sent_at IS NULL OR given_up_at IS NULL),
        CONSTRAINT mails_data_until_the_end CHECK ((data IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL))
    )",
    "CREATE INDEX mails_due ON mails (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL",
    "CREATE INDEX mails_account ON mails (account_id)",
    "CREATE INDEX mails_expiry ON mails (expires_at)",
    "CREATE TABLE mailed_links (
        id {id},
        kind TEXT NOT NULL
            CONSTRAINT mailed_links_kind_known CHECK (kind IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'TRANSACTION_PASSWORD_RESET')),
        account_id BIGINT NOT NULL CONSTRAINT mailed_links_account_fk REFERENCES accounts (id),
        token_hash {bytes} NOT NULL CONSTRAINT mailed_links_hash_unique UNIQUE,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        used_at BIGINT
    )",
    "CREATE INDEX mailed_links_account ON mailed_links (account_id, kind, created_at)",
    "CREATE INDEX mailed_links_expiry ON mailed_links (expires_at)",
];
