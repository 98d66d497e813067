//! Every act: what it does, what it refuses, who may do it, and what rivals at the same instant come to.

mod authorisation;
mod joining;
mod moving;
mod mutations;
mod passwords;
mod placing;
mod sessions;
mod signing_up;
mod tokens;
