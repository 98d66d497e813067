//! The file that keeps the demo's passwords.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::random::Random;

/// The logins of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoLogins {
    /// Whether the accounts have these passwords; a start may be cut off before that.
    pub complete: bool,
    /// Staff with every power.
    pub operator: DemoLogin,
    /// A partner high in the tree, with many directs.
    pub high: DemoLogin,
    /// A partner low in the tree.
    pub low: DemoLogin,
}

/// A login of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoLogin {
    /// For people: who that is.
    pub role: String,
    /// User name.
    pub username: String,
    /// Made at random on the first start.
    pub password: String,
}

/// The file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: the demo's passwords cannot be {act}: {cause}; remove the file to get new passwords", .path.display())]
pub struct FileError {
    path: PathBuf,
    act: &'static str,
    cause: String,
}

/// Characters that are not confused with each other; 32 of them, so that a byte chooses evenly.
const CHARACTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// Sixteen characters: 80 bits.
pub(super) fn password(random: &dyn Random) -> String {
    random.bytes::<16>().iter().map(|byte| char::from(CHARACTERS[usize::from(byte % 32)])).collect()
}

/// The logins that the file holds; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<DemoLogins>, FileError> {
    let failed = |cause: String| FileError { path: path.to_owned(), act: "read", cause };
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(|error| failed(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Writes the file whole under another name first, so that there is never half of it.
pub(super) fn write(path: &Path, logins: &DemoLogins) -> Result<(), FileError> {
    let failed = |cause: String| FileError { path: path.to_owned(), act: "written", cause };
    let text = toml::to_string(logins).map_err(|error| failed(error.to_string()))?;
    let draft = path.with_extension("part");
    let written = private_file(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    });
    written.map_err(|error| failed(error.to_string()))
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
