//! Every act: what it does, what it refuses, who may do it, and what rivals at the same instant come to.

mod authorisation;
mod importing;
mod joining;
mod moving;
mod mutations;
mod passwords;
mod placing;
mod purging;
mod searching;
mod sessions;
mod shapes;
mod signing_up;
mod standing;
mod tokens;
