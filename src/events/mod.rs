//! PURE: what happened, in the past tense. An event is a row of the outbox, written in the transaction of its act.
//!
//! A new event is a structure in the file of its noun and a line in the list below. Payloads are JSON that older and newer programs read alike:
//! unknown fields are passed over, a field added later has a default, and none changes its meaning. They hold numbers and codes, never personal data.

mod accounts;
mod applications;
mod epins;
mod kyc;
mod orders;
mod partners;
mod payouts;
mod referral_links;
mod wallets;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use self::accounts::{
    AccountBlocked, AccountErased, AccountSignedUp, AccountUnblocked, EmailChanged, EmailVerified, LinkRequested, PasswordChanged,
    ProfileChanged, ProfileImageChanged, SessionsEnded, SignUpsSet, TransactionPasswordChanged,
};
pub use self::applications::{ApplicationChanged, ApplicationRegistered};
pub use self::epins::{EpinChanged, EpinsIssued};
pub use self::kyc::KycStatusChanged;
pub use self::orders::{OrderCancelled, OrderCompleted, OrderPaid, OrderPlaced, OrderRefunded, ProductChanged};
pub use self::partners::{
    ContactSharingSet, PartnerActivated, PartnerJoined, PartnerPlaced, PartnerStatusSet, Place, PlacementPreferenceSet, SponsorMoved,
};
pub use self::payouts::{PayoutFirstApproved, PayoutProblemChanged, PayoutStatusChanged};
pub use self::referral_links::{ReferralConverted, ReferralLinkCreated, ReferralLinkDeleted, ReferralRegistered};
pub use self::wallets::BalanceChanged;
use crate::domain::coded::coded_enum;

/// Declares the events: the enumeration of their kinds, and one value that holds any of them.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $code:literal, about $subject:ident;)+) => {
        coded_enum! {
            /// What kind of thing happened.
            Kind, "a kind of event", {
                $($(#[$doc])* $name = $code,)+
            }
        }

        /// Something that happened.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name($name),)+
        }

        impl Event {
            /// What kind of thing happened.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$name(_) => Kind::$name,)+
                }
            }

            /// The number of the account, partner or product it is about.
            #[must_use]
            pub const fn subject(&self) -> i64 {
                match self {
                    $(Self::$name(event) => event.$subject,)+
                }
            }

            /// The payload as it is stored.
            ///
            /// # Errors
            /// The serialiser's.
            pub fn payload(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$name(event) => serde_json::to_string(event),)+
                }
            }

            /// Reads a stored payload.
            ///
            /// # Errors
            /// The payload is not one of that kind.
            pub fn read(kind: Kind, payload: &str) -> Result<Self, serde_json::Error> {
                match kind {
                    $(Kind::$name => read(payload).map(Self::$name),)+
                }
            }
        }

        $(impl From<$name> for Event {
            fn from(event: $name) -> Self {
                Self::$name(event)
            }
        })+
    };
}

events! {
    /// Somebody made a login.
    AccountSignedUp = "ACCOUNT_SIGNED_UP", about account;
    /// A password was changed; the account's other sessions ended.
    PasswordChanged = "PASSWORD_CHANGED", about account;
    /// A transaction password was set or changed.
    TransactionPasswordChanged = "TRANSACTION_PASSWORD_CHANGED", about account;
    /// Somebody asked for a mail with a link.
    LinkRequested = "LINK_REQUESTED", about account;
    /// An e-mail address was proven.
    EmailVerified = "EMAIL_VERIFIED", about account;
    /// A person ended sessions of the own account.
    SessionsEnded = "SESSIONS_ENDED", about account;
    /// An operator blocked an account; its sessions ended.
    AccountBlocked = "ACCOUNT_BLOCKED", about account;
    /// An operator let a blocked account in again.
    AccountUnblocked = "ACCOUNT_UNBLOCKED", about account;
    /// An account became a partner.
    PartnerJoined = "PARTNER_JOINED", about partner;
    /// A partner without a place was given one.
    PartnerPlaced = "PARTNER_PLACED", about partner;
    /// A partner chose where new recruits go.
    PlacementPreferenceSet = "PLACEMENT_PREFERENCE_SET", about partner;
    /// A partner was moved under another sponsor, with everybody below.
    SponsorMoved = "SPONSOR_MOVED", about partner;
    /// Money came into a wallet or went out, or from one pocket of it to another.
    BalanceChanged = "BALANCE_CHANGED", about partner;
    /// A product was offered, or is offered otherwise.
    ProductChanged = "PRODUCT_CHANGED", about product;
    /// Somebody ordered.
    OrderPlaced = "ORDER_PLACED", about partner;
    /// An order was wholly paid.
    OrderPaid = "ORDER_PAID", about partner;
    /// An order was finished: its volume counts.
    OrderCompleted = "ORDER_COMPLETED", about partner;
    /// An order was given back, wholly or in part, or what was paid in part for a membership.
    OrderRefunded = "ORDER_REFUNDED", about partner;
    /// An order was given up before it was paid.
    OrderCancelled = "ORDER_CANCELLED", about partner;
    /// A partner paid the membership, and takes part from then on.
    PartnerActivated = "PARTNER_ACTIVATED", about partner;
    /// An operator suspended a partner, ended the partnership, or let the partner take part again.
    PartnerStatusSet = "PARTNER_STATUS_SET", about partner;
    /// E-pins were made.
    EpinsIssued = "EPINS_ISSUED", about batch;
    /// An e-pin was used, passed on, blocked, opened, expired, or got a new code.
    EpinChanged = "EPIN_CHANGED", about epin;
    /// A payout was asked for, or took a step.
    PayoutStatusChanged = "PAYOUT_STATUS_CHANGED", about partner;
    /// The first of two operators approved a payout.
    PayoutFirstApproved = "PAYOUT_FIRST_APPROVED", about partner;
    /// Something is the matter with a payout, or it is not any more.
    PayoutProblemChanged = "PAYOUT_PROBLEM_CHANGED", about partner;
    /// A profile was changed.
    ProfileChanged = "PROFILE_CHANGED", about account;
    /// An account has another e-mail address.
    EmailChanged = "EMAIL_CHANGED", about account;
    /// A partner said whether the sponsor may see the contact data.
    ContactSharingSet = "CONTACT_SHARING_SET", about partner;
    /// Signing up was opened or closed.
    SignUpsSet = "SIGN_UPS_SET", about account;
    /// All that told of a person was erased.
    AccountErased = "ACCOUNT_ERASED", about account;
    /// A partner made a referral link.
    ReferralLinkCreated = "REFERRAL_LINK_CREATED", about partner;
    /// A partner deleted a referral link.
    ReferralLinkDeleted = "REFERRAL_LINK_DELETED", about partner;
    /// Somebody registered who came by a partner's link or code.
    ReferralRegistered = "REFERRAL_REGISTERED", about partner;
    /// Somebody who came by a partner's link or code finished a first order.
    ReferralConverted = "REFERRAL_CONVERTED", about partner;
    /// Somebody has another picture, or none any more.
    ProfileImageChanged = "PROFILE_IMAGE_CHANGED", about account;
    /// A partner sent identity documents, or they were decided about.
    KycStatusChanged = "KYC_STATUS_CHANGED", about partner;
    /// An application was registered.
    ApplicationRegistered = "APPLICATION_REGISTERED", about application;
    /// An application was switched, got another key, or may call from elsewhere.
    ApplicationChanged = "APPLICATION_CHANGED", about application;
}

fn read<T: DeserializeOwned>(payload: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(payload)
}

/// Writes and reads a value by its code.
mod as_code {
    use std::fmt::Display;
    use std::str::FromStr;

    use super::{Deserialize, Serialize};

    pub(super) fn serialize<T: Display, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.to_string().serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }

    /// The same for what may be missing.
    pub(in crate::events) mod optional {
        use super::{Deserialize, Display, FromStr, Serialize};

        pub(in crate::events) fn serialize<T: Display, S: serde::Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
            value.as_ref().map(ToString::to_string).serialize(serializer)
        }

        pub(in crate::events) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
        where
            T: FromStr<Err: Display>,
            D: serde::Deserializer<'de>,
        {
            let text = Option::<String>::deserialize(deserializer)?;
            text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kyc::KycStatus;
    use crate::domain::mails::MailKind;
    use crate::domain::partners::PartnerStatus;
    use crate::domain::payouts::{PayoutStatus, ProblemKind};
    use crate::domain::position::Position;
    use crate::domain::trees::PlacementPreference;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let place = Place { parent: 7, position: Position::Left };
        let events: [Event; 40] = [
            AccountSignedUp { account: 1 }.into(),
            PasswordChanged { account: 1 }.into(),
            PartnerJoined { partner: 9, sponsor: Some(7), place: Some(place) }.into(),
            PartnerPlaced { partner: 9, place }.into(),
            PlacementPreferenceSet { partner: 9, preference: PlacementPreference::WeakLeg }.into(),
            SponsorMoved { partner: 9, from: None, to: 7 }.into(),
            TransactionPasswordChanged { account: 1 }.into(),
            LinkRequested { account: 1, kind: MailKind::PasswordReset }.into(),
            EmailVerified { account: 1 }.into(),
            SessionsEnded { account: 1 }.into(),
            AccountBlocked { account: 1 }.into(),
            AccountUnblocked { account: 1 }.into(),
            BalanceChanged { partner: 9, journal: 3 }.into(),
            ProductChanged { product: 2 }.into(),
            OrderPlaced { order: 5, partner: 9 }.into(),
            OrderPaid { order: 5, partner: 9 }.into(),
            OrderCompleted { order: 5, partner: 9 }.into(),
            OrderRefunded { order: 5, partner: 9 }.into(),
            PayoutStatusChanged { payout: 5, partner: 9, status: PayoutStatus::Approved }.into(),
            PayoutFirstApproved { payout: 5, partner: 9 }.into(),
            PayoutProblemChanged { payout: 5, partner: 9, problem: Some(ProblemKind::Lost) }.into(),
            PayoutProblemChanged { payout: 5, partner: 9, problem: None }.into(),
            ProfileChanged { account: 1 }.into(),
            EmailChanged { account: 1 }.into(),
            ContactSharingSet { partner: 9, shared: true }.into(),
            SignUpsSet { account: 1, open: false }.into(),
            AccountErased { account: 1, partner: Some(9) }.into(),
            OrderCancelled { order: 5, partner: 9 }.into(),
            PartnerActivated { partner: 9 }.into(),
            PartnerStatusSet { partner: 9, from: PartnerStatus::Active, to: PartnerStatus::Suspended }.into(),
            EpinsIssued { batch: 4, owner: None }.into(),
            EpinChanged { epin: 6, owner: Some(9) }.into(),
            ReferralLinkCreated { link: 4, partner: 9 }.into(),
            ReferralLinkDeleted { link: 4, partner: 9 }.into(),
            ReferralRegistered { account: 1, partner: 9, link: Some(4) }.into(),
            ReferralConverted { account: 1, order: 5, partner: 9, link: None }.into(),
            ProfileImageChanged { account: 1 }.into(),
            KycStatusChanged { submission: 5, partner: 9, status: KycStatus::Approved }.into(),
            ApplicationRegistered { application: 3 }.into(),
            ApplicationChanged { application: 3 }.into(),
        ];
        let kinds: std::collections::BTreeSet<_> = events.iter().map(Event::kind).collect();
        assert_eq!(kinds.len(), Kind::ALL.len());
        for event in events {
            assert_eq!(Event::read(event.kind(), &event.payload().unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn payloads_are_stable_and_forgive_what_they_do_not_know() {
        let place = Place { parent: 7, position: "3".parse().unwrap() };
        let event = Event::from(PartnerJoined { partner: 9, sponsor: Some(7), place: Some(place) });
        assert_eq!(event.payload().unwrap(), r#"{"partner":9,"sponsor":7,"place":{"parent":7,"position":"3"}}"#);
        let newer = Event::read(Kind::PartnerJoined, r#"{"partner":9,"colour":"red"}"#).unwrap();
        assert_eq!(newer, PartnerJoined { partner: 9, sponsor: None, place: None }.into());
        assert!(Event::read(Kind::PartnerJoined, "{}").is_err());
    }
}
