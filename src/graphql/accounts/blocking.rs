//! blockAccount, unblockAccount

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use super::super::user_errors::{UserError, sort};
use crate::auth::principal::Principal;
use crate::commands::accounts::{Block, block_account, unblock_account};
use crate::commands::{self, Services};
use crate::domain::accounts;

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "accounts::AccountStatus")]
pub enum AccountStatus {
    /// May sign in.
    Active,
    /// Barred by an operator.
    Blocked,
    /// Imported without a password: nobody has set one.
    Dormant,
}

/// Declares an act on whether an account may sign in: its input and its payload.
macro_rules! blocking {
    ($($(#[$doc:meta])* $input:ident, $(#[$payload_doc:meta])* $payload:ident;)+) => {
        $($(#[$doc])*
        #[derive(InputObject)]
        pub struct $input {
            /// The user name of the account.
            username: String,
            /// Why, in 1 to 200 characters; it stands in the audit trail.
            reason: String,
        }

        impl From<$input> for Block {
            fn from(input: $input) -> Self {
                Self { username: input.username, reason: input.reason }
            }
        }

        $(#[$payload_doc])*
        #[derive(SimpleObject)]
        pub struct $payload {
            /// Whether the account may sign in now; null when there are user errors.
            status: Option<AccountStatus>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $payload {
            fn of(outcome: Result<accounts::AccountStatus, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(status) => Self { status: Some(status.into()), user_errors: Vec::new() },
                    Err(user_errors) => Self { status: None, user_errors },
                }))
            }
        })+
    };
}

blocking! {
    /// Barring an account.
    BlockAccountInput,
    /// Outcome of blockAccount.
    BlockAccountPayload;
    /// Letting a blocked account in again.
    UnblockAccountInput,
    /// Outcome of unblockAccount.
    UnblockAccountPayload;
}

/// What operators decide about logins.
#[derive(Default)]
pub struct BlockingMutation;

#[Object]
impl BlockingMutation {
    /// Bars an account: its sessions and streams end at once. Needs the scope `network`; recorded in the audit trail. Nobody blocks themselves, and only an
    /// owner blocks an owner.
    async fn block_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and why.")] input: BlockAccountInput,
    ) -> Result<Option<BlockAccountPayload>> {
        BlockAccountPayload::of(block_account(ctx.data::<Services>()?, ctx.data::<Principal>()?, &input.into()).await)
    }

    /// Lets a blocked account in again. Needs the scope `network`; recorded in the audit trail.
    async fn unblock_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and why.")] input: UnblockAccountInput,
    ) -> Result<Option<UnblockAccountPayload>> {
        UnblockAccountPayload::of(unblock_account(ctx.data::<Services>()?, ctx.data::<Principal>()?, &input.into()).await)
    }
}
