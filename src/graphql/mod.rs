//! The GraphQL API, free of any web framework.

pub mod answer;
pub mod context;
pub mod documents;
pub mod endpoint;
pub mod errors;
mod masking;
mod measure;
pub mod params;
pub mod precheck;
pub mod settings;
