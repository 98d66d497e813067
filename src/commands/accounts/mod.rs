//! Acts on logins and their sessions.

mod change_password;
mod create_staff;
mod erase;
mod log_in;
mod log_out;
mod refresh_token;
mod session;
mod set_password;
mod set_sign_ups_open;
mod set_transaction_password;
mod sign_up;

pub use change_password::{ChangePassword, change_password};
pub use create_staff::{CreateStaff, create_staff};
pub use erase::{EraseAccount, erase_account};
pub use log_in::{LogIn, log_in};
pub use log_out::log_out;
pub use refresh_token::refresh_token;
pub use session::SignedIn;
pub use set_password::{find_account, set_password};
pub use set_sign_ups_open::set_sign_ups_open;
pub use set_transaction_password::{SetTransactionPassword, set_transaction_password};
pub use sign_up::{SignUp, sign_up};
