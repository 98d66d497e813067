//! Volumes of a partner in a period.

use super::amount::Amount;

/// What a partner and the partners below brought in a period (docs/plans.md, section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volumes {
    /// Personal volume: PV of the orders credited to the partner.
    pub personal_pv: Amount,
    /// Commissionable volume of the same orders.
    pub personal_cv: Amount,
    /// PV of the partner and everybody below in the sponsor tree.
    pub group_pv: Amount,
    /// CV of the same.
    pub group_cv: Amount,
    /// CV below the partner's left placement slot.
    pub left_cv: Amount,
    /// CV below the partner's right placement slot.
    pub right_cv: Amount,
}
