//! `[server]`: the HTTP server.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, some};

/// The HTTP server's settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address people use; empty when it is that of `listen`. See [`Server::url`].
    pub public_url: String,
    /// How long requests under way may take after a stop signal.
    pub shutdown_grace_seconds: u32,
    /// TCP connections with HTTP open at once; WebSockets count in `graphql.streams`.
    pub connections: u32,
    /// How long a client may take to send the head of a request, or stay silent between two.
    pub header_timeout_seconds: u32,
    /// How long one request may take.
    pub request_timeout_seconds: u32,
    /// Largest request body.
    pub request_bytes: u32,
    /// Web origins that may call; `["*"]` is every one.
    pub cors_origins: Vec<String>,
    /// Proxies in front, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// Whether `/metrics` is served.
    pub metrics: bool,
    /// Where the built web page lies.
    pub playground_dir: PathBuf,
}

pub(super) const RULES: &[Rule] = &[
    ("listen", Allowed::Text(is_socket_address, "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")),
    (
        "public_url",
        Allowed::Text(is_origin_or_empty, "http:// or https:// with a host and no path, such as https://upline.example, or empty"),
    ),
    ("shutdown_grace_seconds", Allowed::Number(0..=600)),
    ("connections", Allowed::Number(1..=1_000_000)),
    ("header_timeout_seconds", Allowed::Number(1..=600)),
    ("request_timeout_seconds", Allowed::Number(1..=600)),
    ("request_bytes", Allowed::Number(1024..=104_857_600)),
    ("cors_origins", Allowed::Texts(is_origin_or_star, "http:// or https:// with a host and no path, such as https://shop.example, or *")),
    ("trusted_proxies", Allowed::Texts(is_network, "an IP address, or a network such as 10.0.0.0/8")),
    ("metrics", Allowed::Switch),
    ("playground_dir", Allowed::Text(some, "a folder")),
];

impl Server {
    /// The address people use, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        if self.public_url.is_empty() { format!("http://{}", self.listen) } else { self.public_url.clone() }
    }

    /// The networks of [`Server::trusted_proxies`].
    #[must_use]
    pub fn proxies(&self) -> Vec<IpNet> {
        self.trusted_proxies.iter().filter_map(|text| network(text)).collect()
    }

    /// [`Server::shutdown_grace_seconds`] as a duration.
    #[must_use]
    pub const fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_seconds as u64)
    }

    /// [`Server::request_timeout_seconds`] as a duration.
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds as u64)
    }
}

fn is_network(text: &str) -> bool {
    network(text).is_some()
}

/// A network as it is written; an address alone is a network of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn is_socket_address(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok()
}

fn is_origin_or_empty(text: &str) -> bool {
    text.is_empty() || is_origin(text)
}

fn is_origin_or_star(text: &str) -> bool {
    text == "*" || is_origin(text)
}

/// As a browser writes an `Origin`: scheme, host and port, nothing more.
pub(super) fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(valid)
    })
}
