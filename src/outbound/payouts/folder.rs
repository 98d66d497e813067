//! A folder shared with the bank's program: a file for each payout there, files of results back.
//!
//! `outgoing` holds what waits for the bank's program, `taken` what that has moved there, `results` what the bank says, `sent` an empty file for each
//! payout that was ever handed over, so that a file which vanished is not written again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::{Message, Rail, Said, Silence};
use crate::config::Config;
use crate::config::secrets::{private_file, private_folder};
use crate::domain::payouts::{BankWord, Instruction};
use crate::offline::Refused;
use crate::offline::payouts::{PayoutWriter, ResultReader};

/// The folder beside the embedded database.
const FOLDER: &str = "payouts";
const OUTGOING: &str = "outgoing";
const TAKEN: &str = "taken";
const SENT: &str = "sent";
const RESULTS: &str = "results";
const READ: &str = "results/read";
const REFUSED: &str = "results/refused";

/// Files of results that one look takes.
const MOST_FILES: usize = 100;
/// Rows that a file of results may hold: it is kept in memory until its words were taken.
const MOST_WORDS: usize = 100_000;

/// A folder shared with the bank's program. All processes of a database must see the same one.
#[derive(Clone, Debug)]
pub struct FolderRail {
    folder: PathBuf,
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
}

impl FolderRail {
    /// As the configuration has it; `None` where no rail is wanted.
    ///
    /// # Errors
    /// [`FolderError`]
    pub fn new(config: &Config) -> Result<Option<Self>, FolderError> {
        if config.payout.rail != "folder" {
            return Ok(None);
        }
        let named = &config.payout.rail_folder;
        let beside = || config.database.url.sqlite_file().map(|database| database.with_file_name(FOLDER));
        let folder = if named.as_os_str().is_empty() { beside().ok_or(FolderError::NotNamed)? } else { named.clone() };
        match [OUTGOING, TAKEN, SENT, RESULTS, READ, REFUSED].iter().try_for_each(|inner| private_folder(&folder.join(inner))) {
            Ok(()) => Ok(Some(Self { folder })),
            Err(cause) => Err(FolderError::NotMade { folder, cause }),
        }
    }

    /// Whether the payout was ever handed over. A file moves from `outgoing` to `taken` only, so one that moves meanwhile is found in the second.
    fn has(&self, payout: i64) -> io::Result<bool> {
        let places = [self.folder.join(SENT).join(payout.to_string()), self.file(OUTGOING, payout), self.file(TAKEN, payout)];
        for place in places {
            if place.try_exists()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn file(&self, inner: &str, payout: i64) -> PathBuf {
        self.folder.join(inner).join(format!("payout-{payout:010}.csv"))
    }

    /// Whole or not at all, and once: processes that are about to write the same payout wait for each other.
    fn hand_over(&self, instruction: &Instruction) -> io::Result<()> {
        let lock = private_file(&self.folder.join("lock"))?;
        lock.lock()?;
        let payout = instruction.payout.id;
        if !self.has(payout)? {
            let draft = self.folder.join("draft");
            let mut writer = PayoutWriter::new(empty(&draft)?)?;
            writer.write(instruction)?;
            writer.finish()?.sync_all()?;
            fs::rename(&draft, self.file(OUTGOING, payout))?;
            File::open(self.folder.join(OUTGOING))?.sync_all()?;
        }
        empty(&self.folder.join(SENT).join(payout.to_string()))?.flush()
    }

    fn messages(&self) -> io::Result<Vec<Message>> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join(RESULTS))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "csv") && file.is_file());
        files.sort();
        let mut messages = Vec::new();
        for file in files.iter().take(MOST_FILES) {
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
            match words(file) {
                Ok(words) => messages.push(Message { name: name.to_owned(), words }),
                Err(refused) => {
                    tracing::error!(file = name, %refused, "results of the bank cannot be read; moved to results/refused");
                    self.put_away(name, REFUSED)?;
                }
            }
        }
        Ok(messages)
    }

    /// Under a number of its own where a file of that name was there before. Another process may have done it.
    fn put_away(&self, name: &str, inner: &str) -> io::Result<()> {
        let folder = self.folder.join(inner);
        let mut place = folder.join(name);
        let mut copy = 1_u32;
        while place.try_exists()? {
            copy += 1;
            place = folder.join(format!("{copy}-{name}"));
        }
        match fs::rename(self.folder.join(RESULTS).join(name), place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => moved,
        }
    }

    async fn blocking<T: Send + 'static>(&self, act: impl FnOnce(Self) -> io::Result<T> + Send + 'static) -> Result<T, Silence> {
        let rail = self.clone();
        let silence = |cause: String| Silence { reason: format!("the folder of the rail cannot be used: {cause}") };
        let done = spawn_blocking(move || act(rail)).await.map_err(|error| silence(error.to_string()))?;
        done.map_err(|error| silence(error.kind().to_string()))
    }
}

impl Rail for FolderRail {
    async fn send(&self, instruction: &Instruction) -> Result<Said, Silence> {
        let instruction = instruction.clone();
        self.blocking(move |rail| rail.hand_over(&instruction)).await.map(|()| Said::UnderWay)
    }

    async fn ask(&self, payout: i64) -> Result<Said, Silence> {
        let has = self.blocking(move |rail| rail.has(payout)).await?;
        Ok(if has { Said::UnderWay } else { Said::Unknown })
    }

    async fn listen(&self) -> Result<Vec<Message>, Silence> {
        self.blocking(|rail| rail.messages()).await
    }

    async fn heard(&self, message: &Message) -> Result<(), Silence> {
        let name = message.name.clone();
        self.blocking(move |rail| rail.put_away(&name, READ)).await
    }
}

fn empty(path: &Path) -> io::Result<File> {
    let file = private_file(path)?;
    file.set_len(0)?;
    Ok(file)
}

/// All rows of a file of results, or none.
fn words(file: &Path) -> Result<Vec<BankWord>, Refused> {
    let mut words = Vec::new();
    for entry in ResultReader::open(file)? {
        if words.len() == MOST_WORDS {
            let cause = format!("has more than {MOST_WORDS} rows: split it");
            return Err(Refused { file: file.to_owned(), line: None, cause });
        }
        words.push(entry?.word);
    }
    Ok(words)
}
