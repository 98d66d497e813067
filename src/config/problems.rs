//! What is wrong with a configuration, in words for the person who wrote it.

use std::fmt;

/// One fault: which key, its value, where it came from, what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

/// All faults found, one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    pub(super) fn unknown_key(key: &str, origin: &str, known: &[&str]) -> Self {
        let allowed = match key.split_once('.').filter(|(section, _)| known.iter().any(|known| starts_section(known, section))) {
            Some((section, _)) => {
                let keys: Vec<_> =
                    known.iter().filter(|known| starts_section(known, section)).map(|known| &known[section.len() + 1..]).collect();
                format!("[{section}] has {}", keys.join(", "))
            }
            None => {
                let mut sections: Vec<_> = known.iter().filter_map(|known| known.split('.').next()).collect();
                sections.dedup();
                format!("keys are written section.key; the sections are {}", sections.join(", "))
            }
        };
        Self(format!("{key} (from {origin}): there is no such key; {allowed}"))
    }

    pub(super) fn not_allowed(key: &str, value: &str, origin: &str, allowed: &str) -> Self {
        Self(format!("{key} = {value} (from {origin}): must be {allowed}"))
    }

    pub(super) fn not_a_pair(text: &str) -> Self {
        // What comes behind the key may be a secret with another sign in the place of `=`.
        let key: String = text.chars().take_while(|character| matches!(character, 'a'..='z' | '0'..='9' | '_' | '.')).collect();
        Self(format!("--set {key}: must be section.key=value, such as --set server.listen=0.0.0.0:8080"))
    }

    /// A file that is not TOML, from a byte on.
    pub(super) fn not_toml(origin: &str, text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self(format!(
            "{origin}: line {line}, column {column}: this is not TOML; sections are written [section], values key = 7 or key = \"text\""
        ))
    }

    pub(super) fn unreadable(cause: &str) -> Self {
        Self(cause.trim_end().to_owned())
    }
}

fn starts_section(key: &str, section: &str) -> bool {
    key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

impl Problems {
    /// Passes when there are none.
    pub(super) fn none_or_all(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not valid (`upline config --reference` explains every key)")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}
