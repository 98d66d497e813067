//! savePayoutMethod

use super::secret::unlock_details;
use crate::auth::principal::{Caller, Principal};
use crate::commands::mails::{Recipient, notify};
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::mails::MailKind;
use crate::domain::payouts::{Details, GivenDetails, MethodKind};
use crate::domain::refusal::Refusal;
use crate::store::account_changes;
use crate::store::database::{Transaction, in_transaction};
use crate::store::payout_methods::{self, Sealed};

/// A partner says where to pay.
#[derive(Clone, Debug)]
pub struct SavePayoutMethod {
    /// How.
    pub kind: MethodKind,
    /// Where to.
    pub details: GivenDetails,
    /// The partner's, where the configuration wants it.
    pub transaction_password: Option<Secret<String>>,
}

/// Saves where to pay, in place of what was saved of the same kind, and tells the account's owner by a mail; gives the partner's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidPayoutDetails`, where the configuration wants the transaction
/// password `TransactionPasswordRequired`, `PartnerNotActive`, `TooManyTries`, `WrongTransactionPassword`, `Busy`; `PartnerNotActive`.
pub async fn save_payout_method(services: &Services, principal: &Principal, input: &SavePayoutMethod) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let method = seal(services, &input.details.check(input.kind)?, partner)?;
    let spender = unlock_details(services, caller, partner, true, input.transaction_password.as_ref()).await?;
    in_transaction!(services.database, |transaction| {
        if let Some(spender) = &spender {
            spender.still_is(&transaction).await?;
        }
        let address = address_of(&transaction, caller).await?;
        active(&transaction, partner).await?;
        let known = payout_methods::find(&transaction, partner, input.kind).await?;
        payout_methods::save(&transaction, partner, &method, services.now()).await?;
        let kind = if known.is_some() { MailKind::PayoutMethodChanged } else { MailKind::PayoutMethodAdded };
        tell(services, &transaction, (caller, address.as_deref()), kind).await?;
        Ok::<_, Error>(partner)
    })
}

/// Where the account's owner gets mails; the account is held before the partner, as where a password was shown.
pub(super) async fn address_of(transaction: &Transaction, caller: &Caller) -> Result<Option<String>, Error> {
    Ok(account_changes::hold(transaction, caller.account_id).await?.and_then(|reach| reach.email))
}

/// Tells an account's owner, who may not have done it.
pub(super) async fn tell(
    services: &Services,
    transaction: &Transaction,
    (caller, address): (&Caller, Option<&str>),
    kind: MailKind,
) -> Result<(), Error> {
    match address {
        Some(address) => notify(services, transaction, Recipient { account_id: caller.account_id, address }, kind, services.now()).await,
        None => Ok(()),
    }
}

/// Details as they are stored for a partner.
pub(super) fn seal(services: &Services, details: &Details, partner: i64) -> Result<Sealed, Error> {
    let sealed = services.vault.seal(details, partner, services.random.as_ref())?;
    Ok(Sealed { kind: details.kind(), masked: details.masked(), details: sealed })
}
