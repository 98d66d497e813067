//! Opaque global ids: what a client keeps to find an object again.

use async_graphql::ID;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::coded::coded_enum;

coded_enum! {
    /// The types that have global ids.
    NodeKind, "a node type", {
        /// A login.
        Account = "Account",
        /// A partner.
        Partner = "Partner",
        /// A rank.
        Rank = "Rank",
        /// A commission period.
        Period = "Period",
        /// An order.
        Order = "Order",
        /// A commission line.
        Commission = "Commission",
        /// A payout.
        Payout = "Payout",
        /// An e-pin.
        Epin = "Epin",
        /// A referral link.
        ReferralLink = "ReferralLink",
        /// A partner's own referral code, as a link.
        ReferralCode = "ReferralCode",
        /// A program that calls by a key of its own.
        Application = "Application",
    }
}

/// The global id of an object.
#[must_use]
pub fn encode(kind: NodeKind, number: i64) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{kind}:{number}")))
}

/// What a global id names; `None` for anything that is not one of ours.
#[must_use]
pub fn decode(id: &str) -> Option<(NodeKind, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (kind, number) = text.split_once(':')?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    Some((kind.parse().ok()?, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_object_and_nothing_else_does() {
        for kind in NodeKind::ALL {
            assert_eq!(decode(&encode(*kind, i64::MAX)), Some((*kind, i64::MAX)));
        }
        for bad in ["", "x", "1", "UGFydG5lcg", "UGFydG5lcjo", "UGFydG5lcjotMQ", "Tm9ib2R5OjE", "💥"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
