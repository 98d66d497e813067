//! transferFunds, creditWallet, debitWallet, reverseJournal

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::Epoch;
use super::super::network::caller;
use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::MoneyInput;
use super::objects::Wallet;
use crate::auth::principal::Principal;
use crate::commands::wallets::{AdjustWallet, Direction, ReverseJournal, Transfer, adjust_wallet, reverse_journal, transfer};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// Paying into another partner's wallet.
#[derive(InputObject)]
pub struct TransferFundsInput {
    /// The number of the partner who receives.
    to_number: BigInt,
    /// How much arrives; a fee comes on top where the company takes one.
    amount: MoneyInput,
    /// Words for the receiver, 1 to 200 characters.
    memo: Option<String>,
    /// The sender's transaction password.
    #[graphql(secret)]
    transaction_password: String,
    /// Makes the act repeatable: the same key with the same input pays once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Declares the inputs of creditWallet and debitWallet.
macro_rules! adjustment_inputs {
    ($($(#[$doc:meta])* $name:ident, $direction:expr;)+) => {
        $($(#[$doc])*
        #[derive(InputObject)]
        pub struct $name {
            /// The number of the partner whose wallet it is.
            partner_number: BigInt,
            /// How much.
            amount: MoneyInput,
            /// Why, in 1 to 200 characters; the partner reads it.
            reason: String,
            /// Makes the act repeatable: the same key with the same input moves once. Also read from the header `Idempotency-Key`.
            idempotency_key: Option<String>,
        }

        impl $name {
            fn into_act(self, ctx: &Context<'_>) -> AdjustWallet {
                AdjustWallet {
                    partner: self.partner_number.0,
                    direction: $direction,
                    sum: self.amount.into(),
                    reason: self.reason,
                    idempotency_key: idempotency_key(ctx, self.idempotency_key),
                }
            }
        })+
    };
}

adjustment_inputs! {
    /// Giving to a wallet by hand.
    CreditWalletInput, Direction::Credit;
    /// Taking from a wallet by hand.
    DebitWalletInput, Direction::Debit;
}

/// Taking a journal back.
#[derive(InputObject)]
pub struct ReverseJournalInput {
    /// The number of the journal: a credit, a debit or a transfer.
    journal_number: BigInt,
    /// Why, in 1 to 200 characters; the partners whose wallets it moved read it.
    reason: String,
    /// Makes the act repeatable: the same key with the same input answers the same. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Outcome of reverseJournal.
#[derive(SimpleObject)]
pub struct ReverseJournalPayload {
    /// The number of the journal that takes it back; null when there are user errors.
    journal_number: Option<BigInt>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Declares payloads that show a wallet after the act.
macro_rules! wallet_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The number of the journal; null when there are user errors.
            journal_number: Option<BigInt>,
            /// The wallet after the act; null when there are user errors.
            wallet: Option<Wallet>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            fn of(ctx: &Context<'_>, partner_id: Option<i64>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                let (journal_number, user_errors) = match sort(outcome)? {
                    Ok(journal) => (Some(BigInt(journal)), Vec::new()),
                    Err(user_errors) => (None, user_errors),
                };
                // What was loaded before the act is forgotten.
                ctx.data::<Epoch>()?.advance();
                let wallet = journal_number.and(partner_id).map(|partner_id| Wallet { partner_id });
                Ok(Some(Self { journal_number, wallet, user_errors }))
            }
        })+
    };
}

wallet_payloads! {
    /// Outcome of transferFunds.
    TransferFundsPayload;
    /// Outcome of creditWallet.
    CreditWalletPayload;
    /// Outcome of debitWallet.
    DebitWalletPayload;
}

/// Acts on wallets.
#[derive(Default)]
pub struct WalletMutation;

#[Object]
impl WalletMutation {
    /// Pays from the caller's wallet into another partner's.
    async fn transfer_funds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and how much.")] input: TransferFundsInput,
    ) -> Result<Option<TransferFundsPayload>> {
        let act = Transfer {
            to: input.to_number.0,
            sum: input.amount.into(),
            memo: input.memo,
            transaction_password: Secret::new(input.transaction_password),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let outcome = transfer(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        TransferFundsPayload::of(ctx, caller(ctx).ok().and_then(|caller| caller.partner_id), outcome)
    }

    /// Gives to a wallet. Needs the scope `payouts`; recorded in the audit trail.
    async fn credit_wallet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, how much and why.")] input: CreditWalletInput,
    ) -> Result<Option<CreditWalletPayload>> {
        let act = input.into_act(ctx);
        let outcome = adjust_wallet(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        CreditWalletPayload::of(ctx, Some(act.partner), outcome)
    }

    /// Takes from a wallet what is available there. Needs the scope `payouts`; recorded in the audit trail.
    async fn debit_wallet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From whom, how much and why.")] input: DebitWalletInput,
    ) -> Result<Option<DebitWalletPayload>> {
        let act = input.into_act(ctx);
        let outcome = adjust_wallet(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        DebitWalletPayload::of(ctx, Some(act.partner), outcome)
    }

    /// Takes a credit, a debit or a transfer back, with its fee, by another journal. Needs the scope `payouts`; recorded in the audit trail.
    async fn reverse_journal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which journal, and why.")] input: ReverseJournalInput,
    ) -> Result<Option<ReverseJournalPayload>> {
        let key = idempotency_key(ctx, input.idempotency_key);
        let act = ReverseJournal { journal: input.journal_number.0, reason: input.reason, idempotency_key: key };
        let outcome = sort(reverse_journal(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)?;
        ctx.data::<Epoch>()?.advance();
        let (journal_number, user_errors) = match outcome {
            Ok(journal) => (Some(BigInt(journal)), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(Some(ReverseJournalPayload { journal_number, user_errors }))
    }
}
