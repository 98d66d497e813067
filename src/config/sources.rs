//! The layers, and how they are laid over each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{FileFormat, Map, Source, Value, ValueKind};

use super::origins::Origins;
use super::problems::{Problem, Problems};

const VARIABLE_PREFIX: &str = "UPLINE_";
const FILE_VARIABLE: &str = "UPLINE_CONFIG";
const FILE_IN_PLACE: &str = "upline.toml";

/// What overrides the defaults. `Sources::default()` is nothing: the defaults alone.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file; it must exist.
    pub file: Option<PathBuf>,
    /// Environment variables; those called `UPLINE_SECTION__KEY` count, others are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags, each `section.key=value`.
    pub overrides: Vec<String>,
}

impl Sources {
    /// The layers of this process: the file is the flag's, else `UPLINE_CONFIG`'s, else `./upline.toml` where there is one.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, overrides: Vec<String>) -> Self {
        // A variable that is not Unicode cannot be one of ours, as all our keys and values are.
        let environment: Vec<_> =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        let named = || environment.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty()).map(|(_, value)| value.into());
        let in_place = || Some(PathBuf::from(FILE_IN_PLACE)).filter(|path| path.exists());
        Self { file: file.or_else(named).or_else(in_place), environment, overrides }
    }

    /// Lays the layers over the defaults; unknown keys are refused here, values are judged by the rules.
    pub(super) fn merge(&self) -> Result<(config::Config, Origins), Problems> {
        let defaults = leaves(&parse(super::REFERENCE, "the defaults")?);
        let mut layers = match &self.file {
            Some(path) => read_file(path)?,
            None => Vec::new(),
        };
        layers.extend(self.environment_layer());
        layers.extend(self.override_layer()?);

        let mut problems = Vec::new();
        let mut origins = Origins::default();
        let mut merged = defaults.clone();
        for Setting { key, value, origin } in layers {
            if let Some(default) = defaults.get(&key) {
                origins.record(&key, &origin);
                merged.insert(key, as_kind_of(default, value));
            } else {
                let known: Vec<_> = defaults.keys().map(String::as_str).collect();
                problems.push(Problem::unknown_key(&key, &origin, &known));
            }
        }
        Problems::none_or_all(problems)?;
        let builder = merged.into_iter().try_fold(config::Config::builder(), |builder, (key, value)| builder.set_override(key, value));
        let built = builder.and_then(|builder| builder.build()).map_err(|error| Problem::unreadable(&error.to_string()))?;
        Ok((built, origins))
    }

    fn environment_layer(&self) -> Vec<Setting> {
        let ours = self.environment.iter().filter_map(|(name, value)| {
            let path = name.strip_prefix(VARIABLE_PREFIX).filter(|path| path.contains("__"))?;
            Some(Setting::text(path.to_lowercase().replacen("__", ".", 1), value, format!("environment variable {name}")))
        });
        ours.collect()
    }

    fn override_layer(&self) -> Result<Vec<Setting>, Problem> {
        let pairs = self.overrides.iter().map(|pair| {
            let (key, value) = pair.split_once('=').ok_or_else(|| Problem::not_a_pair(pair))?;
            Ok(Setting::text(key.trim().to_owned(), value.trim(), "flag --set".to_owned()))
        });
        pairs.collect()
    }
}

/// One value of one layer.
struct Setting {
    key: String,
    value: Value,
    origin: String,
}

impl Setting {
    fn text(key: String, text: &str, origin: String) -> Self {
        Self { key, value: Value::from(text), origin }
    }
}

fn read_file(path: &Path) -> Result<Vec<Setting>, Problem> {
    let origin = format!("file {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Problem::unreadable(&format!("{origin}: cannot be read: {error}")))?;
    let settings = leaves(&parse(&text, &origin)?);
    Ok(settings.into_iter().map(|(key, value)| Setting { key, value, origin: origin.clone() }).collect())
}

fn parse(text: &str, origin: &str) -> Result<Map<String, Value>, Problem> {
    // The parsers' own messages show the line, which may hold a secret.
    if let Err(error) = text.parse::<toml::Table>() {
        return Err(Problem::not_toml(origin, text, error.span().map_or(0, |span| span.start)));
    }
    config::File::from_str(text, FileFormat::Toml).collect().map_err(|_| Problem::not_toml(origin, text, 0))
}

/// The tree as "section.key" to value. An empty section has no leaves; a key above the sections stands by its bare name.
fn leaves(tree: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    for (section, value) in tree {
        match &value.kind {
            ValueKind::Table(keys) => leaves.extend(keys.iter().map(|(key, value)| (format!("{section}.{key}"), value.clone()))),
            _ => drop(leaves.insert(section.clone(), value.clone())),
        }
    }
    leaves
}

/// Reads the text of a variable or flag as what the default is; what does not fit stays text, for the rules to refuse.
fn as_kind_of(default: &Value, value: Value) -> Value {
    let ValueKind::String(text) = &value.kind else { return value };
    match default.kind {
        ValueKind::I64(_) => text.parse::<i64>().map_or(value, Value::from),
        ValueKind::Boolean(_) => text.parse::<bool>().map_or(value, Value::from),
        ValueKind::Array(_) => {
            let items: Vec<Value> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect();
            Value::from(items)
        }
        _ => value,
    }
}
