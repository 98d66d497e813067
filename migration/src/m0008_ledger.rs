//! The ledger: accounts, balanced journals with their postings, holds, and the chain that seals the journals.

use sea_orm_migration::prelude::*;

use super::dialect::{self, Guard};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        dialect::guard(manager, &GUARDS).await?;
        dialect::append_only(manager, &APPEND_ONLY).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop_tables(manager, &["holds", "journal_seals", "unsealed_journals", "postings", "journals", "ledger_accounts"]).await?;
        dialect::drop_guards(manager, &GUARDS, &APPEND_ONLY).await
    }
}

const APPEND_ONLY: [&str; 3] = ["journals", "postings", "journal_seals"];

/// A journal's row is written behind its postings and closes it.
const GUARDS: [Guard; 2] = [
    Guard {
        table: "journals",
        name: "journals_balanced",
        holds: "(SELECT count(*) FROM postings WHERE journal_id = NEW.id) >= 2 AND NOT EXISTS (
            SELECT a.currency FROM postings AS p JOIN ledger_accounts AS a ON a.id = p.account_id
            WHERE p.journal_id = NEW.id GROUP BY a.currency HAVING sum(p.amount) <> 0)",
    },
    Guard { table: "postings", name: "postings_of_open_journal", holds: "NOT EXISTS (SELECT 1 FROM journals WHERE id = NEW.journal_id)" },
];

const UP: &[&str] = &[
    "CREATE TABLE ledger_accounts (
        id {id},
        kind TEXT NOT NULL,
        partner_id BIGINT CONSTRAINT ledger_accounts_partner_fk REFERENCES partners (id),
        currency TEXT NOT NULL,
        balance BIGINT NOT NULL DEFAULT 0,
        lowest BIGINT NOT NULL DEFAULT 0,
        CONSTRAINT ledger_accounts_owner CHECK ((partner_id IS NOT NULL) = (kind IN ('AVAILABLE', 'PENDING', 'HELD'))),
        CONSTRAINT ledger_accounts_covered CHECK (partner_id IS NULL OR balance >= lowest)
    )",
    "CREATE UNIQUE INDEX ledger_accounts_partner ON ledger_accounts (partner_id, kind, currency) WHERE partner_id IS NOT NULL",
    "CREATE UNIQUE INDEX ledger_accounts_company ON ledger_accounts (kind, currency) WHERE partner_id IS NULL",
    "CREATE TABLE journals (
        id {id},
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        memo TEXT,
        reverses_id BIGINT CONSTRAINT journals_reverses_fk REFERENCES journals (id),
        actor_id BIGINT CONSTRAINT journals_actor_fk REFERENCES accounts (id),
        occurred_at BIGINT NOT NULL
    )",
    "CREATE UNIQUE INDEX journals_reversed_once ON journals (reverses_id)",
    "CREATE INDEX journals_subject ON journals (subject)",
    "CREATE INDEX journals_actor ON journals (actor_id)",
    "CREATE TABLE postings (
        id {id},
        journal_id BIGINT NOT NULL CONSTRAINT postings_journal_fk REFERENCES journals (id) {deferred},
        account_id BIGINT NOT NULL CONSTRAINT postings_account_fk REFERENCES ledger_accounts (id),
        amount BIGINT NOT NULL CONSTRAINT postings_amount_not_zero CHECK (amount <> 0),
        balance BIGINT
    )",
    "CREATE INDEX postings_account ON postings (account_id, id)",
    "CREATE INDEX postings_journal ON postings (journal_id)",
    "CREATE TABLE unsealed_journals (
        journal_id BIGINT NOT NULL CONSTRAINT unsealed_journals_pk PRIMARY KEY
            CONSTRAINT unsealed_journals_journal_fk REFERENCES journals (id) {deferred}
    )",
    "CREATE TABLE journal_seals (
        id {id},
        journal_id BIGINT NOT NULL CONSTRAINT journal_seals_journal_unique UNIQUE CONSTRAINT journal_seals_journal_fk REFERENCES journals (id),
        hash {bytes} NOT NULL
    )",
    "CREATE TABLE holds (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT holds_partner_fk REFERENCES partners (id),
        currency TEXT NOT NULL,
        amount BIGINT NOT NULL CONSTRAINT holds_amount_positive CHECK (amount > 0),
        subject TEXT NOT NULL,
        state TEXT NOT NULL CONSTRAINT holds_state_known CHECK (state IN ('OPEN', 'POSTED', 'VOIDED')),
        created_at BIGINT NOT NULL,
        ended_at BIGINT,
        CONSTRAINT holds_subject_unique UNIQUE (subject)
    )",
    "CREATE INDEX holds_partner ON holds (partner_id, state)",
];
