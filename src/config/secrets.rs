//! Secrets: a wrapper that never prints, and the signing key that the embedded mode makes for itself.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};

use super::Config;
use super::database::Backend;

const FILE_NAME: &str = "signing.key";
const KEY_BYTES: usize = 32;
/// A key in base64 has 44 characters; what is far longer is not a key.
const FILE_BYTES: u64 = 1024;

/// A value that `Debug` and `Serialize` mask; [`Secret::expose`] gives it.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for use only.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret<String> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { "***" })
    }
}

/// The key that signs access tokens: 32 bytes.
pub type SigningKey = Secret<[u8; KEY_BYTES]>;

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Several servers may share a PostgreSQL database, so none of them may make up a key.
    #[error(
        "auth.signing_key is not set: with PostgreSQL give the key by UPLINE_AUTH__SIGNING_KEY or in a file named by auth.secret_file (make one: openssl rand -base64 32)"
    )]
    NotConfigured,
    /// The file holds something else.
    #[error("{}: does not hold a signing key, which is 32 bytes in base64 (make one: openssl rand -base64 32)", .0.display())]
    NotAKey(PathBuf),
    /// Others on this machine could read the key.
    #[error("{}: other users may read it (mode {mode:03o}); run: chmod 600 {}", .path.display(), .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file system refused.
    #[error("{}: the signing key cannot be {act}: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        act: &'static str,
        /// What it said.
        cause: io::Error,
    },
}

/// The signing key: the configured one, else the file's; in embedded mode the file is made from `random` (which fills the bytes) when there is none.
///
/// # Errors
/// [`SecretsError`]: not configured, not a key, readable by others, or the file system's refusal.
pub fn signing_key(config: &Config, random: impl FnOnce(&mut [u8])) -> Result<SigningKey, SecretsError> {
    let auth = &config.auth;
    if let Some(key) = decode(auth.signing_key.expose()) {
        return Ok(key);
    }
    let url = &config.database.url;
    let path = url.place(&auth.secret_file, FILE_NAME).ok_or(SecretsError::NotConfigured)?;
    match read(&path) {
        Err(SecretsError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound && url.backend() == Backend::Sqlite => {
            write(&path, &fresh(random))
        }
        outcome => outcome,
    }
}

/// Makes a folder, with those above it, that only its owner may enter; one that is there stays as it is.
///
/// # Errors
/// The file system's.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether a text is a key in base64, or empty.
pub(super) fn is_key_or_empty(text: &str) -> bool {
    text.is_empty() || decode(text).is_some()
}

fn decode(text: &str) -> Option<SigningKey> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok().map(Secret::new)
}

fn fresh(random: impl FnOnce(&mut [u8])) -> SigningKey {
    let mut key = [0; KEY_BYTES];
    random(&mut key);
    Secret::new(key)
}

fn read(path: &Path) -> Result<SigningKey, SecretsError> {
    let failed = |cause| SecretsError::Io { path: path.to_owned(), act: "read", cause };
    let file = File::open(path).map_err(failed)?;
    refuse_exposed(path, &file.metadata().map_err(failed)?)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    std::str::from_utf8(&bytes).ok().and_then(decode).ok_or_else(|| SecretsError::NotAKey(path.to_owned()))
}

/// Written whole under another name and linked into place: a crash leaves no half key, and of two starts at once both use the first one's.
fn write(path: &Path, key: &SigningKey) -> Result<SigningKey, SecretsError> {
    let failed = |cause| SecretsError::Io { path: path.to_owned(), act: "written", cause };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder).map_err(failed)?;
    }
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let written = private_file(&draft).and_then(|mut file| {
        file.set_len(0)?;
        writeln!(file, "{}", STANDARD.encode(key.expose()))?;
        file.sync_all()?;
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            outcome => outcome,
        }
    });
    let removed = fs::remove_file(&draft);
    written.and(removed).map_err(failed)?;
    read(path)
}

/// Opens a file for writing that only its owner may read; one that is there is not cut off and keeps its mode.
///
/// # Errors
/// The file system's.
pub fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), SecretsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SecretsError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &fs::Metadata) -> Result<(), SecretsError> {
    Ok(())
}
