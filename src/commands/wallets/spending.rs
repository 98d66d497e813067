//! Spending from a wallet needs its owner's transaction password, a second secret beside the password for signing in.

use crate::auth::passwords::Verdict;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::refusal::Refusal;
use crate::store::accounts;
use crate::store::database::Transaction;
use crate::store::partners::{self, Lookup};

/// Whose wallet was unlocked, by which hash: it is looked at again in the transaction that spends.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Spender {
    partner_id: i64,
    account_id: i64,
    hash: String,
}

/// Checks the transaction password of a partner, whose wallet is to be spent from. Wrong ones are counted for that partner, whoever tries them.
pub(in crate::commands) async fn unlock(services: &Services, partner_id: i64, password: &Secret<String>) -> Result<Spender, Error> {
    let reader = services.database.reader();
    let partner = partners::find(reader, &Lookup::Number(partner_id)).await?.ok_or(Refusal::PartnerUnknown)?;
    let account_id = partner.account_id;
    let stored = accounts::transaction_password(reader, account_id).await?;
    let verdict = tries::check(services, Guarded::TransactionPassword(account_id), password, stored.clone()).await?;
    match (verdict, stored) {
        (Verdict::Right | Verdict::Outdated { .. }, Some(hash)) => Ok(Spender { partner_id, account_id, hash }),
        _ => Err(Refusal::WrongTransactionPassword.into()),
    }
}

impl Spender {
    /// Whose wallet it is.
    pub(in crate::commands) const fn partner_id(&self) -> i64 {
        self.partner_id
    }

    /// Makes sure that the password was not changed, nor the account closed, while the hash was computed, and holds the account's row until the
    /// transaction ends.
    pub(in crate::commands) async fn still_may(&self, transaction: &Transaction) -> Result<(), Error> {
        if accounts::hold_transaction_password(transaction, self.account_id, &self.hash).await? {
            Ok(())
        } else {
            Err(Refusal::WrongTransactionPassword.into())
        }
    }
}
