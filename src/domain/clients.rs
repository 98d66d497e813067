//! What is known of a caller besides who it is: where it calls from, and with what program.

/// Characters of a program's name that are kept.
const USER_AGENT_CHARACTERS: usize = 200;

/// Where a call comes from, and with what program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// None where no network lies between: the command line.
    pub address: Option<Address>,
    /// What the program calls itself.
    pub user_agent: Option<String>,
}

/// An address of the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// IPv4.
    V4([u8; 4]),
    /// IPv6.
    V6([u8; 16]),
}

impl Address {
    /// What one subscriber of a provider has: an IPv4 address, or the first 64 bits of an IPv6 address. An IPv4 address in the form of IPv6 is itself.
    #[must_use]
    pub fn network(self) -> Vec<u8> {
        match self {
            Self::V4(octets) => octets.to_vec(),
            Self::V6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, rest @ ..]) => rest.to_vec(),
            Self::V6(octets) => octets.into_iter().take(8).collect(),
        }
    }
}

/// A program's name as it is kept: the beginning, without control characters; nothing where it is empty.
#[must_use]
pub fn user_agent(text: &str) -> Option<String> {
    let kept: String = text.trim().chars().filter(|character| !character.is_control()).take(USER_AGENT_CHARACTERS).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_has_one_network_however_the_address_is_written() {
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7];
        assert_eq!(Address::V4([192, 0, 2, 7]).network(), Address::V6(mapped).network());
        let (mut one, mut other) = ([0; 16], [0; 16]);
        (one[0], one[15], other[0], other[15]) = (0x20, 1, 0x20, 2);
        assert_eq!(Address::V6(one).network(), Address::V6(other).network());
        other[7] = 1;
        assert_ne!(Address::V6(one).network(), Address::V6(other).network());
    }

    #[test]
    fn names_of_programs_are_cut() {
        assert_eq!(user_agent(" curl/8\r\n").as_deref(), Some("curl/8"));
        assert_eq!(user_agent("  "), None);
        assert_eq!(user_agent(&"x".repeat(1_000)).map(|text| text.len()), Some(200));
    }
}
