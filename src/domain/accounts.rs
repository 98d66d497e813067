//! Logins: who may sign in, and with which powers.

use std::collections::BTreeSet;

use super::coded::coded_enum;
use super::instant::Instant;
use super::random::Random;
use super::refusal::Refusal;

coded_enum! {
    /// What kind of user an account belongs to.
    Role, "a role", {
        /// A visitor or a partner.
        Member = "MEMBER",
        /// Staff, with the scopes that were given.
        Operator = "OPERATOR",
        /// Staff with every scope.
        Owner = "OWNER",
    }
}

coded_enum! {
    /// A power of an operator (graphql.md, Authorisation).
    Scope, "a scope", {
        /// Products and packages.
        Catalog = "catalog",
        /// Accounts, partners and both trees.
        Network = "network",
        /// Orders of other shops, and payments that came in outside.
        Orders = "orders",
        /// Compensation plans.
        Plans = "plans",
        /// Periods, runs, commissions.
        Periods = "periods",
        /// Wallets and payouts.
        Payouts = "payouts",
        /// Trusted applications and webhooks.
        Applications = "applications",
        /// The audit trail and the ledger.
        Audit = "audit",
        /// Who partners are: their identity documents.
        Kyc = "kyc",
    }
}

coded_enum! {
    /// Whether an account may sign in.
    AccountStatus, "an account status", {
        /// May sign in.
        Active = "ACTIVE",
        /// Barred by an operator.
        Blocked = "BLOCKED",
        /// Imported without a login; sign-in was never opened.
        Dormant = "DORMANT",
    }
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Surrogate key.
    pub id: i64,
    /// Unique, ignoring case.
    pub username: String,
    /// Unique, ignoring case.
    pub email: Option<String>,
    /// As the person wrote it.
    pub phone: Option<String>,
    /// The person's name.
    pub name: String,
    /// What kind of user.
    pub role: Role,
    /// Powers, for operators.
    pub scopes: BTreeSet<Scope>,
    /// Whether it may sign in.
    pub status: AccountStatus,
    /// When it was made.
    pub created_at: Instant,
    /// When the person proved that the address is theirs.
    pub email_verified_at: Option<Instant>,
}

/// Checks a user name: 3 to 50 of letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
///
/// # Errors
/// [`Refusal::InvalidUsername`]
pub fn check_username(username: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let begins_well = username.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    if (3..=50).contains(&username.len()) && begins_well && username.bytes().all(allowed) { Ok(()) } else { Err(Refusal::InvalidUsername) }
}

/// The name of who was erased.
pub const ERASED_NAME: &str = "Erased member";

/// Makes a user name for an account whose person was erased; it tells nothing but the account's key, which stays anyway.
#[must_use]
pub fn erased_username(account: i64, random: &dyn Random) -> String {
    // So that nobody can have taken it beforehand.
    format!("erased-{account}-{:016x}", u64::from_le_bytes(random.bytes()))
}

/// Makes a user name for the login of an application, which nobody signs in with.
#[must_use]
pub fn application_username(random: &dyn Random) -> String {
    // So that nobody can have taken it beforehand.
    format!("application-{:032x}", u128::from_le_bytes(random.bytes()))
}

/// Makes a user name: two capital letters and eight digits.
#[must_use]
pub fn generate_username(random: &dyn Random) -> String {
    let mut number = u64::from_le_bytes(random.bytes());
    let mut next = |of: u64| {
        let part = number % of;
        number /= of;
        part
    };
    let digits = next(100_000_000);
    let letters: String = [next(26), next(26)].iter().filter_map(|index| Some(char::from(b'A' + u8::try_from(*index).ok()?))).collect();
    format!("{letters}{digits:08}")
}

/// Checks the outline of an e-mail address: one `@` with something before it and a dotted name behind it, 254 characters at most, ASCII without blanks.
///
/// Whether it exists shows only when mail arrives.
///
/// # Errors
/// [`Refusal::InvalidEmail`]
pub fn check_email(email: &str) -> Result<(), Refusal> {
    let fits = email.len() <= 254 && email.bytes().all(|byte| byte.is_ascii_graphic());
    let parts = email.split_once('@').filter(|(local, domain)| {
        let labels = domain.split('.').collect::<Vec<_>>();
        !local.is_empty() && local.len() <= 64 && labels.len() > 1 && labels.iter().all(|label| !label.is_empty() && !label.contains('@'))
    });
    if fits && parts.is_some() { Ok(()) } else { Err(Refusal::InvalidEmail) }
}

/// Checks a person's name: 1 to 100 characters, none of them a control character, not only blanks.
///
/// # Errors
/// [`Refusal::InvalidName`]
pub fn check_name(name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if (1..=100).contains(&length) && !name.trim().is_empty() && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Refusal::InvalidName)
    }
}

/// Checks a phone number: 3 to 40 of digits, blanks, `.`, `-`, `/`, brackets and a leading `+`, at least three of them digits.
///
/// # Errors
/// [`Refusal::InvalidPhone`]
pub fn check_phone(phone: &str) -> Result<(), Refusal> {
    let number = phone.strip_prefix('+').unwrap_or(phone);
    let allowed = number.bytes().all(|byte| byte.is_ascii_digit() || b" .-/()".contains(&byte));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if allowed && digits >= 3 && phone.len() <= 40 { Ok(()) } else { Err(Refusal::InvalidPhone) }
}

/// Checks a new password: 10 to 256 characters, and neither the user name nor the e-mail address.
///
/// Length counts for more than composition rules (NIST SP 800-63B, section 5.1.1.2).
///
/// # Errors
/// [`Refusal::WeakPassword`]
pub fn check_password(password: &str, username: &str, email: Option<&str>) -> Result<(), Refusal> {
    let same = |other: &str| password.eq_ignore_ascii_case(other);
    if (10..=256).contains(&password.chars().count()) && !same(username) && !email.is_some_and(same) {
        Ok(())
    } else {
        Err(Refusal::WeakPassword)
    }
}

/// Checks a new transaction password: 6 to 72 bytes. That it is not the password is found out where both are known.
///
/// # Errors
/// [`Refusal::WeakTransactionPassword`]
pub fn check_transaction_password(password: &str) -> Result<(), Refusal> {
    if (6..=72).contains(&password.len()) { Ok(()) } else { Err(Refusal::WeakTransactionPassword) }
}

/// Reads scopes separated by blanks, as the database stores them; unknown ones are passed over, so that a power that no longer exists gives nothing.
#[must_use]
pub fn read_scopes(text: &str) -> BTreeSet<Scope> {
    text.split_ascii_whitespace().filter_map(|scope| scope.parse().ok()).collect()
}

/// Writes scopes in the form that [`read_scopes`] reads.
#[must_use]
pub fn write_scopes(scopes: &BTreeSet<Scope>) -> String {
    scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_plain() {
        for good in ["anna", "a.b-c_d", "007", "ANNA"] {
            assert!(check_username(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", ".anna", "an na", "änna", "a@b", &"a".repeat(51)] {
            assert_eq!(check_username(bad), Err(Refusal::InvalidUsername), "{bad}");
        }
    }

    #[test]
    fn generated_usernames_are_two_letters_and_eight_digits() {
        struct Same(u8);
        impl Random for Same {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(self.0);
            }
        }
        let names = [0, 1, 0x5a, 0xff].map(|byte| generate_username(&Same(byte)));
        for name in &names {
            let (letters, digits) = name.split_at(2);
            assert!(letters.bytes().all(|byte| byte.is_ascii_uppercase()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
            assert!(digits.len() == 8 && check_username(name).is_ok(), "{name}");
        }
        assert_eq!(names[0], "AA00000000");
        assert!(names[1] != names[2] && names[2] != names[3]);
    }

    #[test]
    fn e_mail_addresses_have_one_at_and_a_dotted_domain() {
        for good in ["a@b.co", "anna+shop@mail.example.org"] {
            assert!(check_email(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@b@c.co", "a b@c.co", "a@.co", "a@b..co"] {
            assert_eq!(check_email(bad), Err(Refusal::InvalidEmail), "{bad}");
        }
    }

    #[test]
    fn phone_numbers_are_digits_with_what_parts_them() {
        for good in ["+49 (30) 1234-567", "112", "030/1234.567"] {
            assert!(check_phone(good).is_ok(), "{good}");
        }
        for bad in ["", "12", "+", "49+30 123", "call me", &"1".repeat(41)] {
            assert_eq!(check_phone(bad), Err(Refusal::InvalidPhone), "{bad}");
        }
    }

    #[test]
    fn passwords_are_long_and_not_the_name() {
        assert!(check_password("correct horse", "anna", None).is_ok());
        for bad in ["short", "annalongname", "anna@example.org", &"x".repeat(257)] {
            assert_eq!(check_password(bad, "AnnaLongName", Some("anna@example.org")), Err(Refusal::WeakPassword), "{bad}");
        }
    }
}
