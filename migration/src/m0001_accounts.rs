//! Logins, their sessions, idempotent answers and the record of what operators did.

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
        dialect::drop_tables(manager, &["audit_entries", "idempotency_keys", "refresh_tokens", "sessions", "accounts"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE accounts (
        id {id},
        username TEXT NOT NULL,
        email TEXT,
        phone TEXT,
        name TEXT NOT NULL,
        password_hash TEXT,
        role TEXT NOT NULL CONSTRAINT accounts_role_known CHECK (role IN ('MEMBER', 'OPERATOR', 'OWNER')),
        scopes TEXT NOT NULL DEFAULT '',
        status TEXT NOT NULL CONSTRAINT accounts_status_known CHECK (status IN ('ACTIVE', 'BLOCKED', 'DORMANT')),
        created_at BIGINT NOT NULL
    )",
    "CREATE UNIQUE INDEX accounts_username_unique ON accounts (lower(username))",
    "CREATE UNIQUE INDEX accounts_email_unique ON accounts (lower(email))",
    "CREATE TABLE sessions (
        id {id},
        sid TEXT NOT NULL CONSTRAINT sessions_sid_unique UNIQUE,
        account_id BIGINT NOT NULL CONSTRAINT sessions_account_fk REFERENCES accounts (id),
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        ended_at BIGINT,
        end_reason TEXT
    )",
    "CREATE INDEX sessions_account ON sessions (account_id, created_at)",
    "CREATE INDEX sessions_end ON sessions (coalesce(ended_at, expires_at))",
    "CREATE TABLE refresh_tokens (
        id {id},
        session_id BIGINT NOT NULL CONSTRAINT refresh_tokens_session_fk REFERENCES sessions (id),
        token_hash {bytes} NOT NULL CONSTRAINT refresh_tokens_hash_unique UNIQUE,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        used_at BIGINT
    )",
    "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
    "CREATE INDEX refresh_tokens_end ON refresh_tokens (expires_at)",
    "CREATE TABLE idempotency_keys (
        principal TEXT NOT NULL,
        operation TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        body_hash {bytes} NOT NULL,
        outcome TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        CONSTRAINT idempotency_keys_pk PRIMARY KEY (principal, operation, idempotency_key)
    )",
    "CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)",
    "CREATE TABLE audit_entries (
        id {id},
        account_id BIGINT CONSTRAINT audit_entries_account_fk REFERENCES accounts (id),
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL,
        occurred_at BIGINT NOT NULL
    )",
    "CREATE INDEX audit_entries_account ON audit_entries (account_id, id)",
];
