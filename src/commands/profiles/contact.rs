//! The part of a profile that is the contact data.

use super::{hold, tell};
use crate::commands::mails::{self, Recipient};
use crate::commands::{Error, Services};
use crate::domain::mails::MailKind;
use crate::domain::profiles::{Change, ContactChange};
use crate::domain::refusal::Refusal;
use crate::events::EmailChanged;
use crate::store::account_changes::Reach;
use crate::store::database::Transaction;
use crate::store::{account_changes, events, profiles};

/// The ways to reach a person. E-mail address and mobile number are the account's: one signs in with a new address at once.
pub(super) async fn write(services: &Services, transaction: &Transaction, account: i64, change: &ContactChange) -> Result<(), Error> {
    let (reach, before) = hold(transaction, account).await?;
    let after = change.apply(before.clone())?;
    let wanted = Reach { email: change.email.clone().of(reach.email.clone()), phone: change.mobile.clone().of(reach.phone.clone()) };
    if after == before && wanted == reach {
        return Ok(());
    }
    let now = tell(services, transaction, account).await?;
    if let Change::To(Some(email)) = &change.email
        && reach.email.as_ref() != Some(email)
    {
        account_changes::change_email(transaction, account, email, now).await?.map_err(|_| Refusal::EmailTaken)?;
        events::append(transaction, &EmailChanged { account }.into(), now).await?;
        // Who changes it often proves the last one on request.
        let recipient = Recipient { account_id: account, address: email };
        mails::write_limited(services, transaction, recipient, MailKind::EmailVerification, now).await?.ok();
    }
    if wanted.phone != reach.phone {
        account_changes::set_phone(transaction, account, wanted.phone.as_deref()).await?;
    }
    Ok(profiles::save(transaction, account, &after, now).await?)
}
