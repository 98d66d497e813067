//! Keys of a plan file, each with its path and line, so that every refusal can say where.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::amount::Amount;
use crate::engine::refusal::{Input, Refusal};

use super::rate::Rate;

/// Every list of a plan is bounded: levels and ranks are multiplied with each other.
const MOST_ENTRIES: usize = 1000;

/// A value of the file and where it stands.
#[derive(Clone)]
pub(super) struct Key<'a> {
    source: &'a str,
    pub path: String,
    span: Range<usize>,
    value: &'a DeValue<'a>,
}

/// A table of the file; remembers which keys were asked for, since all others are unknown.
pub(super) struct Section<'a> {
    key: Option<Key<'a>>,
    source: &'a str,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn whole(source: &'a str, table: &'a DeTable<'a>) -> Self {
        Self { key: None, source, table, asked: RefCell::default() }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, name: &'static str) -> Option<Key<'a>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&name) {
            asked.push(name);
        }
        self.table.iter().find(|(key, _)| key.get_ref() == name).map(|(key, value)| self.key(key, value))
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, name: &'static str) -> Result<Key<'a>, Refusal> {
        self.get(name).ok_or_else(|| self.refuse(format!("the key {name} is missing")))
    }

    /// All keys in the order of the file, for tables whose keys are codes.
    pub(super) fn entries(&self) -> Vec<(String, Key<'a>)> {
        let mut entries: Vec<_> = self.table.iter().map(|(key, value)| (key.get_ref().to_string(), self.key(key, value))).collect();
        entries.sort_by_key(|(_, key)| key.span.start);
        entries
    }

    /// Refuses the first key that nobody asked for.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        let asked = self.asked.borrow();
        let mut unknown: Vec<_> = self.table.iter().filter(|(key, _)| !asked.contains(&key.get_ref().as_ref())).collect();
        unknown.sort_by_key(|(key, _)| key.span().start);
        match unknown.first() {
            None => Ok(()),
            Some((key, value)) => Err(self.key(key, value).refuse(format!("is an unknown key; allowed here: {}", asked.join(", ")))),
        }
    }

    /// A refusal of the table as a whole.
    pub(super) fn refuse(&self, cause: String) -> Refusal {
        match &self.key {
            Some(key) => key.refuse(cause),
            None => Refusal { input: Input::Plan, line: None, key: None, cause },
        }
    }

    fn key(&self, name: &'a Spanned<toml::de::DeString<'a>>, value: &'a Spanned<DeValue<'a>>) -> Key<'a> {
        let name_text = name.get_ref();
        let path = match &self.key {
            Some(parent) => format!("{}.{name_text}", parent.path),
            None => name_text.to_string(),
        };
        Key { source: self.source, path, span: name.span(), value: value.get_ref() }
    }
}

impl<'a> Key<'a> {
    /// A refusal of this value.
    pub(super) fn refuse(&self, cause: impl Into<String>) -> Refusal {
        let line = line_of(self.source, self.span.start);
        Refusal { input: Input::Plan, line: Some(line), key: Some(self.path.clone()), cause: cause.into() }
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Result<&'a str, Refusal> {
        match self.value.as_str() {
            Some("") => Err(self.refuse("must not be empty")),
            Some(text) => Ok(text),
            None => Err(self.refuse(format!("must be a text in quotes, not {}", self.found()))),
        }
    }

    /// true or false.
    pub(super) fn flag(&self) -> Result<bool, Refusal> {
        self.value.as_bool().ok_or_else(|| self.refuse(format!("must be true or false, not {}", self.found())))
    }

    /// A whole number from `least` upwards.
    pub(super) fn count(&self, least: u32) -> Result<u32, Refusal> {
        let parsed = self.value.as_integer().and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok());
        match parsed.map(u32::try_from) {
            Some(Ok(count)) if count >= least => Ok(count),
            _ => Err(self.refuse(format!("must be a whole number from {least} to {}, without quotes, not {}", u32::MAX, self.found()))),
        }
    }

    /// An amount or volume: at most 4 digits behind the point.
    pub(super) fn amount(&self) -> Result<Amount, Refusal> {
        let text = self.decimal("12.5")?;
        Amount::parse(&text).map_err(|error| self.refuse(format!("{text} {error}")))
    }

    /// An amount above 0.
    pub(super) fn positive_amount(&self) -> Result<Amount, Refusal> {
        match self.amount()? {
            Amount::ZERO => Err(self.refuse("must be above 0")),
            amount => Ok(amount),
        }
    }

    /// A factor: not negative, at most 6 digits behind the point.
    pub(super) fn factor(&self) -> Result<Rate, Refusal> {
        let text = self.decimal("1.05")?;
        Rate::parse(&text).map_err(|cause| self.refuse(format!("{text} {cause}")))
    }

    /// A rate: a factor of at most 1.
    pub(super) fn rate(&self) -> Result<Rate, Refusal> {
        let rate = self.factor()?;
        if rate > Rate::ONE {
            return Err(self.refuse(format!("{rate} is above 1; a rate lies between 0 and 1 (0.05 stands for 5 %)")));
        }
        Ok(rate)
    }

    /// Decimals stand in quotes; whole numbers may do without; floats are refused, because they are not exact.
    fn decimal(&self, example: &str) -> Result<String, Refusal> {
        match self.value {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .map(|whole| whole.to_string())
                .map_err(|_| self.refuse("is out of range")),
            DeValue::Float(float) => Err(self.refuse(format!("write the decimal in quotes: \"{}\"", float.as_str()))),
            _ => Err(self.refuse(format!("must be a decimal in quotes such as \"{example}\", not {}", self.found()))),
        }
    }

    /// One of a fixed list of words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Refusal> {
        let text = self.value.as_str().unwrap_or_default();
        choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice).ok_or_else(|| {
            let allowed: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            self.refuse(format!("{} is not known here; allowed: {}", self.found(), allowed.join(", ")))
        })
    }

    /// The members of a list, with their index in the path; at most [`MOST_ENTRIES`].
    pub(super) fn list(&self) -> Result<Vec<Key<'a>>, Refusal> {
        let array = self.value.as_array().ok_or_else(|| self.refuse(format!("must be a list in square brackets, not {}", self.found())))?;
        if array.len() > MOST_ENTRIES {
            return Err(self.refuse(format!("has {} entries, at most {MOST_ENTRIES} are allowed", array.len())));
        }
        let member = |(index, value): (usize, &'a Spanned<DeValue<'a>>)| Key {
            source: self.source,
            path: format!("{}[{index}]", self.path),
            span: value.span(),
            value: value.get_ref(),
        };
        Ok(array.iter().enumerate().map(member).collect())
    }

    /// The table that this value is.
    pub(super) fn section(&self) -> Result<Section<'a>, Refusal> {
        let table = self.value.as_table().ok_or_else(|| self.refuse(format!("must be a table, not {}", self.found())))?;
        Ok(Section { key: Some(self.clone()), source: self.source, table, asked: RefCell::default() })
    }

    fn found(&self) -> String {
        match self.value {
            DeValue::String(text) => format!("\"{text}\""),
            DeValue::Integer(integer) => integer.as_str().to_owned(),
            DeValue::Float(float) => float.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            other => format!("a value of type {}", other.type_str()),
        }
    }
}

/// The line of a byte in the file, counted from 1.
pub(super) fn line_of(source: &str, offset: usize) -> u64 {
    let before = &source.as_bytes()[..offset.min(source.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u64
}
