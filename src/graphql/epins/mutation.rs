//! issueEpins, transferEpin, redeemEpin, renewEpinCode, blockEpin, unblockEpin

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::loader::Epoch;
use super::super::network::caller;
use super::super::scalars::{BigInt, DateTime};
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::super::wallets::inputs::MoneyInput;
use super::super::wallets::objects::Wallet;
use super::inputs::EpinFunding;
use super::objects::Epin;
use super::query::epin;
use crate::auth::principal::Principal;
use crate::commands::epins::{
    IssueEpins, RedeemEpin, RenewEpinCode, SetEpinBlocked, TransferEpin, issue_epins, redeem_epin, renew_epin_code, set_epin_blocked,
    transfer_epin,
};
use crate::commands::{self, Services};
use crate::config::secrets::Secret;

/// Making e-pins.
#[derive(InputObject)]
pub struct IssueEpinsInput {
    /// How many, 1 to 500.
    count: i32,
    /// The worth of each.
    amount: MoneyInput,
    /// What stands behind them.
    funding: EpinFunding,
    /// The number of the partner who alone may use them; anybody with the code when left out.
    owner_number: Option<BigInt>,
    /// From when on they cannot be used; never when left out.
    expires_at: Option<DateTime>,
    /// Why, in 1 to 200 characters.
    reason: String,
    /// Makes the act repeatable: the same key with the same input gives the same codes. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Passing an e-pin on.
#[derive(InputObject)]
pub struct TransferEpinInput {
    /// Which.
    epin_number: BigInt,
    /// The number of the partner who alone may use it from then on.
    to_number: BigInt,
    /// The owner's transaction password; operators need none.
    #[graphql(secret)]
    transaction_password: Option<String>,
    /// Makes the act repeatable: the same key with the same input passes it on once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Paying what is on an e-pin into the own wallet.
#[derive(InputObject)]
pub struct RedeemEpinInput {
    /// As it was given; dashes, blanks and the case do not matter.
    #[graphql(secret)]
    code: String,
    /// How much; all that is left when left out.
    amount: Option<MoneyInput>,
    /// Makes the act repeatable: the same key with the same input pays once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// A new code for an e-pin of the own.
#[derive(InputObject)]
pub struct RenewEpinCodeInput {
    /// Which.
    epin_number: BigInt,
    /// The owner's transaction password.
    #[graphql(secret)]
    transaction_password: String,
    /// Makes the act repeatable: the same key with the same input gives the same code. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Barring an e-pin.
#[derive(InputObject)]
pub struct BlockEpinInput {
    /// Which.
    epin_number: BigInt,
    /// Why, in 1 to 200 characters.
    reason: String,
}

/// Opening an e-pin again.
#[derive(InputObject)]
pub struct UnblockEpinInput {
    /// Which.
    epin_number: BigInt,
    /// Why, in 1 to 200 characters.
    reason: String,
}

/// A new e-pin with its code, which nothing shows again.
#[derive(SimpleObject)]
pub struct IssuedEpin {
    /// The number of the e-pin.
    number: BigInt,
    /// The code.
    code: String,
}

/// Outcome of issueEpins.
#[derive(SimpleObject)]
pub struct IssueEpinsPayload {
    /// The number of the batch; null when there are user errors.
    batch_number: Option<BigInt>,
    /// The new e-pins with their codes.
    issued: Vec<IssuedEpin>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Outcome of redeemEpin.
#[derive(SimpleObject)]
pub struct RedeemEpinPayload {
    /// The number of the journal; null when there are user errors.
    journal_number: Option<BigInt>,
    /// The caller's wallet after the act; null when there are user errors.
    wallet: Option<Wallet>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Outcome of renewEpinCode.
#[derive(SimpleObject)]
pub struct RenewEpinCodePayload {
    /// The new code, which nothing shows again; null when there are user errors.
    code: Option<String>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Declares payloads that show an e-pin.
macro_rules! epin_payloads {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The e-pin after the act; null when there are user errors, and when it is hidden from the caller.
            epin: Option<Epin>,
            /// What the person can put right.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, outcome: Result<i64, commands::Error>) -> Result<Option<Self>> {
                Ok(Some(match sort(outcome)? {
                    Ok(number) => {
                        // What was loaded before the act is forgotten.
                        ctx.data::<Epoch>()?.advance();
                        Self { epin: epin(ctx, number).await?, user_errors: Vec::new() }
                    }
                    Err(user_errors) => Self { epin: None, user_errors: numbered(user_errors) },
                }))
            }
        })+
    };
}

epin_payloads! {
    /// Outcome of transferEpin.
    TransferEpinPayload;
    /// Outcome of blockEpin.
    BlockEpinPayload;
    /// Outcome of unblockEpin.
    UnblockEpinPayload;
}

/// Where pins are named by their number, not by their code.
fn numbered(errors: Vec<UserError>) -> Vec<UserError> {
    errors.into_iter().map(|error| error.renamed("code", "epinNumber")).collect()
}

/// Acts on e-pins.
#[derive(Default)]
pub struct EpinMutation;

#[Object]
impl EpinMutation {
    /// Makes e-pins and shows their codes, once. Needs the scope `payouts`; recorded in the audit trail.
    async fn issue_epins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, worth what, for whom and why.")] input: IssueEpinsInput,
    ) -> Result<Option<IssueEpinsPayload>> {
        let act = IssueEpins {
            count: u32::try_from(input.count).unwrap_or_default(),
            sum: input.amount.into(),
            funding: input.funding.into(),
            owner: input.owner_number.map(|number| number.0),
            expires_at: input.expires_at.map(|time| time.0),
            reason: input.reason,
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let issued = match sort(issue_epins(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)? {
            Ok(issued) => issued,
            Err(user_errors) => return Ok(Some(IssueEpinsPayload { batch_number: None, issued: Vec::new(), user_errors })),
        };
        let shown = |(number, code): (i64, Secret<String>)| IssuedEpin { number: BigInt(number), code: code.expose().clone() };
        let batch_number = Some(BigInt(issued.batch));
        Ok(Some(IssueEpinsPayload { batch_number, issued: issued.codes.into_iter().map(shown).collect(), user_errors: Vec::new() }))
    }

    /// Passes an e-pin on to another partner: one of the caller's own, or any with the scope `payouts`, which is recorded in the audit trail.
    async fn transfer_epin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to whom.")] input: TransferEpinInput,
    ) -> Result<Option<TransferEpinPayload>> {
        let act = TransferEpin {
            epin: input.epin_number.0,
            to: input.to_number.0,
            transaction_password: input.transaction_password.map(Secret::new),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        TransferEpinPayload::of(ctx, transfer_epin(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Pays what is on an e-pin into the caller's wallet.
    async fn redeem_epin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how much of it.")] input: RedeemEpinInput,
    ) -> Result<Option<RedeemEpinPayload>> {
        let act = RedeemEpin {
            code: Secret::new(input.code),
            sum: input.amount.map(Into::into),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let (journal_number, user_errors) = match sort(redeem_epin(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)? {
            Ok(journal) => (Some(BigInt(journal)), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        ctx.data::<Epoch>()?.advance();
        let partner = caller(ctx).ok().and_then(|caller| caller.partner_id);
        let wallet = journal_number.and(partner).map(|partner_id| Wallet { partner_id });
        Ok(Some(RedeemEpinPayload { journal_number, wallet, user_errors }))
    }

    /// Gives an e-pin of the caller's a new code and shows it, once; the old one is worth nothing from then on.
    async fn renew_epin_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RenewEpinCodeInput,
    ) -> Result<Option<RenewEpinCodePayload>> {
        let act = RenewEpinCode {
            epin: input.epin_number.0,
            transaction_password: Secret::new(input.transaction_password),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        Ok(Some(match sort(renew_epin_code(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)? {
            Ok(code) => RenewEpinCodePayload { code: Some(code.expose().clone()), user_errors: Vec::new() },
            Err(user_errors) => RenewEpinCodePayload { code: None, user_errors: numbered(user_errors) },
        }))
    }

    /// Bars an e-pin; what is left stays on it until its time runs out. Needs the scope `payouts`; recorded in the audit trail.
    async fn block_epin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: BlockEpinInput,
    ) -> Result<Option<BlockEpinPayload>> {
        let act = SetEpinBlocked { epin: input.epin_number.0, blocked: true, reason: input.reason };
        BlockEpinPayload::of(ctx, set_epin_blocked(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }

    /// Opens a barred e-pin again. Needs the scope `payouts`; recorded in the audit trail.
    async fn unblock_epin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: UnblockEpinInput,
    ) -> Result<Option<UnblockEpinPayload>> {
        let act = SetEpinBlocked { epin: input.epin_number.0, blocked: false, reason: input.reason };
        UnblockEpinPayload::of(ctx, set_epin_blocked(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await).await
    }
}
