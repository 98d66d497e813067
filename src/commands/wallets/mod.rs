//! Acts on wallets.

mod adjust;
mod reverse;
mod spending;
mod transfer;

pub use adjust::{AdjustWallet, Direction, adjust_wallet};
pub use reverse::{ReverseJournal, reverse_journal};
pub use transfer::{Transfer, transfer};

pub(super) use spending::{Spender, unlock};
