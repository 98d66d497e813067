//! What an order is and who placed it.

use super::coded::coded_enum;

coded_enum! {
    /// What was ordered; bonuses may pay on one kind only (docs/plans.md, section 2).
    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    OrderKind, "an order kind", {
        /// Goods.
        #[default]
        Order = "ORDER",
        /// A starter package or other investment.
        Investment = "INVESTMENT",
    }
}

coded_enum! {
    /// Who bought; bonuses may pay on customers' orders only (docs/plans.md, section 2).
    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    Buyer, "a buyer", {
        /// The partner who is credited.
        #[default]
        Partner = "PARTNER",
        /// A retail customer of that partner.
        Customer = "CUSTOMER",
    }
}
