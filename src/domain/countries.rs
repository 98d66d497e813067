//! Countries and their states: ISO 3166-1 and 3166-2, as data of a crate.

use std::sync::LazyLock;

/// A country of ISO 3166-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// The numeric code: 276.
    pub number: u16,
    /// The alpha-2 code: `DE`.
    pub code: &'static str,
    /// The English short name.
    pub name: &'static str,
    /// Its subdivisions, by code.
    pub states: Vec<State>,
}

/// A subdivision of ISO 3166-2: a state, province, region or county.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Ours, made of the code alone, so that it stays while the code stays.
    pub number: i32,
    /// The code: `DE-BW`.
    pub code: &'static str,
    /// Its name, as the standard writes it.
    pub name: &'static str,
}

/// More states than any country has, for budgets.
pub const MOST_STATES: usize = 250;
/// More countries than there are, for budgets.
pub const MOST_COUNTRIES: usize = 250;

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let mut countries: Vec<_> = rust_iso3166::ALL.iter().map(read).collect();
    countries.sort_by_key(|country| country.number);
    countries
});

fn read(country: &rust_iso3166::CountryCode) -> Country {
    let number = country.numeric;
    let states = country.subdivisions().unwrap_or_default().iter();
    let mut states: Vec<_> = states
        .filter_map(|state| Some(State { number: state_number(number, part(state.code)?)?, code: state.code, name: state.name }))
        .collect();
    states.sort_by_key(|state| state.code);
    Country { number, code: country.alpha2, name: country.name, states }
}

/// What stands behind the country: `BW` of `DE-BW`.
fn part(code: &str) -> Option<&str> {
    code.split_once('-').map(|(_, part)| part)
}

/// The country's number, then the one to three letters and digits of the state read as digits from 1 to 36: no two codes give one number.
fn state_number(country: u16, part: &str) -> Option<i32> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(i32::from(byte - b'0') + 1),
        b'A'..=b'Z' => Some(i32::from(byte - b'A') + 11),
        _ => None,
    };
    let known = (1..=3).contains(&part.len());
    let read = |number: i32, byte: u8| Some(number * 37 + digit(byte)?);
    known.then(|| part.bytes().try_fold(0, read)).flatten().map(|number| i32::from(country) * 100_000 + number)
}

/// All countries, by number.
#[must_use]
pub fn all() -> &'static [Country] {
    &COUNTRIES
}

/// The country with a numeric code.
#[must_use]
pub fn by_number(number: u16) -> Option<&'static Country> {
    COUNTRIES.binary_search_by_key(&number, |country| country.number).ok().and_then(|index| COUNTRIES.get(index))
}

/// The country that is meant by a numeric code (`276`) or an alpha-2 code (`DE`), in any case.
#[must_use]
pub fn find(text: &str) -> Option<&'static Country> {
    match text.parse() {
        Ok(number) => by_number(number),
        Err(_) => COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(text)),
    }
}

impl Country {
    /// The state of this country that is meant by its number, or by its code with the country (`DE-BW`) or without (`BW`), in any case.
    #[must_use]
    pub fn state(&self, text: &str) -> Option<&State> {
        let means = |state: &&State| {
            let is_part = part(state.code).is_some_and(|part| part.eq_ignore_ascii_case(text));
            is_part || state.code.eq_ignore_ascii_case(text)
        };
        // Some codes are digits alone; they are shorter than any number.
        self.states.iter().find(means).or_else(|| {
            let number: i32 = text.parse().ok()?;
            self.states.iter().find(|state| state.number == number)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_is_found_by_either_code() {
        assert!((240..=MOST_COUNTRIES).contains(&all().len()), "{}", all().len());
        for country in all() {
            assert_eq!(find(country.code), Some(country));
            assert_eq!(find(&country.code.to_lowercase()), Some(country));
            assert_eq!(find(&country.number.to_string()), Some(country));
        }
        for (number, code, name) in [(276, "DE", "Germany"), (356, "IN", "India"), (840, "US", "United States of America")] {
            let country = by_number(number).unwrap();
            assert_eq!((country.code, country.name), (code, name));
        }
        for bad in ["", "0", "1000", "-276", "XX", "DEU", "Germany", "276.0"] {
            assert_eq!(find(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_state_has_a_number_of_its_own_that_finds_it() {
        let mut numbers = BTreeSet::new();
        let mut count = 0;
        for country in all() {
            assert!(country.states.len() <= MOST_STATES, "{country:?}");
            assert_eq!(country.states.len(), rust_iso3166::from_alpha2(country.code).unwrap().subdivisions().map_or(0, <[_]>::len));
            for state in &country.states {
                count += 1;
                assert!(state.code.starts_with(country.code) && numbers.insert(state.number), "{state:?}");
                for text in [state.code.to_owned(), state.code.to_lowercase(), state.number.to_string(), part(state.code).unwrap().into()] {
                    assert_eq!(country.state(&text), Some(state), "{text}");
                }
            }
        }
        assert!(count > 4_500, "{count} states");
        let germany = find("DE").unwrap();
        let state = germany.state("BW").unwrap();
        assert_eq!((state.number, state.code, state.name), (27_600_477, "DE-BW", "Baden-Württemberg"));
        for bad in ["", "XX", "US-CA", "CA", "27600000"] {
            assert_eq!(germany.state(bad), None, "{bad}");
        }
    }
}
