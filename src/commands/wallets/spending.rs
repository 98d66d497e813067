//! Spending from a wallet needs its owner's transaction password, a second secret beside the password for signing in.

use crate::auth::passwords::Verdict;
use crate::commands::kyc::verified;
use crate::commands::tries::{self, Guarded};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::partners::PartnerStatus;
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
    needs_kyc: bool,
}

/// Checks the transaction password of a partner, whose wallet is to be spent from by an account. One who does not exist or is not ACTIVE is answered like
/// a wrong password, after as long; who has not paid the membership yet may pay for it from the own wallet. Wrong tries are counted for the pair, so that nobody locks the wallet of another.
pub(in crate::commands) async fn unlock(services: &Services, by: i64, partner: i64, password: &Secret<String>) -> Result<Spender, Error> {
    let reader = services.database.reader();
    let owner = partners::find(reader, &Lookup::Number(partner)).await?;
    let may = owner.as_ref().is_some_and(|owner| match owner.status {
        PartnerStatus::Active => true,
        PartnerStatus::PendingPayment => owner.account_id == by,
        PartnerStatus::Suspended | PartnerStatus::Terminated => false,
    });
    let owner = owner.map(|owner| owner.account_id).filter(|owner| may || *owner == by);
    if owner == Some(by) && !may {
        return Err(Refusal::PartnerNotActive.into());
    }
    let stored = match owner {
        Some(owner) => accounts::transaction_password(reader, owner).await?,
        None => None,
    };
    let what = if owner == Some(by) { Guarded::TransactionPassword(by) } else { Guarded::ForeignWallet { partner, by } };
    let verdict = tries::check(services, what, password, stored.clone()).await?;
    match (verdict, owner, stored) {
        (Verdict::Right | Verdict::Outdated { .. }, Some(account_id), Some(hash)) => {
            Ok(Spender { partner_id: partner, account_id, hash, needs_kyc: services.kyc.required_for_spending })
        }
        _ => Err(Refusal::WrongTransactionPassword.into()),
    }
}

impl Spender {
    /// Whose wallet it is.
    pub(in crate::commands) const fn partner_id(&self) -> i64 {
        self.partner_id
    }

    /// As [`still_may`](Spender::still_may), for what is no spending: nothing is asked about who the owner is.
    pub(in crate::commands) async fn still_is(&self, transaction: &Transaction) -> Result<(), Error> {
        if accounts::hold_transaction_password(transaction, self.account_id, &self.hash).await? {
            Ok(())
        } else {
            Err(Refusal::WrongTransactionPassword.into())
        }
    }

    /// Makes sure that the password was not changed, nor the account closed, while the hash was computed, and holds the account's row until the
    /// transaction ends; and that it is known who the owner is, where the company wants that.
    pub(in crate::commands) async fn still_may(&self, transaction: &Transaction) -> Result<(), Error> {
        self.still_is(transaction).await?;
        if self.needs_kyc { verified(transaction, self.partner_id).await } else { Ok(()) }
    }
}
