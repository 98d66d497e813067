//! What the system will not do, and why: the state of things, not of the code.

use super::amount::Amount;
use super::applications::ApplicationRefusal;
use super::carts::MOST_VOLUME;
use super::instant::Instant;
use super::kyc::KycStatus;
use super::ledger::JournalKind;
use super::payouts::PayoutStatus;
use super::position::Position;

/// An act that was asked for and refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 3 to 50 of letters, digits, `.`, `_`, `-`.
    #[error("The user name must have 3 to 50 letters, digits, dots, dashes or underscores and begin with a letter or digit.")]
    InvalidUsername,
    /// Not the outline of an address.
    #[error("The e-mail address is not valid: give one like name@example.org.")]
    InvalidEmail,
    /// 1 to 100 characters.
    #[error("The name must have 1 to 100 characters.")]
    InvalidName,
    /// 3 to 40 of digits and the signs that part them.
    #[error("The phone number must have 3 to 40 digits, blanks, dots, dashes, slashes or brackets, with a + in front where needed.")]
    InvalidPhone,
    /// 10 to 256 characters, not the name or the address.
    #[error("The password must have 10 to 256 characters and be neither the user name nor the e-mail address.")]
    WeakPassword,
    /// Another account has it.
    #[error("This user name is taken: choose another one.")]
    UsernameTaken,
    /// Another account has it.
    #[error("An account with this e-mail address exists already: sign in, or use another address.")]
    EmailTaken,
    /// Unknown user, wrong password or a closed account: one answer, so that nothing is learnt.
    #[error("The user name or the password is wrong.")]
    WrongCredentials,
    /// The old password was not given correctly.
    #[error("The present password is wrong.")]
    WrongPassword,
    /// A refresh token that is unknown, expired, used already or of an ended session.
    #[error("This refresh token is not valid any more: sign in again.")]
    RefreshTokenInvalid,
    /// The account has a partner.
    #[error("This account belongs to a partner already.")]
    AlreadyPartner,
    /// The account has no partner.
    #[error("This account does not belong to a partner yet: become a partner first.")]
    NotPartner,
    /// Unknown code, or its partner is not ACTIVE.
    #[error("This referral code is unknown, or its partner is not active.")]
    ReferralCodeUnknown,
    /// Unknown, or hidden from the caller: one answer.
    #[error("There is no such partner.")]
    PartnerUnknown,
    /// Waits for the membership's payment, or erased.
    #[error("The status of this partner cannot be set so: {why}.")]
    PartnerStatusFixed {
        /// What keeps it.
        why: &'static str,
    },
    /// Another partner stands there.
    #[error("Position {position} under partner {parent} is taken.")]
    SlotTaken {
        /// Number of the placement parent.
        parent: i64,
        /// The slot.
        position: Position,
    },
    /// The position does not exist in this network's placement tree.
    #[error("Position {position} does not exist in this network's placement tree ({kind}).")]
    PositionUnknown {
        /// What was asked for.
        position: Position,
        /// The kind of placement tree that is configured.
        kind: String,
    },
    /// The bounded search found nothing.
    #[error("No free position was found within {searched} places: name a position.")]
    NoFreeSlot {
        /// How many places were looked at.
        searched: u32,
    },
    /// The partner has a place.
    #[error("This partner stands in the placement tree already.")]
    AlreadyPlaced,
    /// The target is the partner itself or below it.
    #[error("Partner {partner} cannot be moved below itself.")]
    WouldMakeCycle {
        /// Number of the partner.
        partner: i64,
    },
    /// Same key, other input.
    #[error("This idempotency key was used for another request: use a new key.")]
    IdempotencyConflict,
    /// The key is empty or too long.
    #[error("An idempotency key has 1 to 255 visible ASCII characters.")]
    InvalidIdempotencyKey,
    /// The caller lacks the power.
    #[error("This needs the scope {scope}.")]
    ScopeMissing {
        /// Code of the scope.
        scope: &'static str,
    },
    /// Not a sum of money that can be paid.
    #[error("The amount {reason}.")]
    InvalidAmount {
        /// What is wrong with it, continuing the sentence.
        reason: String,
    },
    /// Another currency than the network's.
    #[error("This network pays in {known}, not in {named}.")]
    CurrencyUnknown {
        /// What was asked for.
        named: String,
        /// The network's.
        known: &'static str,
    },
    /// The wallet does not hold so much.
    #[error("The wallet does not hold enough for this.")]
    InsufficientFunds,
    /// Operators who take a journal back.
    #[error("There is no such journal.")]
    JournalUnknown,
    /// Orders, payouts and e-pins have acts of their own.
    #[error(
        "A journal of the kind {kind} is not taken back by itself: refund its order, or fail or reject its payout. Blocking an e-pin keeps it from being \
         used and moves no money; what a wallet holds wrongly is credited or debited."
    )]
    JournalNotReversible {
        /// What it is about.
        kind: JournalKind,
    },
    /// Once is enough.
    #[error("The journal was taken back already.")]
    JournalReversed,
    /// Of a person who was erased.
    #[error("The wallet is closed, as its owner was erased: what is owed to them is paid outside.")]
    WalletClosed,
    /// Beyond what a wallet can hold.
    #[error("The wallet cannot hold so much.")]
    WalletFull,
    /// Outside the limits of transfers.
    #[error("A transfer must lie between {lowest} and {highest}.")]
    OutsideTransferLimits {
        /// The least.
        lowest: Amount,
        /// The most.
        highest: Amount,
    },
    /// From a wallet to itself.
    #[error("A wallet cannot pay into itself: name another partner.")]
    SameWallet,
    /// Transfers are switched off.
    #[error("Transfers between wallets are not offered here.")]
    TransfersOff,
    /// 1 to 200 characters.
    #[error("A reason of 1 to 200 characters is needed.")]
    InvalidReason,
    /// 6 to 72 bytes, and not the password.
    #[error("The transaction password must have 6 to 72 bytes and differ from the password for signing in.")]
    WeakTransactionPassword,
    /// None was set, or it is another one: one answer.
    #[error("The transaction password is wrong, or none was set yet.")]
    WrongTransactionPassword,
    /// Where the configuration wants it.
    #[error("Your transaction password is needed to say where to pay: give it, or set one first.")]
    TransactionPasswordRequired,
    /// Too many wrong tries.
    #[error("Too many tries: wait {minutes} minutes.")]
    TooManyTries {
        /// For how long.
        minutes: u32,
    },
    /// The words of a product.
    #[error("The product cannot be offered so: {reason}.")]
    InvalidProduct {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Another product has it.
    #[error("Another product has this SKU.")]
    SkuTaken,
    /// Unknown, or not offered.
    #[error("There is no such product on offer.")]
    ProductUnknown,
    /// Not so many of one product.
    #[error("A cart holds between 1 and {most} of one product.")]
    InvalidQuantity {
        /// The most.
        most: u32,
    },
    /// Too many lines, or beyond what can be paid.
    #[error("The cart cannot hold so much: order what is in it first.")]
    CartTooLarge,
    /// More than an order may carry.
    #[error("An order has {MOST_VOLUME} of personal and of commissionable volume at most: order less at once.")]
    OrderVolumeTooLarge,
    /// Nothing to order.
    #[error("The cart is empty.")]
    CartEmpty,
    /// A part of an address.
    #[error("The {part} must have 1 to {most} characters.")]
    InvalidAddress {
        /// Which part.
        part: &'static str,
        /// The most.
        most: usize,
    },
    /// The account has as many as it may.
    #[error("There are {most} addresses already: remove one first.")]
    TooManyAddresses {
        /// The most.
        most: u32,
    },
    /// No such address, or none where one is needed.
    #[error("There is no such address; what is sent needs one.")]
    AddressUnknown,
    /// Unknown, or another one's.
    #[error("There is no such order.")]
    OrderUnknown,
    /// It does not wait for a payment.
    #[error("This order cannot be paid: it is {status}.")]
    OrderNotPayable {
        /// Where it stands.
        status: &'static str,
    },
    /// Another order or payment came from outside under this reference.
    #[error("The reference {reference:?} was used for something else: what it stands for cannot be changed.")]
    ReferenceTaken {
        /// The reference.
        reference: String,
    },
    /// Only what was not paid yet is given up; what was paid is given back.
    #[error("This order cannot be cancelled: it is {status}. What was paid is given back by a refund.")]
    OrderNotCancellable {
        /// Where it stands.
        status: &'static str,
    },
    /// Unknown, or somebody else's: one answer.
    #[error("There is no such e-pin, or it belongs to somebody else.")]
    EpinUnknown,
    /// Used up, blocked, expired, or too small.
    #[error("This e-pin {why}.")]
    EpinNotUsable {
        /// What is the matter, continuing the sentence.
        why: &'static str,
    },
    /// What new e-pins are to be.
    #[error("E-pins cannot be made so: {why}.")]
    InvalidEpinBatch {
        /// What is wrong, with what is allowed.
        why: String,
    },
    /// E-pins are not passed on, or not paid into wallets, here.
    #[error("E-pins are not {used} here.")]
    EpinUseOff {
        /// What is not done with them, continuing the sentence.
        used: &'static str,
    },
    /// The company wants a membership package to be bought at sign-up.
    #[error("A membership package is needed to join: name one, and how it is paid.")]
    MembershipRequired,
    /// Not paid, or given back already.
    #[error("This order is not paid, or was given back already.")]
    OrderNotPaid,
    /// Unknown lines, or more than is left.
    #[error("Name lines of this order, and no more of each than was not given back yet.")]
    NothingToRefund,
    /// Too many password checks are under way.
    #[error("Too many sign-ins at the moment: try again in a few seconds.")]
    Busy,
    /// Who is suspended, terminated or has not paid the membership neither buys, nor spends, nor is paid out.
    #[error("This needs an active partner.")]
    PartnerNotActive,
    /// One payout at a time.
    #[error("A payout is under way already: wait for it, or cancel it while it is pending.")]
    PayoutAlreadyPending,
    /// Less than the configuration says.
    #[error("The smallest payout is {minimum}.")]
    BelowPayoutMinimum {
        /// The least.
        minimum: Amount,
    },
    /// None were given, and none of this kind are saved.
    #[error("It is not known where to pay: give the details, or save some of this kind.")]
    PayoutDetailsRequired,
    /// A field of the details. Its value is never repeated.
    #[error("The payout details are not valid: {field} {rule}.")]
    InvalidPayoutDetails {
        /// The field, as the API calls it.
        field: &'static str,
        /// What it must be, continuing the sentence.
        rule: &'static str,
    },
    /// Unknown, or somebody else's: one answer.
    #[error("There is no such payout.")]
    PayoutUnknown,
    /// Another act came first, or the step leads elsewhere.
    #[error("This cannot be done: the payout is {status}.")]
    PayoutMovedOn {
        /// Where it stands.
        status: PayoutStatus,
    },
    /// Two operators must approve large payouts.
    #[error("You have approved this payout already: it needs the approval of another operator.")]
    SecondApproverNeeded,
    /// The rail may pay it yet.
    #[error(
        "The bank may pay this payout yet: its result ends it, through what carries payouts or a file of results. By hand it can be failed only when what \
         carries payouts has lost it, or a refusal of the bank could not be booked."
    )]
    PayoutUnderWay,
    /// Nobody gives money back that the bank may have, unless somebody answers for it.
    #[error("The bank may have this payout: ask it, and say by bankWillNotPay that it has not paid and will not.")]
    BankStatementNeeded,
    /// Large payouts do not come back by who let them out.
    #[error("You have approved or started this payout: another operator must say that the bank will not pay it.")]
    AnotherOperatorNeeded,
    /// Operators who are partners too.
    #[error("Nobody decides about a payout of their own.")]
    OwnPayout,
    /// Operators who are partners too.
    #[error("Nobody of the staff moves money or volume of their own: ask a colleague.")]
    OwnMoney,
    /// Unknown, used, ended, or of an account that is closed: one answer.
    #[error("This link does not work any more: ask for a new one.")]
    LinkInvalid,
    /// The switch of the configuration.
    #[error("Confirm your e-mail address first: open the link in the mail that we sent, or ask for another one.")]
    EmailNotVerified,
    /// There is nothing to prove.
    #[error("This e-mail address is confirmed already.")]
    EmailAlreadyVerified,
    /// Nothing can be mailed.
    #[error("This account has no e-mail address: ask the operators.")]
    EmailMissing,
    /// Said to who knows the password only.
    #[error("This account is blocked: ask the operators.")]
    AccountBlocked,
    /// For operators.
    #[error("There is no such account.")]
    AccountUnknown,
    /// Nobody blocks themselves.
    #[error("This is your own account.")]
    OwnAccount,
    /// Owners are above operators.
    #[error("Only an owner decides about the account of an owner.")]
    OwnerAccount,
    /// Another act came first.
    #[error("This account is {status} already.")]
    AccountMovedOn {
        /// Blocked, or not.
        status: &'static str,
    },
    /// Unknown, ended, or somebody else's: one answer.
    #[error("There is no such session.")]
    SessionUnknown,
    /// 1 to 100 characters.
    #[error("The reference must have 1 to 100 characters.")]
    InvalidReference,
    /// A field of a profile. Its value is never repeated.
    #[error("The profile cannot be changed so: {field} {rule}.")]
    InvalidProfile {
        /// The field, as the API calls it.
        field: &'static str,
        /// What it must be, continuing the sentence.
        rule: &'static str,
    },
    /// Not a past day in the form of ISO 8601.
    #[error("The date of birth must be a past day such as 1990-01-31.")]
    InvalidDateOfBirth,
    /// Younger than the configuration demands.
    #[error("Members must be {years} years old at least.")]
    TooYoung {
        /// How old one must be.
        years: u32,
    },
    /// Not in ISO 3166-1.
    #[error("There is no such country: give its numeric code (276) or its two letters (DE), as `countries` lists them.")]
    CountryUnknown,
    /// Not a state of the country.
    #[error("There is no such state in this country: give its id or its code (DE-BW), as `countries` lists them.")]
    StateUnknown,
    /// The company takes nobody in at the moment.
    #[error("Signing up is closed at the moment.")]
    SignUpsClosed,
    /// Staff answers for what it did.
    #[error("This account belongs to staff: it cannot be erased.")]
    AccountIsStaff,
    /// Something is under way.
    #[error("This account cannot be erased yet: {obstacle}.")]
    ErasureBlocked {
        /// What is in the way, and what to do about it, continuing the sentence.
        obstacle: &'static str,
    },
    /// For owners alone.
    #[error("This needs an owner.")]
    OwnerOnly,
    /// 3 to 40 letters, digits and dashes.
    #[error("The code of a link must have 3 to 40 letters, digits and dashes, with a letter or digit at both ends.")]
    InvalidReferralLinkCode,
    /// Another link has or had it, or a partner.
    #[error("This code is in use, or was: choose another one.")]
    ReferralLinkCodeTaken,
    /// Not below a configured address.
    #[error(
        "A link must lead to an address below one that this network allows, without user name or password, of {most} characters at most."
    )]
    InvalidReferralTarget {
        /// Characters.
        most: usize,
    },
    /// A parameter of the link.
    #[error("The parameter {name} must have 1 to {most} characters.")]
    InvalidUtm {
        /// Which one.
        name: &'static str,
        /// Characters.
        most: usize,
    },
    /// The end lies in the past.
    #[error("The end of a link must lie in the future.")]
    ReferralLinkEnded,
    /// The partner has as many as it may.
    #[error("There are {most} links already: delete one first.")]
    TooManyReferralLinks {
        /// The most.
        most: u32,
    },
    /// Unknown, deleted, or another partner's: one answer.
    #[error("There is no such referral link.")]
    ReferralLinkUnknown,
    /// Nobody's code, or its partner is not ACTIVE.
    #[error("No referral link has this code, or its partner is not active.")]
    ReferralLinkCodeUnknown,
    /// By its content; names and declared types do not count.
    #[error("The file's content is none of these: {allowed}. Its name does not count.")]
    FileTypeNotSupported {
        /// What is.
        allowed: &'static str,
    },
    /// More than the configuration says.
    #[error("The file has more than {most} bytes: send a smaller one.")]
    FileTooLarge {
        /// The most.
        most: u32,
    },
    /// More than the configuration says, by what the file itself tells before it is decoded.
    #[error("A picture may have at most {pixels} pixels in all and {side} on one side: make it smaller.")]
    TooManyPixels {
        /// The most in all.
        pixels: u32,
        /// The most on one side.
        side: u32,
    },
    /// It begins like a picture or a document, and is none.
    #[error("The file is damaged or cut off: save it anew and send it again.")]
    FileBroken,
    /// It is not known who the owner of the money is.
    #[error("This needs an approved identity check: send documents, and wait until they are approved.")]
    KycNotVerified,
    /// One submission at a time, and none after an approval.
    #[error("Documents were sent already: the identity check is {status}.")]
    KycAlreadySubmitted {
        /// Where it stands.
        status: KycStatus,
    },
    /// None, or two of a kind.
    #[error("Send at least one document, and not more than one of each kind.")]
    InvalidDocuments,
    /// Unknown.
    #[error("There is no such submission of documents.")]
    KycUnknown,
    /// Another operator came first.
    #[error("This was decided already: the identity check is {status}.")]
    KycMovedOn {
        /// Where it stands.
        status: KycStatus,
    },
    /// Operators who are partners too.
    #[error("Nobody decides about an identity check of their own.")]
    OwnKyc,
    /// About an application.
    #[error(transparent)]
    Application(#[from] ApplicationRefusal),
}

impl Refusal {
    /// Too many tries, until an instant; told in minutes, of which one is the least.
    #[must_use]
    pub fn too_many_tries(now: Instant, until: Instant) -> Self {
        let seconds = until.seconds().saturating_sub(now.seconds()).max(1);
        Self::TooManyTries { minutes: u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX) }
    }
}
