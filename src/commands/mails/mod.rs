//! Mails: written in the transaction of the act that they belong to, delivered afterwards.

mod deliver;
mod links;
mod notices;

pub use deliver::{Due, Fate, Parcel, Taken, Told, due, take, tell};
pub(super) use links::{Recipient, find, write, write_limited};
pub(super) use notices::notify;
