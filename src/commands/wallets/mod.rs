//! Acts on wallets.

mod adjust;
mod spending;
mod transfer;

pub use adjust::{AdjustWallet, Direction, adjust_wallet};
pub use transfer::{Transfer, transfer};

pub(super) use spending::{Spender, unlock};
