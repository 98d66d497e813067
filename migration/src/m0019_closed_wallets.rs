//! Wallets of people who were erased: nothing is paid into them any more.

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
        dialect::run(manager, &["ALTER TABLE ledger_accounts DROP COLUMN closed_at"]).await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE ledger_accounts ADD COLUMN closed_at BIGINT",
    "UPDATE ledger_accounts SET closed_at = (SELECT a.erased_at FROM partners AS p JOIN accounts AS a ON a.id = p.account_id
        WHERE p.id = ledger_accounts.partner_id) WHERE partner_id IS NOT NULL",
    "INSERT INTO ledger_accounts (partner_id, kind, currency, balance, lowest, closed_at)
        SELECT p.id, pockets.kind, currencies.currency, 0, 0, a.erased_at
        FROM partners AS p JOIN accounts AS a ON a.id = p.account_id
            CROSS JOIN (SELECT 'AVAILABLE' AS kind UNION SELECT 'PENDING' UNION SELECT 'HELD') AS pockets
            CROSS JOIN (SELECT currency FROM ledger_accounts UNION SELECT value FROM settings WHERE name = 'currency') AS currencies
        WHERE a.erased_at IS NOT NULL ON CONFLICT DO NOTHING",
];
