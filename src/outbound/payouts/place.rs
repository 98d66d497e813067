//! Where the folder of payouts is, how it is made, and how it is told from what lies there when its share is away.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::FolderRail;
use crate::config::Config;
use crate::config::secrets::{private_file, private_folder};

/// The folder beside the embedded database.
const FOLDER: &str = "payouts";
pub(super) const OUTGOING: &str = "outgoing";
pub(super) const TAKEN: &str = "taken";
pub(super) const SENT: &str = "sent";
pub(super) const RESULTS: &str = "results";
pub(super) const READING: &str = "results/reading";
pub(super) const READ: &str = "results/read";
pub(super) const REFUSED: &str = "results/refused";
/// The file with the folder's id, which the database knows too.
const ID: &str = "folder-id";

/// Where the configuration wants the folder of payouts, whatever is there.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    answers_within: Duration,
}

/// Why there is no folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is no embedded database to put it beside.
    #[error("payout.rail_folder is not set: with PostgreSQL name a folder for payouts, or set payout.rail to off")]
    NotNamed,
    /// The file system refused.
    #[error("payout.rail_folder {}: cannot be made: {cause}", .folder.display())]
    NotMade {
        /// The folder.
        folder: PathBuf,
        /// What it said.
        cause: io::Error,
    },
    /// Payouts are under way in a folder, and this is an empty one.
    #[error(
        "payout.rail_folder {}: is empty, though payouts are under way in it: mount the share that it is on; when it is lost, see `upline payouts \
         adopt-folder --help`",
        .folder.display()
    )]
    Away {
        /// The folder.
        folder: PathBuf,
    },
}

impl Place {
    /// As the configuration has it; `None` where no folder is wanted. Nothing is made.
    ///
    /// # Errors
    /// [`FolderError::NotNamed`]
    pub fn new(config: &Config) -> Result<Option<Self>, FolderError> {
        if config.payout.rail != "folder" {
            return Ok(None);
        }
        let folder = config.database.url.place(&config.payout.rail_folder, FOLDER).ok_or(FolderError::NotNamed)?;
        Ok(Some(Self { folder, answers_within: config.payout.rail_lease() / 2 }))
    }

    /// Makes the folder and gives it an id, unless it has one; gives the id it has.
    ///
    /// # Errors
    /// [`FolderError::NotMade`]
    pub fn furnish(&self, fresh: &str) -> Result<String, FolderError> {
        let inner = [OUTGOING, TAKEN, SENT, READING, READ, REFUSED];
        let made = inner.iter().try_for_each(|inner| private_folder(&self.folder.join(inner)));
        made.and_then(|()| self.identify(fresh)).map_err(|cause| FolderError::NotMade { folder: self.folder.clone(), cause })
    }

    /// As [`furnish`](Self::furnish), for a folder that a server from before ids made, with payouts under way in it.
    ///
    /// # Errors
    /// [`FolderError::Away`], [`FolderError::NotMade`]
    pub fn furnish_in_use(&self, fresh: &str) -> Result<String, FolderError> {
        if self.folder.join(SENT).is_dir() { self.furnish(fresh) } else { Err(FolderError::Away { folder: self.folder.clone() }) }
    }

    /// Rivals wait for each other, and all get the same id. It is written last: a folder that has one is whole.
    fn identify(&self, fresh: &str) -> io::Result<String> {
        let _lock = lock(&self.folder)?;
        let file = self.folder.join(ID);
        match fs::read_to_string(&file) {
            Ok(id) if !id.trim().is_empty() => return Ok(id.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(_) | Err(_) => {}
        }
        let draft = self.folder.join("draft");
        let mut writer = empty(&draft)?;
        writeln!(writer, "{fresh}")?;
        writer.sync_all()?;
        fs::rename(draft, file)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(fresh.to_owned())
    }

    /// The rail by this folder, as long as it has this id.
    #[must_use]
    pub fn rail(self, id: String) -> FolderRail {
        let Self { folder, answers_within } = self;
        FolderRail { folder, id, answers_within }
    }
}

/// Nothing is asked of a folder, and nothing written there, that is not the one with this id.
pub(super) fn recognise(folder: &Path, id: &str) -> io::Result<()> {
    let file = folder.join(ID);
    let fault = match fs::read_to_string(&file) {
        Ok(found) if found.trim() == id => return Ok(()),
        Ok(_) => "holds the id of another folder than the one that payouts leave by",
        Err(error) if error.kind() == io::ErrorKind::NotFound => "is not there, so this is not the folder that payouts leave by",
        Err(error) => return Err(error),
    };
    let advice = "mount the share that it is on; when it is lost, see `upline payouts adopt-folder --help`";
    Err(io::Error::other(format!("{} {fault}: {advice}", file.display())))
}

/// Until the file is dropped, other processes wait.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let lock = private_file(&folder.join("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// A file that holds nothing yet.
pub(super) fn empty(path: &Path) -> io::Result<File> {
    let file = private_file(path)?;
    file.set_len(0)?;
    Ok(file)
}
