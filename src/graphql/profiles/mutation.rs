//! updatePersonal, updateContact, updateBank, eraseAccount

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::super::accounts::loader::Accounts;
use super::super::accounts::objects::Account;
use super::super::errors::bad_user_input;
use super::super::ids::{NodeKind, decode, encode};
use super::super::loader::{Epoch, load};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, sort};
use super::inputs::{UpdateBankInput, UpdateContactInput, UpdatePersonalInput};
use crate::auth::principal::Principal;
use crate::commands::accounts::{EraseAccount, erase_account};
use crate::commands::profiles::{ProfileChange, update_profile};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;
use crate::store::erasure::Whose;

/// Declares payloads that show the account as it is after the act.
macro_rules! account_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The caller's account after the act; null when there are user errors.
            account: Option<Account>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, change: ProfileChange) -> Result<Option<Self>> {
                let outcome = update_profile(ctx.data::<Services>()?, ctx.data::<Principal>()?, &change).await;
                Ok(Some(match sort(outcome)? {
                    Ok(account) => Self { account: after_act(ctx, account).await?, user_errors: Vec::new() },
                    Err(user_errors) => {
                        // The account calls it phone, the profile mobile.
                        let user_errors = user_errors.into_iter().map(|error| error.renamed("phone", "mobile")).collect();
                        Self { account: None, user_errors }
                    }
                }))
            }
        })+
    };
}

account_payloads! {
    /// Outcome of updatePersonal.
    UpdatePersonalPayload;
    /// Outcome of updateContact.
    UpdateContactPayload;
    /// Outcome of updateBank.
    UpdateBankPayload;
}

/// The account as it is now: what was loaded before the act is forgotten.
async fn after_act(ctx: &Context<'_>, account: i64) -> Result<Option<Account>> {
    ctx.data::<Epoch>()?.advance();
    Ok(load::<Accounts>(ctx, (), account).await?.map(Account))
}

/// A person shall be forgotten: one of `accountId` and `partnerNumber` says who.
#[derive(InputObject)]
pub struct EraseAccountInput {
    /// The global id of the account.
    account_id: Option<ID>,
    /// The number of the account's partner.
    partner_number: Option<BigInt>,
    /// Why, 1 to 200 characters that do not name the person: they stay in the audit trail.
    reason: String,
}

impl EraseAccountInput {
    fn into_act(self) -> Result<EraseAccount> {
        let whose = match (self.account_id, self.partner_number) {
            (None, Some(number)) => Whose::Partner(number.0),
            (Some(id), None) => match decode(&id) {
                Some((NodeKind::Account, account)) => Whose::Account(account),
                // As one that does not exist.
                _ => Whose::Account(0),
            },
            _ => return Err(bad_user_input("Give `accountId` or `partnerNumber`, one of them.")),
        };
        Ok(EraseAccount { whose, reason: self.reason })
    }
}

/// Outcome of eraseAccount.
#[derive(SimpleObject)]
pub struct EraseAccountPayload {
    /// The global id of what is left of the account; null when there are user errors.
    account_id: Option<ID>,
    /// What is left of the partner; null when there is none, and when there are user errors.
    partner: Option<Partner>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

impl EraseAccountPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<(i64, Option<i64>), commands::Error>) -> Result<Option<Self>> {
        let (account, partner) = match sort(outcome)? {
            Ok(erased) => erased,
            Err(user_errors) => {
                let user_errors = user_errors.into_iter().map(|error| error.renamed("username", "accountId")).collect();
                return Ok(Some(Self { account_id: None, partner: None, user_errors }));
            }
        };
        ctx.data::<Epoch>()?.advance();
        let partner = match partner {
            Some(number) => find(ctx, number).await?,
            None => None,
        };
        Ok(Some(Self { account_id: Some(encode(NodeKind::Account, account)), partner, user_errors: Vec::new() }))
    }
}

/// Acts on profiles.
#[derive(Default)]
pub struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Tells who the caller is. A new name becomes the account's too; the name that others see in the network stays.
    async fn update_personal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdatePersonalInput,
    ) -> Result<Option<UpdatePersonalPayload>> {
        UpdatePersonalPayload::of(ctx, ProfileChange { personal: Some(input.into()), ..ProfileChange::default() }).await
    }

    /// Tells how to reach the caller. One signs in with a new e-mail address at once.
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateContactInput,
    ) -> Result<Option<UpdateContactPayload>> {
        let password = input.current_password.clone().map(Secret::new);
        UpdateContactPayload::of(ctx, ProfileChange { contact: Some(input.into()), password, ..ProfileChange::default() }).await
    }

    /// Tells where the caller's bank is. It is sealed at rest and shown masked; payouts go by the payout methods.
    async fn update_bank(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateBankInput,
    ) -> Result<Option<UpdateBankPayload>> {
        UpdateBankPayload::of(ctx, ProfileChange { bank: Some(input.into()), ..ProfileChange::default() }).await
    }

    /// Erases all that tells of a person, for good, and ends the person's sessions: names, addresses, numbers, bank and payout details. Account and
    /// partner stay as numbers, so that trees, ledger, orders and commissions are whole. Refused while money, a payout or a paid order is in the way.
    /// Who was erased before is left alone. For owners; recorded in the audit trail.
    async fn erase_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: EraseAccountInput,
    ) -> Result<Option<EraseAccountPayload>> {
        let act = input.into_act()?;
        EraseAccountPayload::of(ctx, erase_account(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
