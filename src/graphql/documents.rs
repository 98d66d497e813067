//! Stored documents: the allow-list of trusted ones, and automatic persisted queries.

use crate::domain::hexadecimal::hexadecimal;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_graphql::ServerError;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::errors::ErrorCode;
use super::params::{Params, bad};

/// Why an allow-list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TrustedDocumentsError {
    /// The file cannot be opened.
    #[error("the trusted documents {path} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not one of the known forms.
    #[error(
        "the trusted documents {path} must be JSON: an object of id and document, an Apollo persisted query manifest, or a list of documents and SHA-256 hashes"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

/// The only documents a server runs.
///
/// Three forms of JSON are read: `{"<id>": "<document>"}` (Relay and others), Apollo's persisted query manifest, and a list whose entries are
/// documents or SHA-256 hashes in hexadecimal. A hash without its document allows a document that the client sends along.
#[derive(Debug, Default)]
pub struct TrustedDocuments {
    by_id: HashMap<String, String>,
    hashes: HashSet<String>,
}

impl TrustedDocuments {
    /// Reads an allow-list.
    ///
    /// # Errors
    /// [`TrustedDocumentsError`]: the file, or its form.
    pub fn load(path: &Path) -> Result<Self, TrustedDocumentsError> {
        let text = std::fs::read_to_string(path).map_err(|cause| TrustedDocumentsError::Unreadable { path: path.to_owned(), cause })?;
        let list = serde_json::from_str(&text).ok().and_then(|json| Self::from_json(&json));
        list.ok_or_else(|| TrustedDocumentsError::Malformed { path: path.to_owned() })
    }

    fn from_json(json: &Value) -> Option<Self> {
        let mut list = Self::default();
        match json {
            Value::Object(manifest) if manifest.get("format") == Some(&Value::from("apollo-persisted-query-manifest")) => {
                for operation in manifest.get("operations")?.as_array()? {
                    list.add(Some(operation.get("id")?.as_str()?), operation.get("body")?.as_str()?);
                }
            }
            Value::Object(documents) => {
                for (id, document) in documents {
                    list.add(Some(id), document.as_str()?);
                }
            }
            Value::Array(entries) => {
                for entry in entries {
                    match entry.as_str()? {
                        hash if is_hash(hash) => _ = list.hashes.insert(hash.to_ascii_lowercase()),
                        document => list.add(None, document),
                    }
                }
            }
            _ => return None,
        }
        Some(list)
    }

    fn add(&mut self, id: Option<&str>, document: &str) {
        let hash = sha256(document);
        if let Some(id) = id {
            self.by_id.insert(id.to_owned(), document.to_owned());
        }
        self.by_id.insert(hash.clone(), document.to_owned());
        self.hashes.insert(hash);
    }
}

/// Where the text of a request's document comes from.
#[derive(Debug)]
pub(super) struct Documents {
    trusted: Option<TrustedDocuments>,
    persisted: Option<Mutex<Recent>>,
}

/// A document's text, and the hash to keep it under once it has proved runnable.
pub(super) struct Found {
    pub text: String,
    pub keep: Option<String>,
}

impl Documents {
    pub fn new(trusted: Option<TrustedDocuments>, persisted_queries: usize) -> Self {
        Self { trusted, persisted: (persisted_queries > 0).then(|| Mutex::new(Recent::new(persisted_queries))) }
    }

    /// The text of the document that the parameters give or name.
    pub fn find(&self, params: &mut Params) -> Result<Found, ServerError> {
        let id = params.document_id.take().map(|id| id.strip_prefix("sha256:").map(str::to_owned).unwrap_or(id));
        match (&self.trusted, params.query.take(), id) {
            (Some(trusted), None, Some(id)) => {
                trusted.by_id.get(&id).map(|text| Found { text: text.clone(), keep: None }).ok_or_else(not_found)
            }
            (Some(trusted), Some(text), _) if trusted.hashes.contains(&sha256(&text)) => Ok(Found { text, keep: None }),
            (Some(_), ..) => Err(not_trusted()),
            (None, Some(text), None) => Ok(Found { text, keep: None }),
            (None, text, Some(id)) => self.find_persisted(text, id),
            (None, None, None) => Err(bad("The parameter `query` is missing.")),
        }
    }

    fn find_persisted(&self, text: Option<String>, hash: String) -> Result<Found, ServerError> {
        let Some(persisted) = &self.persisted else {
            return Err(ErrorCode::PersistedQueryNotSupported.at("PersistedQueryNotSupported", None));
        };
        match text {
            Some(text) if sha256(&text) == hash => Ok(Found { text, keep: Some(hash) }),
            Some(_) => Err(bad("The given hash is not the SHA-256 of the document.")),
            None => {
                let mut recent = persisted.lock().unwrap_or_else(PoisonError::into_inner);
                recent.get(&hash).map(|text| Found { text, keep: None }).ok_or_else(not_found)
            }
        }
    }

    /// Keeps a document that passed the pre-check, so that only runnable ones fill the memory.
    pub fn keep(&self, hash: String, text: &str) {
        if let Some(persisted) = &self.persisted {
            persisted.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, text.to_owned());
        }
    }
}

/// Apollo Client looks for this message or the code, and then sends the document along.
fn not_found() -> ServerError {
    ErrorCode::PersistedQueryNotFound.at("PersistedQueryNotFound", None)
}

fn not_trusted() -> ServerError {
    ErrorCode::DocumentNotTrusted.at("This server runs only the documents of its allow-list, and this is none of them.", None)
}

fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The most recently used documents, so many of them.
#[derive(Debug)]
struct Recent {
    capacity: usize,
    clock: u64,
    by_hash: HashMap<String, (u64, String)>,
    by_use: BTreeMap<u64, String>,
}

impl Recent {
    fn new(capacity: usize) -> Self {
        Self { capacity, clock: 0, by_hash: HashMap::new(), by_use: BTreeMap::new() }
    }

    fn get(&mut self, hash: &str) -> Option<String> {
        self.clock += 1;
        let (used, text) = self.by_hash.get_mut(hash)?;
        self.by_use.remove(used);
        *used = self.clock;
        self.by_use.insert(self.clock, hash.to_owned());
        Some(text.clone())
    }

    fn insert(&mut self, hash: String, text: String) {
        if self.get(&hash).is_some() {
            return;
        }
        if self.by_hash.len() >= self.capacity
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.by_hash.remove(&oldest);
        }
        self.by_use.insert(self.clock, hash.clone());
        self.by_hash.insert(hash, (self.clock, text));
    }
}
