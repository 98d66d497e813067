//! The API over the real application, on both databases: what is shown to whom, in how many statements, page by page and as it happens.

mod acceptance;
mod company;
pub mod examples;
mod faults;
mod foreign;
mod joined;
mod limits;
mod nodes;
mod orders;
mod pages;
mod ranks;
mod schema;
pub mod served;
mod statements;
mod stopping;
pub mod streams;
mod visibility;
