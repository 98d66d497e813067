//! Who is at the other end: the peer, or, behind a trusted proxy, whom that names.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use crate::config::server::Server;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed.
#[derive(Clone)]
pub(super) struct Proxies(Arc<[IpNet]>);

/// The client's address, where it is not the peer's.
#[derive(Clone, Copy)]
struct Forwarded(IpAddr);

impl Proxies {
    pub fn of(server: &Server) -> Self {
        Self(server.proxies().into())
    }

    fn have(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Each proxy appends whom it heard, so the list is read from its end, for as long as it is the word of a proxy that is believed. What is no
    /// address ends it: then the last proxy counts.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let values: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        for word in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            if !self.have(client) {
                break;
            }
            let Some(named) = address(word.trim()) else { break };
            client = named;
        }
        client
    }
}

/// An address as proxies write it: some add the port, and put IPv6 into brackets then.
fn address(word: &str) -> Option<IpAddr> {
    word.parse().ok().or_else(|| word.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Notes who the client is.
pub(super) async fn find(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = proxies.client(peer.ip(), request.headers());
        request.extensions_mut().insert(Forwarded(client));
    }
    next.run(request).await
}

/// The client's address.
pub(super) fn client_address(extensions: &Extensions) -> Option<IpAddr> {
    let forwarded = extensions.get::<Forwarded>().map(|forwarded| forwarded.0);
    forwarded.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, headers: &[&str]) -> String {
        let proxies = Proxies(proxies.iter().map(|network| network.parse().unwrap()).collect());
        let headers = headers.iter().map(|value| (FORWARDED_FOR, value.parse().unwrap())).collect();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_the_word_of_trusted_proxies_counts() {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"];
        for (peer, headers, expected) in [
            ("192.0.2.1", vec!["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", vec!["203.0.113.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", vec!["203.0.113.9", "198.51.100.7,10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", vec!["198.51.100.7, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", vec!["198.51.100.7:4711"], "198.51.100.7"),
            ("2001:db8::1", vec!["[2001:db9::7]:4711"], "2001:db9::7"),
        ] {
            assert_eq!(client(&proxies, peer, &headers), expected, "{peer} {headers:?}");
        }
        assert_eq!(client(&[], "10.0.0.1", &["198.51.100.7"]), "10.0.0.1");
    }
}
