//! Profiles: who a person is, how to reach them, their bank; and when an account was erased.

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
        dialect::run(manager, &["ALTER TABLE accounts DROP COLUMN erased_at"]).await?;
        dialect::drop_tables(manager, &["profiles"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE profiles (
        account_id BIGINT NOT NULL CONSTRAINT profiles_pk PRIMARY KEY CONSTRAINT profiles_account_fk REFERENCES accounts (id),
        first_name TEXT,
        last_name TEXT,
        gender TEXT CONSTRAINT profiles_gender_known CHECK (gender IN ('M', 'F')),
        date_of_birth TEXT,
        address_line1 TEXT,
        address_line2 TEXT,
        country BIGINT CONSTRAINT profiles_country_in_range CHECK (country BETWEEN 1 AND 999),
        state TEXT,
        city TEXT,
        zip_code TEXT,
        landline TEXT,
        bank_masked TEXT,
        bank_details {bytes},
        updated_at BIGINT NOT NULL,
        CONSTRAINT profiles_state_with_country CHECK (state IS NULL OR country IS NOT NULL),
        CONSTRAINT profiles_bank_with_mask CHECK ((bank_masked IS NULL) = (bank_details IS NULL))
    )",
    "ALTER TABLE accounts ADD COLUMN erased_at BIGINT",
];
