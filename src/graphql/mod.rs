//! The GraphQL API, free of any web framework: one folder per noun, and what carries them all.

pub mod accounts;
pub mod answer;
pub mod commissions;
pub mod context;
pub mod documents;
pub mod endpoint;
pub mod errors;
pub mod events;
pub mod ids;
pub mod loader;
mod masking;
mod measure;
pub mod network;
pub mod node;
pub mod orders;
pub mod paging;
pub mod params;
pub mod partners;
pub mod periods;
pub mod precheck;
pub mod ranks;
pub mod request;
pub mod roots;
pub mod scalars;
pub mod settings;
pub mod user_errors;
pub mod viewer;
