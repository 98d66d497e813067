//! Applications: programs of the company and of its partners that call by a key of their own, not for a person.

use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv4Net};

use super::accounts::Scope;
use super::clients::Address;
use super::coded::coded_enum;
use super::instant::Instant;
use super::refusal::Refusal;

/// Networks that one application may be called from, at most.
pub const MOST_NETWORKS: usize = 50;
/// Keys of one application that are shown, at most: those that are taken, and the ones before.
pub const KEYS_SHOWN: u32 = 10;
/// For how long a key may go on beside the one that takes its place, in hours.
pub const MOST_OVERLAP_HOURS: u32 = 168;

coded_enum! {
    /// Where an application runs.
    ApplicationKind, "a kind of application", {
        /// On a server, which can keep a key to itself.
        Server = "SERVER",
        /// In browsers: whoever uses it can read its key, so it has no powers.
        Web = "WEB",
        /// On telephones: whoever has it can read its key, so it has no powers.
        Mobile = "MOBILE",
    }
}

coded_enum! {
    /// Whether an application's keys are taken.
    ApplicationState, "a state of an application", {
        /// They are.
        Active = "ACTIVE",
        /// They are not.
        Inactive = "INACTIVE",
        /// They are not, for a while.
        Maintenance = "MAINTENANCE",
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its number.
    pub id: i64,
    /// The login that its acts are written down for; it has no password.
    pub account_id: i64,
    /// What people call it.
    pub name: String,
    /// Where it runs.
    pub kind: ApplicationKind,
    /// Whether its keys are taken.
    pub state: ApplicationState,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// From where it may call.
    pub networks: Networks,
    /// When it was registered.
    pub created_at: Instant,
}

/// A key of an application, of which only a hash is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationKey {
    /// Surrogate key.
    pub id: i64,
    /// Its last four characters.
    pub ending: String,
    /// When it was made.
    pub created_at: Instant,
    /// From when on it is not taken any more.
    pub ends_at: Option<Instant>,
}

/// From where an application may call; from everywhere where none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads networks such as `203.0.113.0/24`; an address alone is a network of one.
    ///
    /// # Errors
    /// [`ApplicationRefusal::InvalidNetwork`]
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, Refusal> {
        if texts.len() > MOST_NETWORKS {
            return Err(ApplicationRefusal::InvalidNetwork { why: format!("an application has {MOST_NETWORKS} networks at most") }.into());
        }
        let read = |text: &T| {
            let text = text.as_ref().trim();
            let alone = if text.contains(':') { format!("{text}/128") } else { format!("{text}/32") };
            let shown: String = text.chars().take(50).collect();
            text.parse().or_else(|_| alone.parse()).map(canonical).map_err(|_| ApplicationRefusal::InvalidNetwork {
                why: format!("{shown:?} is neither an address nor a network like 203.0.113.0/24"),
            })
        };
        Ok(Self(texts.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Reads networks parted by blanks, as the database stores them.
    ///
    /// # Errors
    /// [`ApplicationRefusal::InvalidNetwork`]
    pub fn read(text: &str) -> Result<Self, Refusal> {
        Self::parse(&text.split_ascii_whitespace().collect::<Vec<_>>())
    }

    /// Whether somebody at an address may call. Without an address nobody may where networks are named.
    #[must_use]
    pub fn admit(&self, address: Option<Address>) -> bool {
        let alone = address.and_then(|address| match address {
            Address::V4(octets) => IpNet::new(octets.into(), 32).ok(),
            Address::V6(octets) => IpNet::new(octets.into(), 128).ok().map(canonical),
        });
        self.0.is_empty() || alone.is_some_and(|alone| self.0.iter().any(|network| network.contains(&alone)))
    }

    /// As people write them.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// IPv4 in the form of IPv6 is IPv4.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(long) = network else { return network };
    let short = long.addr().to_ipv4_mapped().zip(long.prefix_len().checked_sub(96));
    short.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4)
}

/// Checks what an application shall be able to do.
///
/// Orders and products are all: what moves money out, opens accounts or decides about people takes a person to answer for it, and where two must agree an
/// application would be the second pair of eyes of whoever holds its key.
///
/// # Errors
/// [`ApplicationRefusal::Scope`]
pub fn check_scopes(kind: ApplicationKind, scopes: &BTreeSet<Scope>) -> Result<(), Refusal> {
    match scopes.iter().find(|scope| kind != ApplicationKind::Server || !matches!(scope, Scope::Orders | Scope::Catalog)) {
        None => Ok(()),
        Some(scope) => Err(ApplicationRefusal::Scope { scope: scope.code() }.into()),
    }
}

/// What of applications is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    /// Unknown.
    #[error("There is no such application.")]
    Unknown,
    /// Beyond what a program may do without a person.
    #[error("This application cannot have the scope {scope}: one that runs on a server may have orders and catalog, others have none.")]
    Scope {
        /// Code of the scope.
        scope: &'static str,
    },
    /// Not an address, not a network, or too many.
    #[error("The networks cannot be used: {why}.")]
    InvalidNetwork {
        /// What is wrong, with what is allowed.
        why: String,
    },
    /// A key that was replaced goes on for so long at most.
    #[error("The old key may go on for 0 to {most} hours.")]
    InvalidOverlap {
        /// The most.
        most: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_addresses_or_ranges() {
        let networks = Networks::parse(&["203.0.113.0/24", " 2001:db8::/32", "192.0.2.7", "::ffff:198.51.100.1"]).unwrap();
        assert_eq!(networks.texts(), ["203.0.113.0/24", "2001:db8::/32", "192.0.2.7/32", "198.51.100.1/32"]);
        assert_eq!(Networks::read(&networks.texts().join(" ")).unwrap(), networks);
        let admits = |address: Address| networks.admit(Some(address));
        let long = |first: [u8; 4], last: [u8; 4]| {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&first);
            octets[12..].copy_from_slice(&last);
            octets
        };
        let mut mapped = long([0; 4], [203, 0, 113, 1]);
        mapped[10..12].copy_from_slice(&[0xff, 0xff]);
        let inside = [Address::V4([203, 0, 113, 200]), Address::V6(mapped), Address::V6(long([0x20, 1, 0x0d, 0xb8], [0, 0, 0, 1]))];
        for address in inside.into_iter().chain([Address::V4([192, 0, 2, 7]), Address::V4([198, 51, 100, 1])]) {
            assert!(admits(address), "{address:?}");
        }
        for address in [Address::V4([203, 0, 114, 1]), Address::V4([192, 0, 2, 8]), Address::V6(long([0x20, 1, 0x0d, 0xb9], [0, 0, 0, 1]))]
        {
            assert!(!admits(address), "{address:?}");
        }
        assert!(!networks.admit(None) && Networks::default().admit(None));
        for bad in ["", "everywhere", "203.0.113.0/33", "203.0.113", "10.0.0.0/8, 11.0.0.0/8"] {
            assert!(matches!(Networks::parse(&[bad]), Err(Refusal::Application(ApplicationRefusal::InvalidNetwork { .. }))), "{bad}");
        }
        assert!(Networks::parse(&vec!["192.0.2.7"; MOST_NETWORKS + 1]).is_err());
    }

    #[test]
    fn only_servers_have_powers_and_only_those_over_orders_and_products() {
        for kind in ApplicationKind::ALL {
            for scope in Scope::ALL {
                let may = *kind == ApplicationKind::Server && [Scope::Orders, Scope::Catalog].contains(scope);
                assert_eq!(check_scopes(*kind, &BTreeSet::from([*scope])).is_ok(), may, "{kind} {scope}");
            }
            assert!(check_scopes(*kind, &BTreeSet::new()).is_ok());
        }
    }
}
