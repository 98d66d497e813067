//! A folder shared with the bank's program: a file for each payout there, files of results back.
//!
//! `outgoing` holds what waits for the bank's program, `taken` what that has moved there, `sent` a note of each payout that was ever handed over, so that a
//! file which vanished is not written again. What the bank says is put into `results`; a file of it is read in `results/reading`, under a name that no
//! other file ever had. `folder-id` tells the folder from what lies in its place while its share is away.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::place::{OUTGOING, READ, READING, REFUSED, RESULTS, SENT, TAKEN, empty, lock, recognise};
use super::{Message, Rail, Said, Silence};
use crate::domain::payouts::{BankWord, Instruction, Payout};
use crate::offline::Refused;
use crate::offline::payouts::{PayoutWriter, ResultReader};

/// Rows that a file of results may hold, and after which a look takes no more files: they are kept in memory until they were taken.
const MOST_WORDS: usize = 100_000;
/// Characters of the bank's word for a payout; longer ones cannot be kept.
const LONGEST_REFERENCE: usize = 100;

/// A folder shared with the bank's program. All processes of a database must see the same one, and no other database's.
#[derive(Clone, Debug)]
pub struct FolderRail {
    pub(super) folder: PathBuf,
    /// What tells it from all others.
    pub(super) id: String,
    pub(super) answers_within: Duration,
}

impl FolderRail {
    /// As [`has`](Self::has), when nobody hands it over at the moment.
    fn look(&self, payout: &Payout) -> io::Result<bool> {
        let _lock = lock(&self.folder)?;
        self.has(payout)
    }

    /// Whether the payout was ever handed over. A file moves from `outgoing` to `taken` only, so one that moves meanwhile is found in the second. A
    /// process may have died between the file and its note; then the note is made now.
    fn has(&self, payout: &Payout) -> io::Result<bool> {
        match fs::read_to_string(self.note_of(payout)) {
            Ok(note) if note == identity(payout) => return Ok(true),
            Ok(_) => return Err(io::Error::other("it knows another payout by this number")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        let has = self.file(OUTGOING, payout).try_exists()? || self.file(TAKEN, payout).try_exists()?;
        if has {
            self.note(payout)?;
        } else {
            // A folder that is away knows nothing either, and says nothing by that. It may have gone since it was recognised.
            recognise(&self.folder, &self.id)?;
            [OUTGOING, TAKEN, SENT].iter().try_for_each(|inner| fs::read_dir(self.folder.join(inner)).map(drop))?;
        }
        Ok(has)
    }

    fn note(&self, payout: &Payout) -> io::Result<()> {
        let draft = self.folder.join(SENT).join(format!("{}.part", payout.id));
        let mut file = empty(&draft)?;
        file.write_all(identity(payout).as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, self.note_of(payout))?;
        self.keep(SENT)
    }

    fn note_of(&self, payout: &Payout) -> PathBuf {
        self.folder.join(SENT).join(payout.id.to_string())
    }

    fn file(&self, inner: &str, payout: &Payout) -> PathBuf {
        self.folder.join(inner).join(format!("payout-{:010}.csv", payout.id))
    }

    /// What was renamed in a folder outlives the machine.
    fn keep(&self, inner: &str) -> io::Result<()> {
        File::open(self.folder.join(inner))?.sync_all()
    }

    /// Whole or not at all, and once: processes that are about to write the same payout wait for each other.
    fn hand_over(&self, instruction: &Instruction) -> io::Result<()> {
        let _lock = lock(&self.folder)?;
        let payout = &instruction.payout;
        if self.has(payout)? {
            return Ok(());
        }
        let draft = self.folder.join("draft");
        let mut writer = PayoutWriter::new(empty(&draft)?)?;
        writer.write(instruction)?;
        writer.finish()?.sync_all()?;
        fs::rename(&draft, self.file(OUTGOING, payout))?;
        self.keep(OUTGOING)?;
        self.note(payout)
    }

    fn messages(&self) -> io::Result<Vec<Message>> {
        self.claim()?;
        let (mut messages, mut words) = (Vec::new(), 0);
        for name in names(&self.folder.join(READING))? {
            let file = self.folder.join(READING).join(&name);
            match File::open(&file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    tracing::warn!(file = name, %error, "results of the bank cannot be opened; trying again later");
                    continue;
                }
                Ok(_) => {}
            }
            match read(&file) {
                Ok(said) => {
                    words += said.len();
                    messages.push(Message { name, words: said });
                }
                Err(refused) => {
                    // What is wrong would repeat what stands there.
                    let line = refused.line;
                    tracing::error!(
                        file = name,
                        line,
                        "results of the bank cannot be read: `upline payouts results` says why of the file in results/refused"
                    );
                    self.put_away(&name, REFUSED).unwrap_or_else(|error| tracing::warn!(file = name, %error, "results cannot be put away"));
                }
            }
            if words >= MOST_WORDS {
                break;
            }
        }
        Ok(messages)
    }

    /// Moves new results where nobody else writes: a file under the same name may come at any time.
    fn claim(&self) -> io::Result<()> {
        let _lock = lock(&self.folder)?;
        let results = self.folder.join(RESULTS);
        for entry in fs::read_dir(&results)? {
            let path = entry?.path();
            if !path.is_file() || path.extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (mut free, mut copy) = (name.clone(), 1_u32);
            while self.is_known(&free)? {
                copy += 1;
                free = format!("{copy}-{name}");
            }
            fs::rename(&path, self.folder.join(READING).join(free))?;
        }
        Ok(())
    }

    fn is_known(&self, name: &str) -> io::Result<bool> {
        for inner in [READING, READ, REFUSED] {
            if self.folder.join(inner).join(name).try_exists()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Another process may have done it.
    fn put_away(&self, name: &str, inner: &str) -> io::Result<()> {
        match fs::rename(self.folder.join(READING).join(name), self.folder.join(inner).join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => moved,
        }
    }

    async fn answer<T: Send + 'static>(&self, act: impl FnOnce(Self) -> io::Result<T> + Send + 'static) -> Result<T, Silence> {
        let rail = self.clone();
        let silence = |cause: String| Silence { reason: format!("payout.rail_folder cannot be used: {cause}") };
        // What comes too late does no harm: a payout is handed over once.
        match timeout(self.answers_within, spawn_blocking(move || recognise(&rail.folder, &rail.id).and_then(|()| act(rail)))).await {
            Ok(Ok(done)) => done.map_err(|error| silence(error.to_string())),
            Ok(Err(error)) => Err(silence(error.to_string())),
            Err(_) => Err(silence("it takes too long".to_owned())),
        }
    }
}

impl Rail for FolderRail {
    async fn send(&self, instruction: &Instruction) -> Result<Said, Silence> {
        let instruction = instruction.clone();
        self.answer(move |rail| rail.hand_over(&instruction)).await.map(|()| Said::UnderWay)
    }

    async fn ask(&self, payout: &Payout) -> Result<Said, Silence> {
        let payout = payout.clone();
        let has = self.answer(move |rail| rail.look(&payout)).await?;
        Ok(if has { Said::UnderWay } else { Said::Unknown })
    }

    async fn listen(&self) -> Result<Vec<Message>, Silence> {
        self.answer(|rail| rail.messages()).await
    }

    async fn heard(&self, message: &Message) -> Result<(), Silence> {
        let name = message.name.clone();
        self.answer(move |rail| rail.put_away(&name, READ)).await
    }
}

/// What tells a payout from one of another database that has the same number.
fn identity(payout: &Payout) -> String {
    let Payout { partner_id, amount, currency, created_at, .. } = payout;
    format!("{partner_id},{amount},{currency},{}\n", created_at.nanos())
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().into_string().ok());
    let mut names: Vec<String> = fs::read_dir(folder)?.filter_map(|entry| name(entry).transpose()).collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// All rows of a file of results, or none.
fn read(file: &Path) -> Result<Vec<BankWord>, Refused> {
    let mut words = Vec::new();
    for entry in ResultReader::open(file)? {
        if words.len() == MOST_WORDS {
            let cause = format!("has more than {MOST_WORDS} rows: split it");
            return Err(Refused { file: file.to_owned(), line: None, cause });
        }
        let BankWord { payout, result, reference } = entry?.word;
        let reference = reference.filter(|reference| reference.chars().count() <= LONGEST_REFERENCE);
        words.push(BankWord { payout, result, reference });
    }
    Ok(words)
}
