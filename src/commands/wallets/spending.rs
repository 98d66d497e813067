//! Spending from a wallet needs its owner's transaction password, a second secret beside the password for signing in.

use crate::auth::passwords::Verdict;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::refusal::Refusal;
use crate::store::accounts;
use crate::store::database::Transaction;

/// Whose wallet was unlocked, by which hash: it is looked at again in the transaction that spends.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Spender {
    account_id: i64,
    hash: String,
}

/// Checks the transaction password of the account that owns a wallet. Wrong ones are counted for that account, whoever tries them.
pub(in crate::commands) async fn unlock(services: &Services, account_id: i64, password: &Secret<String>) -> Result<Spender, Error> {
    let stored = accounts::transaction_password(services.database.reader(), account_id).await?;
    let verdict = tries::check(services, Guarded::TransactionPassword(account_id), password, stored.clone()).await?;
    match (verdict, stored) {
        (Verdict::Right | Verdict::Outdated { .. }, Some(hash)) => Ok(Spender { account_id, hash }),
        _ => Err(Refusal::WrongTransactionPassword.into()),
    }
}

impl Spender {
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
