//! Who is calling, what they may do, and the secrets that show it.

pub mod application_keys;
pub mod authenticate;
pub mod keys;
pub mod links;
pub mod passwords;
pub mod principal;
pub mod tokens;
pub mod vault;
pub mod visibility;
