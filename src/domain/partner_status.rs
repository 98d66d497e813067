//! Whether a partner takes part.

use super::coded::coded_enum;

coded_enum! {
    /// The state of a partner (docs/plans.md, sections 2 and 4): only ACTIVE ones earn and qualify, all keep their place.
    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    PartnerStatus, "a status", {
        /// Takes part.
        #[default]
        Active = "ACTIVE",
        /// Has a place; the membership is not paid yet.
        PendingPayment = "PENDING_PAYMENT",
        /// Barred for a time.
        Suspended = "SUSPENDED",
        /// Left for good.
        Terminated = "TERMINATED",
    }
}
