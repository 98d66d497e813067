//! Wake-ups and the tail of the outbox.
//!
//! The database is the truth: the hub reads each new event once for all subscribers of this process and keeps the latest ones in memory. A
//! subscriber that fell behind what is kept reads from the database again, so nobody is skipped over silently. A lost wake-up only delays: the hub looks
//! by itself now and then, which is also how it learns of events that other processes wrote.

mod hub;

pub use hub::{Audience, Entry, Hub, Missed};
