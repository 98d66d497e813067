//! Every write: one function is one act is one transaction. GraphQL and REST translate, nothing more.
//!
//! An act takes [`Services`], who asks, and its input; what it may refuse stands in its documentation. Validation, authorisation, the rows,
//! the stored answer of an idempotent act and the event are kept together or not at all.

pub mod accounts;
mod alike;
pub mod applications;
pub mod carts;
pub mod catalog;
pub mod epins;
mod error;
pub mod folding;
mod idempotency;
pub mod images;
pub mod kyc;
pub mod mails;
pub mod money;
pub mod orders;
pub mod partners;
pub mod payouts;
mod powers;
pub mod profiles;
pub mod purge;
pub mod referral_links;
mod retries;
pub mod seal;
mod services;
mod throttle;
mod tries;
pub mod wallets;

pub use error::Error;
pub use services::{Outside, Services, StartError};
