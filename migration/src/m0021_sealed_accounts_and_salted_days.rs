//! Whose an account of the ledger is does not change, and stands in the seals: all journals wait to be sealed anew, with the accounts as they are now. And
//! the salts by which the visitors of a day are told apart.

use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::fixed(manager, "ledger_accounts", "id, kind, partner_id, currency").await?;
        unseal(manager).await?;
        dialect::run(manager, &SALTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop_tables(manager, &["referral_salts"]).await?;
        unseal(manager).await?;
        dialect::lift(manager, "ledger_accounts_fixed").await
    }
}

/// The links of before and those of after are made in different ways, so the chain begins anew. A head that was noted before is a link no more: that is
/// what tells everybody that the chain was made anew.
async fn unseal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    dialect::lift(manager, "journal_seals_append_only").await?;
    dialect::run(manager, &UNSEAL).await?;
    dialect::check_deferred(manager).await?;
    dialect::append_only(manager, &["journal_seals"]).await
}

const SALTS: [&str; 1] = ["CREATE TABLE referral_salts (
        day BIGINT NOT NULL CONSTRAINT referral_salts_pk PRIMARY KEY,
        salt {bytes} NOT NULL
    )"];

const UNSEAL: [&str; 2] = ["INSERT INTO unsealed_journals (journal_id) SELECT journal_id FROM journal_seals", "DELETE FROM journal_seals"];
