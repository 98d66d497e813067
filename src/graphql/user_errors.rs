//! What a person can get wrong, as data in the payload.

use async_graphql::{Context, Enum, Error, Result, SimpleObject};

use super::context::Credentials;
use super::errors::{forbidden, idempotency_conflict, internal, store_failed, unauthenticated};
use crate::commands;
use crate::domain::applications::ApplicationRefusal;
use crate::domain::refusal::Refusal;

/// Something that the person can put right. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// For programs.
    code: UserErrorCode,
    /// For people: what is wrong and what to do.
    message: String,
    /// Where in the mutation's arguments, from the outside inwards.
    field: Option<Vec<String>>,
}

impl UserError {
    /// The same error where the input holds some fields deeper: each with the path from the input to it.
    #[must_use]
    pub fn within(mut self, places: &[(&str, &[&str])]) -> Self {
        if let Some([input, leaf]) = self.field.as_deref()
            && let Some((_, path)) = places.iter().find(|(name, _)| name == leaf)
        {
            self.field = Some(std::iter::once(input.clone()).chain(path.iter().map(|step| (*step).to_owned())).collect());
        }
        self
    }

    /// The same error where the input calls the field by another name.
    #[must_use]
    pub fn renamed(mut self, field: &str, name: &str) -> Self {
        self.field.iter_mut().flatten().filter(|step| *step == field).for_each(|step| name.clone_into(step));
        self
    }
}

/// Declares the codes, and which refusal has which code and field.
macro_rules! user_errors {
    ($($(#[$doc:meta])* $pattern:pat => $code:ident, $field:expr;)+) => {
        /// Why a mutation did nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub enum UserErrorCode {
            $($(#[$doc])* $code,)+
        }

        fn classify(refusal: &Refusal) -> Option<(UserErrorCode, Option<&'static str>)> {
            match refusal {
                $($pattern => Some((UserErrorCode::$code, $field)),)+
                Refusal::IdempotencyConflict | Refusal::ScopeMissing { .. } | Refusal::OwnerOnly => None,
            }
        }
    };
}

user_errors! {
    /// The user name does not have the required form.
    Refusal::InvalidUsername => InvalidUsername, Some("username");
    /// The e-mail address does not have the form of one.
    Refusal::InvalidEmail => InvalidEmail, Some("email");
    /// The name is empty or too long.
    Refusal::InvalidName => InvalidName, Some("name");
    /// The telephone number does not have the form of one.
    Refusal::InvalidPhone => InvalidPhone, Some("phone");
    /// The password is too short, too long or too obvious.
    Refusal::WeakPassword => WeakPassword, Some("password");
    /// Another account has this user name.
    Refusal::UsernameTaken => UsernameTaken, Some("username");
    /// Another account has this e-mail address.
    Refusal::EmailTaken => EmailTaken, Some("email");
    /// The user name or the password is wrong.
    Refusal::WrongCredentials => WrongCredentials, None;
    /// The present password is wrong.
    Refusal::WrongPassword => WrongPassword, Some("currentPassword");
    /// The refresh token is not valid any more.
    Refusal::RefreshTokenInvalid => RefreshTokenInvalid, Some("refreshToken");
    /// The account belongs to a partner already.
    Refusal::AlreadyPartner => AlreadyPartner, None;
    /// The account does not belong to a partner yet.
    Refusal::NotPartner => NotPartner, None;
    /// The referral code is unknown, or its partner is not active.
    Refusal::ReferralCodeUnknown => ReferralCodeUnknown, Some("referralCode");
    /// There is no such partner, or it is hidden from the caller.
    Refusal::PartnerUnknown => PartnerUnknown, None;
    /// The status is none that an operator sets, or sets for this partner.
    Refusal::PartnerStatusFixed { .. } => PartnerStatusFixed, Some("status");
    /// Another partner stands in the slot.
    Refusal::SlotTaken { .. } => SlotTaken, Some("slot");
    /// The position does not exist in this network's placement tree.
    Refusal::PositionUnknown { .. } => PositionUnknown, Some("slot");
    /// No free slot was found within the bounds of the search.
    Refusal::NoFreeSlot { .. } => NoFreeSlot, None;
    /// The partner stands in the placement tree already.
    Refusal::AlreadyPlaced => AlreadyPlaced, Some("partnerNumber");
    /// A partner cannot stand below itself.
    Refusal::WouldMakeCycle { .. } => WouldMakeCycle, Some("sponsorNumber");
    /// The idempotency key does not have the required form.
    Refusal::InvalidIdempotencyKey => InvalidIdempotencyKey, Some("idempotencyKey");
    /// The amount is no sum of money that can be paid.
    Refusal::InvalidAmount { .. } => InvalidAmount, Some("amount");
    /// The network pays in another currency.
    Refusal::CurrencyUnknown { .. } => CurrencyUnknown, Some("amount");
    /// The wallet does not hold enough.
    Refusal::InsufficientFunds => InsufficientFunds, Some("amount");
    /// There is no such journal.
    Refusal::JournalUnknown => JournalUnknown, Some("journalNumber");
    /// What the journal is about has an act of its own that takes it back.
    Refusal::JournalNotReversible { .. } => JournalNotReversible, Some("journalNumber");
    /// The journal was taken back already.
    Refusal::JournalReversed => JournalReversed, Some("journalNumber");
    /// The wallet is closed: its owner was erased.
    Refusal::WalletClosed => WalletClosed, None;
    /// The wallet cannot hold so much.
    Refusal::WalletFull => WalletFull, Some("amount");
    /// The amount lies outside the limits of transfers.
    Refusal::OutsideTransferLimits { .. } => OutsideTransferLimits, Some("amount");
    /// A wallet cannot pay into itself.
    Refusal::SameWallet => SameWallet, Some("toNumber");
    /// Transfers between wallets are not offered.
    Refusal::TransfersOff => TransfersOff, None;
    /// The reason is empty or too long.
    Refusal::InvalidReason => InvalidReason, Some("reason");
    /// The transaction password is too short, too long or the password itself.
    Refusal::WeakTransactionPassword => WeakTransactionPassword, Some("newPassword");
    /// Saying where to pay needs the transaction password.
    Refusal::TransactionPasswordRequired => TransactionPasswordRequired, Some("transactionPassword");
    /// The transaction password is wrong, or none was set.
    Refusal::WrongTransactionPassword => WrongTransactionPassword, Some("transactionPassword");
    /// Too many tries: wait.
    Refusal::TooManyTries { .. } => TooManyTries, None;
    /// The words of the product do not have the required form.
    Refusal::InvalidProduct { .. } => InvalidProduct, None;
    /// Another product has this SKU.
    Refusal::SkuTaken => SkuTaken, Some("sku");
    /// There is no such product on offer.
    Refusal::ProductUnknown => ProductUnknown, Some("productNumber");
    /// The quantity lies outside its limits.
    Refusal::InvalidQuantity { .. } => InvalidQuantity, Some("quantity");
    /// The cart cannot hold so much.
    Refusal::CartTooLarge => CartTooLarge, None;
    /// The order has more volume than an order may have.
    Refusal::OrderVolumeTooLarge => OrderVolumeTooLarge, None;
    /// The cart is empty.
    Refusal::CartEmpty => CartEmpty, None;
    /// A part of the address is missing or too long.
    Refusal::InvalidAddress { .. } => InvalidAddress, None;
    /// The account has as many addresses as it may.
    Refusal::TooManyAddresses { .. } => TooManyAddresses, None;
    /// There is no such address, or none where one is needed.
    Refusal::AddressUnknown => AddressUnknown, Some("addressNumber");
    /// There is no such order, or it is hidden from the caller.
    Refusal::OrderUnknown => OrderUnknown, Some("orderNumber");
    /// The order does not wait for a payment.
    Refusal::OrderNotPayable { .. } => OrderNotPayable, Some("orderNumber");
    /// The reference was used for something else.
    Refusal::ReferenceTaken { .. } => ReferenceTaken, Some("reference");
    /// The order is paid, or was given up or given back already.
    Refusal::OrderNotCancellable { .. } => OrderNotCancellable, Some("orderNumber");
    /// There is no such e-pin, or it belongs to somebody else.
    Refusal::EpinUnknown => EpinUnknown, Some("code");
    /// The e-pin is used up, blocked or expired, or holds too little.
    Refusal::EpinNotUsable { .. } => EpinNotUsable, Some("code");
    /// E-pins cannot be made so.
    Refusal::InvalidEpinBatch { .. } => InvalidEpinBatch, None;
    /// This use of e-pins is not offered.
    Refusal::EpinUseOff { .. } => EpinUseOff, None;
    /// A membership package is needed to join.
    Refusal::MembershipRequired => MembershipRequired, Some("membership");
    /// The order is not paid, or was given back already.
    Refusal::OrderNotPaid => OrderNotPaid, Some("orderNumber");
    /// The lines are not of this order, or more is asked back than is left.
    Refusal::NothingToRefund => NothingToRefund, Some("lines");
    /// The server has too much to do at the moment.
    Refusal::Busy => Busy, None;
    /// This needs an active partner.
    Refusal::PartnerNotActive => PartnerNotActive, None;
    /// A payout is under way already.
    Refusal::PayoutAlreadyPending => PayoutAlreadyPending, None;
    /// The amount is below the smallest payout.
    Refusal::BelowPayoutMinimum { .. } => BelowPayoutMinimum, Some("amount");
    /// It is not known where to pay.
    Refusal::PayoutDetailsRequired => PayoutDetailsRequired, Some("details");
    /// A field of the payout details does not have the required form.
    Refusal::InvalidPayoutDetails { .. } => InvalidPayoutDetails, Some("details");
    /// There is no such payout, or it is hidden from the caller.
    Refusal::PayoutUnknown => PayoutUnknown, Some("payoutNumber");
    /// The payout stands elsewhere by now.
    Refusal::PayoutMovedOn { .. } => PayoutMovedOn, Some("payoutNumber");
    /// The payout needs the approval of another operator.
    Refusal::SecondApproverNeeded => SecondApproverNeeded, Some("payoutNumber");
    /// What carries payouts has this one: the bank's result ends it.
    Refusal::PayoutUnderWay => PayoutUnderWay, Some("payoutNumber");
    /// The bank may have the payout: the operator must answer for it that it will not pay.
    Refusal::BankStatementNeeded => BankStatementNeeded, Some("bankWillNotPay");
    /// Who approved or started a large payout does not take it back: another operator must.
    Refusal::AnotherOperatorNeeded => AnotherOperatorNeeded, Some("payoutNumber");
    /// Nobody decides about a payout of their own.
    Refusal::OwnPayout => OwnPayout, Some("payoutNumber");
    /// Nobody of the staff moves money or volume of their own.
    Refusal::OwnMoney => OwnMoney, None;
    /// The link is unknown, used or ended.
    Refusal::LinkInvalid => LinkInvalid, Some("token");
    /// The e-mail address must be confirmed first.
    Refusal::EmailNotVerified => EmailNotVerified, None;
    /// The e-mail address is confirmed already.
    Refusal::EmailAlreadyVerified => EmailAlreadyVerified, None;
    /// The account has no e-mail address.
    Refusal::EmailMissing => EmailMissing, None;
    /// The account is blocked.
    Refusal::AccountBlocked => AccountBlocked, None;
    /// There is no such account.
    Refusal::AccountUnknown => AccountUnknown, Some("username");
    /// Nobody blocks themselves.
    Refusal::OwnAccount => OwnAccount, Some("username");
    /// Only an owner decides about the account of an owner.
    Refusal::OwnerAccount => OwnerAccount, Some("username");
    /// The account is blocked already, or is not.
    Refusal::AccountMovedOn { .. } => AccountMovedOn, Some("username");
    /// There is no such session, or it has ended.
    Refusal::SessionUnknown => SessionUnknown, Some("sessionId");
    /// The reference is empty or too long.
    Refusal::InvalidReference => InvalidReference, Some("reference");
    /// A field of the profile does not have the required form.
    Refusal::InvalidProfile { field, .. } => InvalidProfile, Some(*field);
    /// The date of birth is not a past day.
    Refusal::InvalidDateOfBirth => InvalidDateOfBirth, Some("dateOfBirth");
    /// The person is too young for this company.
    Refusal::TooYoung { .. } => TooYoung, Some("dateOfBirth");
    /// There is no such country.
    Refusal::CountryUnknown => CountryUnknown, Some("country");
    /// The country has no such state.
    Refusal::StateUnknown => StateUnknown, Some("state");
    /// The company takes nobody in at the moment.
    Refusal::SignUpsClosed => SignUpsClosed, None;
    /// Accounts of staff are not erased.
    Refusal::AccountIsStaff => AccountIsStaff, None;
    /// Money, a payout or an order is in the way of the erasure.
    Refusal::ErasureBlocked { .. } => ErasureBlocked, None;
    /// The code of the link does not have the required form.
    Refusal::InvalidReferralLinkCode => InvalidReferralLinkCode, Some("code");
    /// The code of the link is in use, or was.
    Refusal::ReferralLinkCodeTaken => ReferralLinkCodeTaken, Some("code");
    /// The link would lead to an address that is not allowed.
    Refusal::InvalidReferralTarget { .. } => InvalidReferralTarget, Some("targetUrl");
    /// A UTM parameter is empty or too long.
    Refusal::InvalidUtm { .. } => InvalidUtm, Some("utm");
    /// The end of the link lies in the past.
    Refusal::ReferralLinkEnded => ReferralLinkEnded, Some("expiresAt");
    /// The partner has as many links as it may.
    Refusal::TooManyReferralLinks { .. } => TooManyReferralLinks, None;
    /// There is no such referral link of the caller's.
    Refusal::ReferralLinkUnknown => ReferralLinkUnknown, Some("linkNumber");
    /// No referral link has this code, or its partner is not active.
    Refusal::ReferralLinkCodeUnknown => ReferralLinkCodeUnknown, Some("referralLinkCode");
    /// The content of the file is of no supported type.
    Refusal::FileTypeNotSupported { .. } => FileTypeNotSupported, Some("file");
    /// The file is too large.
    Refusal::FileTooLarge { .. } => FileTooLarge, Some("file");
    /// The picture has too many pixels.
    Refusal::TooManyPixels { .. } => TooManyPixels, Some("file");
    /// The file is damaged or cut off.
    Refusal::FileBroken => FileBroken, Some("file");
    /// This needs an approved identity check.
    Refusal::KycNotVerified => KycNotVerified, None;
    /// Documents were sent already.
    Refusal::KycAlreadySubmitted { .. } => KycAlreadySubmitted, None;
    /// No document, or two of a kind.
    Refusal::InvalidDocuments => InvalidDocuments, Some("documents");
    /// There is no such submission of documents.
    Refusal::KycUnknown => KycUnknown, Some("submissionNumber");
    /// The identity check was decided already.
    Refusal::KycMovedOn { .. } => KycMovedOn, Some("submissionNumber");
    /// Nobody decides about an identity check of their own.
    Refusal::OwnKyc => OwnKyc, Some("submissionNumber");
    /// There is no such application.
    Refusal::Application(ApplicationRefusal::Unknown) => ApplicationUnknown, Some("applicationNumber");
    /// The application cannot have the scope.
    Refusal::Application(ApplicationRefusal::Scope { .. }) => ApplicationScope, Some("scopes");
    /// The networks are not all addresses or networks, or too many.
    Refusal::Application(ApplicationRefusal::InvalidNetwork { .. }) => InvalidNetwork, Some("networks");
    /// The old key may not go on for so long.
    Refusal::Application(ApplicationRefusal::InvalidOverlap { .. }) => InvalidOverlap, Some("overlapHours");
}

/// Sorts the outcome of an act: what the person can put right goes into the payload, the rest to the top level.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `IDEMPOTENCY_CONFLICT`; faults of the server, to be masked.
pub fn sort<T>(outcome: Result<T, commands::Error>) -> Result<Result<T, Vec<UserError>>> {
    let refusal = match outcome {
        Ok(value) => return Ok(Ok(value)),
        Err(commands::Error::Refused(refusal)) => refusal,
        Err(error) => return Err(top_level(&error)),
    };
    match classify(&refusal) {
        Some((code, field)) => {
            let field = field.map(|field| vec!["input".to_owned(), field.to_owned()]);
            Ok(Err(vec![UserError { code, message: refusal.to_string(), field }]))
        }
        None if refusal == Refusal::IdempotencyConflict => Err(idempotency_conflict(refusal.to_string())),
        None => Err(forbidden(refusal.to_string())),
    }
}

fn top_level(error: &commands::Error) -> Error {
    match error {
        commands::Error::Unauthenticated => unauthenticated(error.to_string()),
        commands::Error::Store(error) => store_failed(error),
        error => internal(error),
    }
}

/// The idempotency key of a mutation: from the input, else from the header.
#[must_use]
pub fn idempotency_key(ctx: &Context<'_>, input: Option<String>) -> Option<String> {
    input.or_else(|| ctx.data_opt::<Credentials>().and_then(|credentials| credentials.idempotency_key.clone()))
}
