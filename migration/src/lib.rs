//! The changes of the database's structure, oldest first.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod dialect;
mod m0001_accounts;
mod m0002_ranks_and_periods;
mod m0003_partners;
mod m0004_orders;
mod m0005_commissions;
mod m0006_events;
mod m0007_imports;
mod m0008_ledger;
mod m0009_attempts;
mod m0010_shop;
mod m0011_payouts;
mod m0012_epins;
mod m0013_profiles;
mod m0014_images_and_kyc;
mod m0015_mails;
mod m0016_referral_links;
mod m0017_payout_rail;
mod m0018_applications;
mod m0019_closed_wallets;
mod m0020_orders_of_accounts;
mod m0021_sealed_accounts_and_salted_days;
mod m0022_set_aside_volumes;
mod m0025_payout_problems;
mod m0026_notices;

/// Applies and takes back the changes.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_ranks_and_periods::Migration),
            Box::new(m0003_partners::Migration),
            Box::new(m0004_orders::Migration),
            Box::new(m0005_commissions::Migration),
            Box::new(m0006_events::Migration),
            Box::new(m0007_imports::Migration),
            Box::new(m0008_ledger::Migration),
            Box::new(m0009_attempts::Migration),
            Box::new(m0010_shop::Migration),
            Box::new(m0011_payouts::Migration),
            Box::new(m0012_epins::Migration),
            Box::new(m0013_profiles::Migration),
            Box::new(m0014_images_and_kyc::Migration),
            Box::new(m0015_mails::Migration),
            Box::new(m0016_referral_links::Migration),
            Box::new(m0017_payout_rail::Migration),
            Box::new(m0018_applications::Migration),
            Box::new(m0019_closed_wallets::Migration),
            Box::new(m0020_orders_of_accounts::Migration),
            Box::new(m0021_sealed_accounts_and_salted_days::Migration),
            Box::new(m0022_set_aside_volumes::Migration),
            Box::new(m0025_payout_problems::Migration),
            Box::new(m0026_notices::Migration),
        ]
    }
}
