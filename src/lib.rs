//! Upline: a commission engine for direct selling.

pub mod app;
pub mod auth;
pub mod broker;
pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
pub mod engine;
pub mod events;
pub mod export;
pub mod graphql;
pub mod http;
pub mod import;
pub mod jobs;
pub mod media;
pub mod offline;
pub mod outbound;
pub mod rebuild;
pub mod store;
pub mod telemetry;
