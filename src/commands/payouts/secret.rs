//! The transaction password, where saying where to pay needs it: who has nothing but a session does not lead the money elsewhere.

use crate::auth::principal::Caller;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::refusal::Refusal;

/// Checks the caller's transaction password, if `payout.transaction_password` wants it; what was given is not looked at else. Wrong tries count like those
/// of spending.
pub(super) async fn unlock_details(
    services: &Services,
    caller: &Caller,
    partner: i64,
    are_new: bool,
    password: Option<&Secret<String>>,
) -> Result<Option<Spender>, Error> {
    if !services.payout.needs_transaction_password(are_new) {
        return Ok(None);
    }
    let password = password.ok_or(Refusal::TransactionPasswordRequired)?;
    unlock(services, caller.account_id, partner, password).await.map(Some)
}
