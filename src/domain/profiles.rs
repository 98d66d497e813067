//! Who a person is and how to reach them: what may be known, and in what form.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::accounts::{check_email, check_phone};
use super::bank::Bank;
use super::coded::coded_enum;
use super::countries;
use super::instant::Instant;
use super::refusal::Refusal;

coded_enum! {
    /// A person's gender.
    Gender, "a gender", {
        /// Male.
        Male = "M",
        /// Female.
        Female = "F",
    }
}

/// What is known of a person beside the login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The gender.
    pub gender: Option<Gender>,
    /// The day of birth: `2000-01-31`.
    pub date_of_birth: Option<String>,
    /// Street and number.
    pub address_line1: Option<String>,
    /// What does not fit there.
    pub address_line2: Option<String>,
    /// The country, by its number in ISO 3166-1.
    pub country: Option<u16>,
    /// The state, by its code in ISO 3166-2; of that country.
    pub state: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The postal code.
    pub zip_code: Option<String>,
    /// A telephone number beside the mobile one, which is the account's.
    pub landline: Option<String>,
    /// The bank, masked.
    pub bank: Option<Bank>,
}

/// What shall become of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is this from now on, or nothing.
    To(Option<T>),
}

impl<T> Change<T> {
    /// The field after the change.
    pub fn of(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Keep => present,
            Self::To(value) => value,
        }
    }
}

impl Change<String> {
    /// A change to a text, where blanks at its ends do not count and an empty one is none.
    #[must_use]
    pub fn of_text(text: Option<String>) -> Self {
        Self::To(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// The text after the change: of at most so many characters, none of them a control character.
    ///
    /// # Errors
    /// [`Refusal::InvalidProfile`]
    pub fn text(&self, present: Option<String>, field: &'static str, most: usize, rule: &'static str) -> Result<Option<String>, Refusal> {
        let Self::To(text) = self else { return Ok(present) };
        let fits = text.as_deref().is_none_or(|text| text.chars().count() <= most && !text.chars().any(char::is_control));
        if fits { Ok(text.clone()) } else { Err(invalid(field, rule)) }
    }
}

/// A field that cannot be so.
pub(super) const fn invalid(field: &'static str, rule: &'static str) -> Refusal {
    Refusal::InvalidProfile { field, rule }
}

/// What shall become of a person's name, gender and day of birth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalChange {
    /// The given name.
    pub first_name: Change<String>,
    /// The family name.
    pub last_name: Change<String>,
    /// The gender.
    pub gender: Change<Gender>,
    /// The day of birth.
    pub date_of_birth: Change<String>,
}

impl PersonalChange {
    /// The profile after this change.
    ///
    /// # Errors
    /// [`Refusal`]: `InvalidProfile`, `InvalidDateOfBirth`, `TooYoung`.
    pub fn apply(&self, profile: Profile, now: Instant, minimum_age: u32) -> Result<Profile, Refusal> {
        let name = |change: &Change<String>, present, field| change.text(present, field, 100, "must have 100 characters at most");
        if let Change::To(Some(day)) = &self.date_of_birth {
            check_date_of_birth(day, now, minimum_age)?;
        }
        Ok(Profile {
            first_name: name(&self.first_name, profile.first_name, "firstName")?,
            last_name: name(&self.last_name, profile.last_name, "lastName")?,
            gender: self.gender.clone().of(profile.gender),
            date_of_birth: self.date_of_birth.clone().of(profile.date_of_birth),
            ..profile
        })
    }
}

impl Profile {
    /// The whole name, where one is known.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let parts: Vec<_> = [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// Checks a day of birth: a past day (in UTC) of the year 1900 or later, so long ago that the person has the age.
///
/// # Errors
/// [`Refusal`]: `InvalidDateOfBirth`, `TooYoung`.
pub fn check_date_of_birth(text: &str, now: Instant, minimum_age: u32) -> Result<(), Refusal> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let born: Date = text.parse().ok().filter(|_| plain).ok_or(Refusal::InvalidDateOfBirth)?;
    let today = Timestamp::from_nanosecond(i128::from(now.nanos())).map_err(|_| Refusal::InvalidDateOfBirth)?;
    let today = today.to_zoned(TimeZone::UTC).date();
    if born >= today || born.year() < 1900 {
        return Err(Refusal::InvalidDateOfBirth);
    }
    // Who was born on a leap day comes of age on 1 March: on 28 February the day is not over.
    let of_age = born.checked_add(i64::from(minimum_age).years()).map_err(|_| Refusal::InvalidDateOfBirth)?;
    let of_age = if of_age.day() == born.day() { of_age } else { of_age.saturating_add(1.day()) };
    if of_age <= today { Ok(()) } else { Err(Refusal::TooYoung { years: minimum_age }) }
}

/// What shall become of the ways to reach a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactChange {
    /// Street and number.
    pub address_line1: Change<String>,
    /// What does not fit there.
    pub address_line2: Change<String>,
    /// A country by number or alpha-2 code.
    pub country: Change<String>,
    /// A state of that country by number or code.
    pub state: Change<String>,
    /// The town.
    pub city: Change<String>,
    /// The postal code.
    pub zip_code: Change<String>,
    /// The account's address, which cannot be cleared.
    pub email: Change<String>,
    /// The account's telephone number.
    pub mobile: Change<String>,
    /// Another telephone number.
    pub landline: Change<String>,
}

impl ContactChange {
    /// The profile after this change; e-mail address and mobile number belong to the account and are checked only. Another country takes the state
    /// away, unless one is given along.
    ///
    /// # Errors
    /// [`Refusal`]: `InvalidProfile`, `CountryUnknown`, `StateUnknown`, `InvalidEmail`, `InvalidPhone`.
    pub fn apply(&self, profile: Profile) -> Result<Profile, Refusal> {
        let text = |change: &Change<String>, present, field| change.text(present, field, 255, "must have 255 characters at most");
        let country = match &self.country {
            Change::Keep => profile.country,
            Change::To(None) => None,
            Change::To(Some(text)) => Some(countries::find(text).ok_or(Refusal::CountryUnknown)?.number),
        };
        let state = match &self.state {
            Change::Keep => profile.state.filter(|_| country == profile.country),
            Change::To(None) => None,
            Change::To(Some(text)) => {
                let found = country.and_then(countries::by_number).and_then(|country| country.state(text));
                Some(found.ok_or(Refusal::StateUnknown)?.code.to_owned())
            }
        };
        match &self.email {
            Change::Keep => {}
            Change::To(email) => check_email(email.as_deref().unwrap_or_default())?,
        }
        if let Change::To(Some(mobile)) = &self.mobile {
            check_phone(mobile)?;
        }
        if let Change::To(Some(landline)) = &self.landline {
            check_phone(landline).map_err(|_| invalid("landline", "must have the form of a telephone number"))?;
        }
        Ok(Profile {
            address_line1: text(&self.address_line1, profile.address_line1, "addressLine1")?,
            address_line2: text(&self.address_line2, profile.address_line2, "addressLine2")?,
            country,
            state,
            city: text(&self.city, profile.city, "city")?,
            zip_code: self.zip_code.text(profile.zip_code, "zipCode", 20, "must have 20 characters at most")?,
            landline: self.landline.clone().of(profile.landline),
            ..profile
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(text: &str) -> Change<String> {
        Change::of_text(Some(text.to_owned()))
    }

    #[test]
    fn a_day_of_birth_lies_in_the_past_and_long_enough_ago() {
        let on = |day: &str, now: &str| check_date_of_birth(day, Instant::parse(now).unwrap(), 18);
        for (day, now) in
            [("2008-03-01", "2026-03-01T00:00:00Z"), ("1900-01-01", "2026-01-01T00:00:00Z"), ("2008-02-29", "2026-03-01T00:00:00Z")]
        {
            assert_eq!(on(day, now), Ok(()), "{day} on {now}");
        }
        for (day, now) in
            [("2008-03-02", "2026-03-01T23:59:59Z"), ("2026-02-28", "2026-03-01T00:00:00Z"), ("2008-02-29", "2026-02-28T12:00:00Z")]
        {
            assert_eq!(on(day, now), Err(Refusal::TooYoung { years: 18 }), "{day} on {now}");
        }
        for day in
            ["", "2026-03-01", "2027-01-01", "1899-12-31", "2001-02-29", "01/02/2000", "2000-1-2", "20000102", "2000-W01-1", "+002000-01"]
        {
            assert_eq!(on(day, "2026-03-01T00:00:00Z"), Err(Refusal::InvalidDateOfBirth), "{day}");
        }
        assert_eq!(check_date_of_birth("2026-02-28", Instant::parse("2026-03-01T00:00:00Z").unwrap(), 0), Ok(()));
    }

    #[test]
    fn a_state_belongs_to_its_country() {
        let germany = ContactChange { country: to("276"), state: to("bw"), ..ContactChange::default() }.apply(Profile::default()).unwrap();
        assert_eq!((germany.country, germany.state.as_deref()), (Some(276), Some("DE-BW")));
        let kept = ContactChange { country: to("de"), ..ContactChange::default() }.apply(germany.clone()).unwrap();
        assert_eq!(kept, germany, "the same country takes nothing away");
        let moved = ContactChange { country: to("US"), ..ContactChange::default() }.apply(germany.clone()).unwrap();
        assert_eq!((moved.country, moved.state), (Some(840), None));
        let moved = ContactChange { country: to("US"), state: to("US-CA"), ..ContactChange::default() }.apply(germany.clone()).unwrap();
        assert_eq!(moved.state.as_deref(), Some("US-CA"));
        let cleared = ContactChange { country: to(""), ..ContactChange::default() }.apply(germany.clone()).unwrap();
        assert_eq!((cleared.country, cleared.state), (None, None));
        for (change, refusal) in [
            (ContactChange { state: to("US-CA"), ..ContactChange::default() }, Refusal::StateUnknown),
            (ContactChange { country: to(""), state: to("BW"), ..ContactChange::default() }, Refusal::StateUnknown),
            (ContactChange { country: to("999"), ..ContactChange::default() }, Refusal::CountryUnknown),
            (ContactChange { email: to(""), ..ContactChange::default() }, Refusal::InvalidEmail),
            (ContactChange { mobile: to("call me"), ..ContactChange::default() }, Refusal::InvalidPhone),
        ] {
            assert_eq!(change.apply(germany.clone()), Err(refusal), "{change:?}");
        }
    }

    #[test]
    fn texts_have_their_lengths() {
        let long = |length: usize| Change::To(Some("ä".repeat(length)));
        assert!(ContactChange { city: long(255), zip_code: long(20), ..ContactChange::default() }.apply(Profile::default()).is_ok());
        for (change, field) in [
            (ContactChange { city: long(256), ..ContactChange::default() }, "city"),
            (ContactChange { zip_code: long(21), ..ContactChange::default() }, "zipCode"),
            (ContactChange { address_line1: to("a\nb"), ..ContactChange::default() }, "addressLine1"),
            (ContactChange { landline: to("call me"), ..ContactChange::default() }, "landline"),
        ] {
            assert!(
                matches!(change.apply(Profile::default()), Err(Refusal::InvalidProfile { field: named, .. }) if named == field),
                "{field}"
            );
        }
        let name = PersonalChange { first_name: to(" Nora "), last_name: to("Berg"), ..PersonalChange::default() };
        let named = name.apply(Profile::default(), Instant::from_nanos(0), 18).unwrap();
        assert_eq!(named.name().as_deref(), Some("Nora Berg"));
        assert_eq!(Profile::default().name(), None);
        let name = PersonalChange { first_name: long(101), ..PersonalChange::default() };
        assert!(name.apply(Profile::default(), Instant::from_nanos(0), 18).is_err());
    }
}
