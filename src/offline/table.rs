//! Comma-separated tables, streamed: RFC 4180 quoting, CRLF or LF, byte order mark, gzip (docs/plans.md, Q25).
//!
//! Own code, because a refusal must name the line of the file where a row begins, and the usual reader counts lines
//! differently for CRLF, empty lines and line breaks inside quotes.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

/// Neither a quote that is never closed nor a line that never ends may swallow the whole file.
const LONGEST_ROW: usize = 1 << 20;
const UNCLOSED: &str = "a quote is opened and never closed";
const BUFFER: usize = 1 << 18;

/// Why a file was refused: which one, where, and the cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The file as the user named it.
    pub file: PathBuf,
    /// The line, the header being line 1; none where the file as a whole is meant.
    pub line: Option<u64>,
    /// What is wrong and what is allowed.
    pub cause: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.cause)
    }
}

/// A column the reader asks for.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: Cow<'static, str>,
    required: bool,
}

impl Column {
    /// The same column under another name in the header.
    pub(super) fn called(&self, name: &str) -> Self {
        Self { name: Cow::Owned(name.to_owned()), required: self.required }
    }
}

/// A column that the header must have.
pub(super) const fn required(name: &'static str) -> Column {
    Column { name: Cow::Borrowed(name), required: true }
}

/// A column that may be missing: every cell then counts as empty.
pub(super) const fn optional(name: &'static str) -> Column {
    Column { name: Cow::Borrowed(name), required: false }
}

/// A table being read, one row at a time.
pub(super) struct Table {
    file: PathBuf,
    input: Box<dyn BufRead + Send>,
    /// Lines read so far.
    lines: u64,
    row: Row,
    width: usize,
    columns: Vec<Column>,
    places: Vec<Option<usize>>,
    expected_rows: usize,
}

/// The fields of the current row, unquoted.
#[derive(Default)]
struct Row {
    line: u64,
    bytes: Vec<u8>,
    fields: Vec<Range<usize>>,
    /// The fields so far, where quotes occur. As a row may go on over many lines, it is never looked at twice.
    unquoted: Vec<u8>,
    /// How far the bytes have been looked at.
    at: usize,
    /// Where in `unquoted` the field begins whose closing quote is missing so far.
    open: Option<usize>,
}

impl Table {
    /// Opens a file, gzip or plain, and reads its header; the columns asked for are then known by their index.
    pub(super) fn open(path: &Path, columns: &[Column]) -> Result<Self, Refused> {
        match File::open(path) {
            Ok(file) => {
                let length = file.metadata().map_or(0, |about| about.len());
                let mut table = Self::from_reader(path, file, columns)?;
                table.expected_rows = table.estimate(length);
                Ok(table)
            }
            Err(error) => Err(Refused { file: path.to_owned(), line: None, cause: format!("cannot be read: {error}") }),
        }
    }

    /// Reads a table, gzip or plain, from memory or a pipe; `name` stands for the file in messages.
    pub(super) fn from_reader(name: &Path, input: impl Read + Send + 'static, columns: &[Column]) -> Result<Self, Refused> {
        let refuse = |error: io::Error| Refused { file: name.to_owned(), line: None, cause: format!("cannot be read: {error}") };
        let mut input = BufReader::with_capacity(BUFFER, input);
        let packed = input.fill_buf().map_err(refuse)?.starts_with(&[0x1f, 0x8b]);
        let input: Box<dyn BufRead + Send> =
            if packed { Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(input))) } else { Box::new(input) };
        Self::read(name, input, columns)
    }

    fn read(file: &Path, input: Box<dyn BufRead + Send>, columns: &[Column]) -> Result<Self, Refused> {
        let (file, columns) = (file.to_owned(), columns.to_vec());
        let mut table = Self { file, input, lines: 0, row: Row::default(), width: 0, columns, places: Vec::new(), expected_rows: 0 };
        if !table.read_row()? {
            return Err(table.refuse_file("is empty: a header with the column names is required".to_owned()));
        }
        let mut header = Vec::with_capacity(table.row.fields.len());
        for field in &table.row.fields {
            header.push(table.row.bytes[field.clone()].to_vec());
        }
        let mut seen = HashSet::new();
        if let Some(twice) = header.iter().find(|name| !seen.insert(name.as_slice())) {
            return Err(table.refuse(format!("the column {} appears twice", String::from_utf8_lossy(twice))));
        }
        table.width = header.len();
        table.places = table.columns.iter().map(|column| header.iter().position(|name| **name == *column.name.as_bytes())).collect();
        if let Some((column, _)) = table.columns.iter().zip(&table.places).find(|(column, place)| column.required && place.is_none()) {
            return Err(table.refuse(format!("the column {} is missing", column.name)));
        }
        Ok(table)
    }

    /// About how many rows a file of that length has, by the rows that have been buffered. What is packed has more; but no row is shorter
    /// than a time and a number.
    fn estimate(&mut self, length: u64) -> usize {
        const SHORTEST: u64 = 24;
        let Ok(buffered) = self.input.fill_buf() else { return 0 };
        let rows = buffered.iter().filter(|byte| **byte == b'\n').count() as u64;
        let estimate = length.saturating_mul(rows + 1) / buffered.len().max(1) as u64;
        usize::try_from(estimate.min(length / SHORTEST)).unwrap_or(0)
    }

    /// About how many rows there are, to make room for them; 0 where nobody knows.
    pub(super) fn expected_rows(&self) -> usize {
        self.expected_rows
    }

    /// Goes to the next row; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, Refused> {
        if !self.read_row()? {
            return Ok(false);
        }
        if self.row.fields.len() != self.width {
            let (found, width) = (self.row.fields.len(), self.width);
            return Err(self.refuse(format!("the row has {found} fields, the header has {width}")));
        }
        Ok(true)
    }

    /// Whether the header has this column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The line on which the current row begins.
    pub(super) fn line(&self) -> u64 {
        self.row.line
    }

    /// The text of a column in the current row; none where the column is missing or the cell empty.
    pub(super) fn cell(&self, column: usize) -> Result<Option<&str>, Refused> {
        match self.places[column] {
            None => Ok(None),
            Some(place) => self.text(place).map(|text| (!text.is_empty()).then_some(text)),
        }
    }

    /// The parsed value of a column; none where the column is missing or the cell empty.
    pub(super) fn value<T>(&self, column: usize, parse: fn(&str) -> Result<T, String>) -> Result<Option<T>, Refused> {
        let parsed = self.cell(column)?.map(parse).transpose();
        parsed.map_err(|cause| self.refuse(format!("{}: {cause}", self.columns[column].name)))
    }

    /// The parsed value of a cell that must not be empty.
    pub(super) fn required<T>(&self, column: usize, parse: fn(&str) -> Result<T, String>) -> Result<T, Refused> {
        self.value(column, parse)?
            .ok_or_else(|| self.refuse(format!("{}: the cell is empty, a value is required", self.columns[column].name)))
    }

    /// A refusal of the current row.
    pub(super) fn refuse(&self, cause: String) -> Refused {
        Refused { file: self.file.clone(), line: Some(self.row.line), cause }
    }

    fn refuse_file(&self, cause: String) -> Refused {
        Refused { file: self.file.clone(), line: None, cause }
    }

    fn text(&self, place: usize) -> Result<&str, Refused> {
        let bytes = &self.row.bytes[self.row.fields[place].clone()];
        std::str::from_utf8(bytes).map_err(|_| self.refuse(format!("field {} is not UTF-8 text", place + 1)))
    }

    /// Reads lines until a row is complete, skipping empty ones; false at the end.
    fn read_row(&mut self) -> Result<bool, Refused> {
        loop {
            self.row.clear();
            if !self.read_line()? {
                return Ok(false);
            }
            self.row.line = self.lines;
            if !self.row.bytes.is_empty() {
                break;
            }
        }
        loop {
            match self.row.split() {
                Split::Done => return Ok(true),
                Split::Malformed(cause) => return Err(self.refuse(cause)),
                Split::Unclosed => {
                    self.row.bytes.push(b'\n');
                    if self.row.bytes.len() > LONGEST_ROW || !self.read_line()? {
                        return Err(self.refuse(UNCLOSED.to_owned()));
                    }
                }
            }
        }
    }

    /// Appends the next line without its end; false at the end of the file.
    fn read_line(&mut self) -> Result<bool, Refused> {
        let start = self.row.bytes.len();
        // The longest row with its end, CR and LF, and one byte more to tell when it is too long.
        let room = (LONGEST_ROW + 3).saturating_sub(start) as u64;
        let read = (&mut self.input).take(room).read_until(b'\n', &mut self.row.bytes);
        let refuse = |cause: String| Refused { file: self.file.clone(), line: Some(self.lines + 1), cause };
        let read = read.map_err(|error| refuse(format!("cannot be read: {error}")))?;
        if read == 0 {
            return Ok(false);
        }
        let bytes = &mut self.row.bytes;
        for end in [b'\n', b'\r'] {
            if bytes.len() > start && bytes.last() == Some(&end) {
                bytes.pop();
            }
        }
        if bytes.len() > LONGEST_ROW {
            let cause = format!("the row has more than {LONGEST_ROW} bytes");
            return Err(if self.row.open.is_some() { self.refuse(UNCLOSED.to_owned()) } else { refuse(cause) });
        }
        self.lines += 1;
        if self.lines == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(true)
    }
}

enum Split {
    Done,
    Unclosed,
    Malformed(String),
}

impl Row {
    fn clear(&mut self) {
        (self.at, self.open) = (0, None);
        self.bytes.clear();
        self.fields.clear();
        self.unquoted.clear();
    }

    /// Goes on where the line before has ended inside quotes, else begins.
    fn split(&mut self) -> Split {
        if self.open.is_some() || self.bytes.contains(&b'"') {
            return self.split_quoted();
        }
        let mut start = 0;
        for (index, byte) in self.bytes.iter().enumerate() {
            if *byte == b',' {
                self.fields.push(start..index);
                start = index + 1;
            }
        }
        self.fields.push(start..self.bytes.len());
        Split::Done
    }

    /// Fields whose quotes are doubled are unquoted into the tail of the buffer, so that every field is one range of it.
    fn split_quoted(&mut self) -> Split {
        let length = self.bytes.len();
        loop {
            if self.open.is_none() && self.bytes.get(self.at) == Some(&b'"') {
                self.open = Some(self.unquoted.len());
                self.at += 1;
            }
            let start = match self.open {
                Some(start) => {
                    let Some(read) = unquote(&self.bytes[self.at..], &mut self.unquoted) else {
                        self.at = length;
                        return Split::Unclosed;
                    };
                    self.at += read;
                    if !matches!(self.bytes.get(self.at), None | Some(b',')) {
                        return Split::Malformed("after a closing quote a comma or the end of the line must follow".to_owned());
                    }
                    start
                }
                None => {
                    let start = self.unquoted.len();
                    let end = self.bytes[self.at..].iter().position(|byte| *byte == b',').map_or(length, |comma| self.at + comma);
                    self.unquoted.extend_from_slice(&self.bytes[self.at..end]);
                    self.at = end;
                    start
                }
            };
            self.open = None;
            self.fields.push(start..self.unquoted.len());
            if self.at == length {
                break;
            }
            self.at += 1;
        }
        for field in &mut self.fields {
            *field = length + field.start..length + field.end;
        }
        self.bytes.extend_from_slice(&self.unquoted);
        Split::Done
    }
}

/// Copies up to the closing quote and returns how many bytes were read with it; copies all and returns none where it is missing.
fn unquote(quoted: &[u8], into: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        let Some(quote) = quoted[at..].iter().position(|byte| *byte == b'"').map(|quote| at + quote) else {
            into.extend_from_slice(&quoted[at..]);
            return None;
        };
        into.extend_from_slice(&quoted[at..quote]);
        if quoted.get(quote + 1) != Some(&b'"') {
            return Some(quote + 1);
        }
        into.push(b'"');
        at = quote + 2;
    }
}

/// A positive whole number up to 2^63-1.
pub(super) fn number(text: &str) -> Result<i64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number > 0 => Ok(number),
        _ => Err(format!("{text} is not a positive whole number up to {}", i64::MAX)),
    }
}

/// Reads a domain value and puts the text before the reason why it is none.
pub(super) fn parsed<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    text.parse().map_err(|error| format!("{text} {error}"))
}

/// Words from people as a cell: a spreadsheet must take words for words, not for a formula.
#[must_use]
pub fn guarded(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("{guard}{cell}")
}

/// Writes a cell, quoted only where it must be.
pub(super) fn push_text(row: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        row.push(b'"');
        row.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        row.push(b'"');
    } else {
        row.extend_from_slice(text.as_bytes());
    }
}
