//! Referral links: what partners advertise with, and what came of it.

use super::instant::Instant;
use super::refusal::Refusal;

/// Length of a code that the server makes: 60 bits, so that nobody guesses one.
pub const GENERATED_CODE: usize = 12;
/// The longest code.
pub const LONGEST_CODE: usize = 40;
/// Characters of a name and of each UTM parameter.
pub const LONGEST_WORD: usize = 100;
/// Characters of a target.
pub const LONGEST_TARGET: usize = 500;
/// Nanoseconds of a day.
const DAY: i64 = 86_400 * Instant::SECOND;

/// Parameters that tell the front end's statistics where a visitor comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utm {
    /// Where the link stands.
    pub source: Option<String>,
    /// On what kind of medium.
    pub medium: Option<String>,
    /// For which campaign.
    pub campaign: Option<String>,
    /// In which variant.
    pub content: Option<String>,
    /// By which search term.
    pub term: Option<String>,
}

impl Utm {
    /// The parameters by the names that addresses use.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<&str>); 5] {
        let Self { source, medium, campaign, content, term } = self;
        [("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign), ("utm_content", content), ("utm_term", term)]
            .map(|(name, value)| (name, value.as_deref()))
    }

    /// Checks that each parameter has 1 to 100 characters, none of them a control character.
    ///
    /// # Errors
    /// [`Refusal::InvalidUtm`]
    pub fn check(&self) -> Result<(), Refusal> {
        match self.named().into_iter().find(|(_, value)| value.is_some_and(|value| !is_word(value))) {
            Some((name, _)) => Err(Refusal::InvalidUtm { name, most: LONGEST_WORD }),
            None => Ok(()),
        }
    }
}

/// A link that a partner has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralLink {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub partner_id: i64,
    /// What stands in its address; capitals, unique among all links that there ever were.
    pub code: String,
    /// What its owner calls it.
    pub name: String,
    /// Where it leads; the front end where nothing is said.
    pub target_url: Option<String>,
    /// What is added to that.
    pub utm: Utm,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Option<Instant>,
    /// When its owner deleted it.
    pub deleted_at: Option<Instant>,
}

impl ReferralLink {
    /// Whether the link leads anywhere at a time, its partner being active.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.deleted_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// By what somebody came: a link, or where there is none the partner's own referral code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// Whose.
    pub partner_id: i64,
    /// The link.
    pub link_id: Option<i64>,
}

/// Whose figures are wanted: those of links, or those of partners' own codes, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// Numbers of links.
    Links,
    /// Numbers of partners.
    OwnCodes,
}

/// What came of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was followed.
    pub clicks: i64,
    /// By how many people, each counted once a day.
    pub visitors: i64,
    /// How many accounts were made.
    pub registrations: i64,
    /// How many of those who registered finished a first order.
    pub conversions: i64,
}

/// Days since 1970-01-01, both counted: a stretch of time in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Days {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Days {
    /// When the first day begins and when the last one is over.
    #[must_use]
    pub const fn bounds(self) -> (Instant, Instant) {
        (start_of(self.first), start_of(self.last.saturating_add(1)))
    }
}

/// The day in which an instant lies.
#[must_use]
pub const fn day_of(at: Instant) -> i64 {
    at.nanos().div_euclid(DAY)
}

/// When a day begins.
#[must_use]
pub const fn start_of(day: i64) -> Instant {
    Instant::from_nanos(day.saturating_mul(DAY))
}

/// A chosen code in its stored form: capitals. 3 to 40 letters, digits and dashes, a letter or digit at both ends.
///
/// # Errors
/// [`Refusal::InvalidReferralLinkCode`]
pub fn check_code(code: &str) -> Result<String, Refusal> {
    let bytes = code.as_bytes();
    let ends_well = [bytes.first(), bytes.last()].into_iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric));
    // Links of people who are forgotten are called so.
    let is_free = !code.to_ascii_uppercase().starts_with("ERASED-");
    if bytes.len() >= 3 && ends_well && is_free && could_be_code(code) {
        Ok(code.to_ascii_uppercase())
    } else {
        Err(Refusal::InvalidReferralLinkCode)
    }
}

/// Whether a text has the outline of a code: what has not need not be looked for.
#[must_use]
pub fn could_be_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Checks a link's name: 1 to 100 characters, none of them a control character, not only blanks.
///
/// # Errors
/// [`Refusal::InvalidName`]
pub fn check_name(name: &str) -> Result<(), Refusal> {
    if is_word(name) { Ok(()) } else { Err(Refusal::InvalidName) }
}

fn is_word(text: &str) -> bool {
    (1..=LONGEST_WORD).contains(&text.chars().count()) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_letters_digits_and_dashes_in_capitals() {
        for (given, stored) in [("summer-26", "SUMMER-26"), ("abc", "ABC"), (&*"a".repeat(40), &*"A".repeat(40))] {
            assert_eq!(check_code(given), Ok(stored.to_owned()));
        }
        for bad in ["", "ab", "-abc", "abc-", "a b c", "a/b", "äbc", "a_b", &"a".repeat(41)] {
            assert_eq!(check_code(bad), Err(Refusal::InvalidReferralLinkCode), "{bad}");
        }
    }

    #[test]
    fn parameters_are_bounded() {
        let utm = |term: &str| Utm { term: Some(term.to_owned()), ..Utm::default() };
        assert_eq!((Utm::default().check(), utm("a b").check(), utm(&"ü".repeat(100)).check()), (Ok(()), Ok(()), Ok(())));
        for bad in ["", " ", "a\nb", &"x".repeat(101)] {
            assert_eq!(utm(bad).check(), Err(Refusal::InvalidUtm { name: "utm_term", most: 100 }), "{bad:?}");
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        let at = |text: &str| Instant::parse(text).map(day_of);
        assert_eq!((at("1970-01-01T00:00:00Z"), at("1970-01-02T23:59:59.999999999Z"), at("1969-12-31T23:59:59Z")), (Ok(0), Ok(1), Ok(-1)));
        let (start, end) = Days { first: 1, last: 1 }.bounds();
        assert_eq!((start.to_string(), end.to_string()), ("1970-01-02T00:00:00Z".to_owned(), "1970-01-03T00:00:00Z".to_owned()));
    }
}
