//! `network.csv`: one partner per row (docs/plans.md, section 2).

use std::io::{self, Read, Write};
use std::path::Path;

use crate::domain::partner_status::PartnerStatus;
use crate::engine::input::NetworkRow;

use super::table::{Column, Refused, Table, number, optional, parsed, push_text, required};

static COLUMNS: [Column; 13] = [
    required("partner"),
    required("sponsor"),
    optional("placement_parent"),
    optional("position"),
    optional("status"),
    required("joined_at"),
    optional("highest_rank"),
    optional("career_points"),
    optional("carry_left"),
    optional("carry_right"),
    optional("name"),
    optional("email"),
    optional("username"),
];
const CONTACT: [usize; 3] = [10, 11, 12];

/// Who the partner is, for imports; the engine never looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Full name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Login name.
    pub username: Option<String>,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkEntry {
    /// The line on which it begins, the header being line 1.
    pub line: u64,
    /// The partner.
    pub row: NetworkRow,
    /// The optional columns name, email and username, where they were asked for.
    pub contact: Contact,
}

/// Which trees the file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trees {
    /// The plan has no placement: `placement_parent` and `position` are not even looked at (docs/plans.md, Q14).
    SponsorOnly,
    /// Both trees.
    SponsorAndPlacement,
}

/// Streams the rows of a network file; stops at the first refusal.
pub struct NetworkReader {
    table: Table,
    trees: Trees,
    contacts: bool,
    failed: bool,
}

impl NetworkReader {
    /// Opens a file, gzip or plain.
    ///
    /// # Errors
    /// The file cannot be read, or its header lacks a required column or names one twice.
    pub fn open(path: &Path, trees: Trees) -> Result<Self, Refused> {
        Table::open(path, &COLUMNS).map(|table| Self { table, trees, contacts: false, failed: false })
    }

    /// About how many rows there are, to make room for them; 0 where nobody knows.
    #[must_use]
    pub fn expected_rows(&self) -> usize {
        self.table.expected_rows()
    }

    /// Reads from memory or a pipe; `name` stands for the file in messages.
    ///
    /// # Errors
    /// As [`NetworkReader::open`].
    pub fn from_reader(name: &Path, input: impl Read + Send + 'static, trees: Trees) -> Result<Self, Refused> {
        Table::from_reader(name, input, &COLUMNS).map(|table| Self { table, trees, contacts: false, failed: false })
    }

    /// Reads the columns name, email and username too. Without it they are as unknown as any other column, whatever stands in them.
    #[must_use]
    pub fn with_contacts(self) -> Self {
        Self { contacts: true, ..self }
    }

    fn entry(&self) -> Result<NetworkEntry, Refused> {
        let table = &self.table;
        let text = |index: usize| table.cell(index).map(|cell| cell.map(str::to_owned));
        let amount = |index: usize| table.value(index, parsed).map(Option::unwrap_or_default);
        let placed = self.trees == Trees::SponsorAndPlacement;
        let row = NetworkRow {
            partner: table.required(0, number)?,
            sponsor: table.value(1, number)?,
            placement_parent: if placed { table.value(2, number)? } else { None },
            position: if placed { table.value(3, parsed)? } else { None },
            status: table.value(4, parsed::<PartnerStatus>)?.unwrap_or_default(),
            joined_at: table.required(5, parsed)?,
            highest_rank: text(6)?,
            career_points: amount(7)?,
            carry_left: amount(8)?,
            carry_right: amount(9)?,
        };
        let [name, email, username] = CONTACT;
        let contact = match self.contacts {
            true => Contact { name: text(name)?, email: text(email)?, username: text(username)? },
            false => Contact::default(),
        };
        Ok(NetworkEntry { line: table.line(), row, contact })
    }
}

impl Iterator for NetworkReader {
    type Item = Result<NetworkEntry, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = match self.table.advance() {
            Ok(false) => return None,
            Ok(true) => self.entry(),
            Err(refused) => Err(refused),
        };
        self.failed = entry.is_err();
        Some(entry)
    }
}

/// Writes network files in the canonical form: all columns of docs/plans.md in their order, defaults spelled out.
pub struct NetworkWriter<W> {
    output: W,
    row: Vec<u8>,
    contacts: bool,
}

impl<W: Write> NetworkWriter<W> {
    /// Writes the header; `contacts` adds the columns name, email and username.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut output: W, contacts: bool) -> io::Result<Self> {
        let columns = if contacts { &COLUMNS[..] } else { &COLUMNS[..CONTACT[0]] };
        let header: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        writeln!(output, "{}", header.join(","))?;
        Ok(Self { output, row: Vec::new(), contacts })
    }

    /// Writes one partner.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&mut self, row: &NetworkRow, contact: &Contact) -> io::Result<()> {
        let line = &mut self.row;
        line.clear();
        write!(line, "{},", row.partner)?;
        for number in [row.sponsor, row.placement_parent] {
            if let Some(number) = number {
                write!(line, "{number}")?;
            }
            line.push(b',');
        }
        if let Some(position) = row.position {
            write!(line, "{position}")?;
        }
        write!(line, ",{},{},", row.status, row.joined_at)?;
        push_text(line, row.highest_rank.as_deref().unwrap_or(""));
        write!(line, ",{},{},{}", row.career_points, row.carry_left, row.carry_right)?;
        if self.contacts {
            for text in [&contact.name, &contact.email, &contact.username] {
                line.push(b',');
                push_text(line, text.as_deref().unwrap_or(""));
            }
        }
        line.push(b'\n');
        self.output.write_all(line)
    }

    /// Hands the output back.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}
