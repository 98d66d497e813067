//! Where each value came from.

use std::collections::BTreeMap;

/// Key ("section.key") to the layer that set it; keys that kept their default are absent.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(BTreeMap<String, String>);

impl Origins {
    /// A later layer's origin replaces an earlier one's.
    pub(super) fn record(&mut self, key: &str, origin: &str) {
        self.0.insert(key.to_owned(), origin.to_owned());
    }

    /// The origin of a value that is not the default.
    pub(super) fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The origin in words.
    pub(super) fn of(&self, key: &str) -> &str {
        self.find(key).unwrap_or("the defaults")
    }

    /// Adds the origin to each line `key = value` whose value is not the default.
    pub(super) fn annotate(&self, toml: &str) -> String {
        let mut section = "";
        let mut annotated = String::with_capacity(toml.len());
        for line in toml.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
            }
            annotated.push_str(line);
            let origin = line.split_once(" = ").and_then(|(key, _)| self.0.get(&format!("{section}.{key}")));
            if let Some(origin) = origin {
                annotated.push_str("  # ");
                annotated.push_str(origin);
            }
            annotated.push('\n');
        }
        annotated
    }
}
