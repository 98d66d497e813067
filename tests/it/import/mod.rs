//! Files into the database and back.

mod demo;
mod fixture;
mod generated;
mod rebuild;
mod refusals;
mod round_trip;
