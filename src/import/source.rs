//! A file to import: on disk, or in memory.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};
use sha2::{Digest as _, Sha256};

use crate::domain::hexadecimal::hexadecimal;
use crate::offline::Refused;

/// A file to import, gzip or plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: PathBuf,
    bytes: Option<Arc<[u8]>>,
}

impl Source {
    /// A file on disk. It is read twice, so a pipe will not do.
    #[must_use]
    pub fn file(path: PathBuf) -> Self {
        Self { name: path, bytes: None }
    }

    /// A file in memory; `name` stands for it in messages.
    #[must_use]
    pub fn memory(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.into(), bytes: Some(bytes.into()) }
    }

    /// The file as the user named it.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// A refusal of this file.
    pub(super) fn refuse(&self, line: Option<u64>, cause: impl Into<String>) -> Refused {
        Refused { file: self.name.clone(), line, cause: cause.into() }
    }

    /// SHA-256 of the bytes, in hexadecimal digits.
    pub(super) fn digest(&self) -> Result<String, Refused> {
        let unreadable = |error: io::Error| self.refuse(None, format!("cannot be read: {error}"));
        let (mut input, _) = self.input().map_err(unreadable)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match input.read(&mut buffer).map_err(unreadable)? {
                0 => break,
                read => hasher.update(&buffer[..read]),
            }
        }
        Ok(hexadecimal(&hasher.finalize()))
    }

    /// The whole text.
    pub(super) fn text(&self) -> Result<String, Refused> {
        let mut text = String::new();
        let read = self.input().and_then(|(mut input, _)| input.read_to_string(&mut text));
        read.map(|_| text).map_err(|error| self.refuse(None, format!("cannot be read: {error}")))
    }

    /// The bytes, with a progress bar on standard error while they are read; no bar where that is not a terminal.
    pub(super) fn open(&self) -> Result<ProgressBarIter<Box<dyn Read + Send>>, Refused> {
        let (input, length) = self.input().map_err(|error| self.refuse(None, format!("cannot be read: {error}")))?;
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
        let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Ok(bar.with_message(self.name.display().to_string()).wrap_read(input))
    }

    fn input(&self) -> io::Result<(Box<dyn Read + Send>, u64)> {
        if let Some(bytes) = &self.bytes {
            return Ok((Box::new(Cursor::new(Arc::clone(bytes))), bytes.len() as u64));
        }
        let file = File::open(&self.name)?;
        let length = file.metadata()?.len();
        Ok((Box::new(file), length))
    }
}
