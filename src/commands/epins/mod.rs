//! Acts on e-pins.

mod block;
mod codes;
mod issue;
mod redeem;
mod renew;
mod retire;
mod transfer;

pub use block::{SetEpinBlocked, set_epin_blocked};
pub use issue::{IssueEpins, Issued, issue_epins};
pub use redeem::{RedeemEpin, redeem_epin};
pub use renew::{RenewEpinCode, renew_epin_code};
pub use retire::retire_epins;
pub use transfer::{TransferEpin, transfer_epin};

pub(super) use codes::{Guesser, KnownCode, known, take};
