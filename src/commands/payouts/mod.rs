//! Acts on payouts. The money of a payout stays in the pocket HELD until it has arrived or is available again.

mod approve;
mod batch;
mod cancel;
mod clear_problem;
mod complete;
mod fail;
mod folder;
mod problem;
pub mod rail;
mod reject;
mod remove_method;
mod request;
mod result;
mod save_method;
mod secret;
mod start;
mod steps;

pub use approve::{ApprovePayout, approve_payout};
pub use batch::{Batch, last_batch, read_batch, start_batch};
pub use cancel::{CancelPayout, cancel_payout};
pub use clear_problem::{ClearPayoutProblem, clear_payout_problem};
pub use complete::{CompletePayout, complete_payout};
pub use fail::{FailPayout, fail_payout};
pub use folder::{Known, adopt_folder, keep_folder, known_folder};
pub use reject::{RejectPayout, reject_payout};
pub use remove_method::remove_payout_method;
pub use request::{RequestPayout, request_payout};
pub use result::{Taken, take_result};
pub use save_method::{SavePayoutMethod, save_payout_method};
pub use start::{StartPayout, start_payout};
